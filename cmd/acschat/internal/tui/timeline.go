package tui

import "slices"

// timeline draws entries one below the other, in a window. It draws only what is visible.
type timeline struct {
	entries []entry
	height  int // of the window
	draw    func(i int) []string
	drawn   map[int][]string
}

// place is a row of an entry. It remains valid when entries are added before or after it. The zero place is the last row of all.
type place struct {
	key string
	row int
}

// at returns the index of the entry of a place, and of the row in it.
type at struct{ entry, row int }

func newTimeline(entries []entry, height int, draw func(i int) []string) *timeline {
	return &timeline{entries: entries, height: height, draw: draw, drawn: map[int][]string{}}
}

func (t *timeline) rows(i int) []string {
	if _, done := t.drawn[i]; !done {
		t.drawn[i] = t.draw(i)
	}
	return t.drawn[i]
}

// index returns the index of an entry, that of the last one for an unknown key.
func (t *timeline) index(key string) int {
	if i := slices.IndexFunc(t.entries, func(e entry) bool { return e.key == key }); i >= 0 {
		return i
	}
	return len(t.entries) - 1
}

func (t *timeline) find(p place) at {
	i := t.index(p.key)
	last := len(t.rows(i)) - 1
	if t.entries[i].key != p.key {
		return at{i, last}
	}
	return at{i, min(p.row, last)}
}

// place is the inverse of at; it is the zero place for the last row.
func (t *timeline) place(a at) place {
	if a == t.end() {
		return place{}
	}
	return place{t.entries[a.entry].key, a.row}
}

func (t *timeline) end() at {
	last := len(t.entries) - 1
	return at{last, len(t.rows(last)) - 1}
}

// above moves up n rows, and returns how many were missing.
func (t *timeline) above(a at, n int) (at, int) {
	for n > a.row {
		if a.entry == 0 {
			return at{0, 0}, n - a.row
		}
		n -= a.row + 1
		a = at{a.entry - 1, len(t.rows(a.entry-1)) - 1}
	}
	return at{a.entry, a.row - n}, 0
}

// below moves down n rows, or to the end.
func (t *timeline) below(a at, n int) at {
	for n > 0 {
		left := len(t.rows(a.entry)) - 1 - a.row
		if n <= left {
			return at{a.entry, a.row + n}
		}
		if a.entry == len(t.entries)-1 {
			return t.end()
		}
		n -= left + 1
		a = at{a.entry + 1, 0}
	}
	return a
}

// full moves a bottom down until the window above it is full, if there are enough rows.
func (t *timeline) full(bottom at) at {
	_, missing := t.above(bottom, t.height-1)
	return t.below(bottom, missing)
}

// up scrolls to older entries.
func (t *timeline) up(bottom place, n int) place {
	a, _ := t.above(t.find(bottom), n)
	return t.place(t.full(a))
}

// down scrolls to newer entries.
func (t *timeline) down(bottom place, n int) place {
	return t.place(t.below(t.find(bottom), n))
}

// reveal scrolls as little as necessary to show an entry, or as much of it as fits.
func (t *timeline) reveal(bottom place, key string) place {
	b := t.full(t.find(bottom))
	top, _ := t.above(b, t.height-1)
	i := t.index(key)
	first, last := at{i, 0}, at{i, len(t.rows(i)) - 1}
	switch {
	case before(first, top):
		return t.place(t.below(first, t.height-1))
	case before(b, last):
		if tallest := t.below(first, t.height-1); before(tallest, last) {
			last = tallest
		}
		return t.place(last)
	}
	return t.place(b)
}

func before(a, b at) bool { return a.entry < b.entry || a.entry == b.entry && a.row < b.row }

// window returns the visible rows above a bottom, and the first and last entry of them.
func (t *timeline) window(bottom place) (rows []string, first, last int) {
	b := t.full(t.find(bottom))
	top, _ := t.above(b, t.height-1)
	for a := top; ; a = (at{a.entry + 1, 0}) {
		of := t.rows(a.entry)
		if a.entry == b.entry {
			return append(rows, of[a.row:b.row+1]...), top.entry, b.entry
		}
		rows = append(rows, of[a.row:]...)
	}
}
