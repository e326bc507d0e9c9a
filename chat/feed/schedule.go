package feed

import (
	"container/heap"
	"time"
)

// item is a call to make for a thread. It is in one lane or in none.
type item struct {
	thread   *thread
	due      time.Time
	lane     *lane
	index    int // in the lane
	failures int // in a row
	calling  bool
	again    bool // something was announced during the call: make it again
}

// put moves the item to a lane.
func (i *item) put(to *lane, due time.Time) {
	i.remove()
	i.due, i.lane = due, to
	heap.Push(to, i)
}

// remove takes the item out of its lane, if it is in one.
func (i *item) remove() {
	if i.lane != nil {
		heap.Remove(i.lane, i.index)
		i.lane = nil
	}
}

// hasten makes the call due because something was announced. One in progress is repeated afterwards, for its answer may be older. One that has
// failed keeps its delay.
func (i *item) hasten(to *lane, due time.Time) {
	switch {
	case i.calling:
		i.again = true
	case i.lane != nil && i.failures == 0:
		i.put(to, due)
	}
}

// lane is a heap of items: the one that is due first is the first.
type lane []*item

// due returns when the first item is due, false if there is none.
func (l *lane) due() (time.Time, bool) {
	if len(*l) == 0 {
		return time.Time{}, false
	}
	return (*l)[0].due, true
}

// isDue reports whether an item is due.
func (l *lane) isDue(now time.Time) bool {
	due, ok := l.due()
	return ok && !due.After(now)
}

// take removes and returns the first item.
func (l *lane) take() *item {
	i := (*l)[0]
	i.remove()
	return i
}

// Len implements [heap.Interface].
func (l *lane) Len() int { return len(*l) }

// Less implements [heap.Interface].
func (l *lane) Less(i, j int) bool { return (*l)[i].due.Before((*l)[j].due) }

// Swap implements [heap.Interface].
func (l *lane) Swap(i, j int) {
	s := *l
	s[i], s[j] = s[j], s[i]
	s[i].index, s[j].index = i, j
}

// Push implements [heap.Interface].
func (l *lane) Push(x any) {
	i := x.(*item)
	i.index = len(*l)
	*l = append(*l, i)
}

// Pop implements [heap.Interface].
func (l *lane) Pop() any {
	old := *l
	last := len(old) - 1
	i := old[last]
	old[last] = nil
	*l = old[:last]
	return i
}
