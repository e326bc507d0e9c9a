package tui

import "slices"

// timeline is entries drawn one below the other, seen through a window. It draws no more than it must.
type timeline struct {
	entries []entry
	height  int // of the window
	draw    func(i int) []string
	drawn   map[int][]string
}

// place is a row of an entry. It stays where it is when others come before or after it. The zero place is the last row, whichever
// that is.
type place struct {
	key string
	row int
}

// at is a place as numbers: of an entry, and of a row in it.
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

// index is that of an entry, the last one's for a key that is not there.
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

// place is the way back from numbers, and the zero place for the last row.
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

// above goes up n rows, and returns how many of them there were not.
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

// below goes down n rows, or to the end.
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

// full moves a bottom down until there is a window of rows above it, where there are as many.
func (t *timeline) full(bottom at) at {
	_, missing := t.above(bottom, t.height-1)
	return t.below(bottom, missing)
}

// up scrolls towards the past.
func (t *timeline) up(bottom place, n int) place {
	a, _ := t.above(t.find(bottom), n)
	return t.place(t.full(a))
}

// down scrolls towards the present.
func (t *timeline) down(bottom place, n int) place {
	return t.place(t.below(t.find(bottom), n))
}

// reveal scrolls no further than it must for an entry to be seen, or as much of it as there is room for.
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

// window is what is seen above a bottom: the rows, and which entries they begin and end with.
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
