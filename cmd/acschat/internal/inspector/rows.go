package inspector

import (
	"strconv"
	"strings"
)

// rows is one page of a list, the latest row first.
type rows[T any] struct {
	Rows  []T
	Total int
	First int    // the number of the first row shown, counted from the latest
	Last  int    // the number of the last row shown
	Newer string // the link to the rows before; "" if there are none
	Older string // the link to the rows after; "" if there are none
}

// paging says how a list is cut into pages.
type paging[T any] struct {
	part string              // of the page
	from string              // the parameter that has the key of the first row; "" is the latest row
	size int                 // rows of a page
	key  func(item T) string // the same as long as the item exists
}

// pageOf returns the page of a list that the selection asks for. The list begins with the latest item. A page begins at an item and
// not at a number, so that it stays when rows are added; a page whose first item is gone is the first page.
func pageOf[T any](g selection, p paging[T], items []T) rows[T] {
	start := 0
	if from := g.get(p.from); from != "" {
		for i, item := range items {
			if p.key(item) == from {
				start = i
				break
			}
		}
	}
	end := min(start+p.size, len(items))
	list := rows[T]{Rows: items[start:end], Total: len(items), First: start + 1, Last: end}
	switch {
	case start > p.size:
		list.Newer = g.with(p.from, p.key(items[start-p.size])).link(p.part)
	case start > 0:
		list.Newer = g.without(p.from).link(p.part)
	}
	if end < len(items) {
		list.Older = g.with(p.from, p.key(items[end])).link(p.part)
	}
	return list
}

// shownAs converts the rows of a page.
func shownAs[T, V any](list rows[T], view func(T) V) rows[V] {
	shown := rows[V]{Total: list.Total, First: list.First, Last: list.Last, Newer: list.Newer, Older: list.Older}
	for _, row := range list.Rows {
		shown.Rows = append(shown.Rows, view(row))
	}
	return shown
}

// search is a text to look for, without regard to case. The empty search finds everything.
type search string

func searchOf(g selection, name string) search {
	return search(strings.ToLower(strings.TrimSpace(g.get(name))))
}

// in reports whether one of the texts contains what is looked for.
func (s search) in(texts ...string) bool {
	if s == "" {
		return true
	}
	for _, text := range texts {
		if strings.Contains(strings.ToLower(text), string(s)) {
			return true
		}
	}
	return false
}

// count writes a number with separators of thousands.
func count(n int) string {
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}
