package chattest

import (
	"container/heap"
	"slices"
	"time"
)

// deliveryQueue has the deliveries that wait, by the time at which they are due and, at the same time, in the order of their events.
type deliveryQueue struct{ waiting deliveryHeap }

func (q *deliveryQueue) add(d *delivery) { heap.Push(&q.waiting, d) }

// next returns when the first delivery is due. It reports false if none waits.
func (q *deliveryQueue) next() (due time.Time, ok bool) {
	if len(q.waiting) == 0 {
		return time.Time{}, false
	}
	return q.waiting[0].due, true
}

// take removes and returns the deliveries for one request, at most most of them. Deliveries that a fault has postponed are
// sent as the request that they were, with no others.
func (q *deliveryQueue) take(now time.Time, most int) (batch []*delivery) {
	for len(q.waiting) > 0 && len(batch) < most {
		first := q.waiting[0]
		if now.Before(first.due) || len(batch) > 0 && first.fault != batch[0].fault {
			break
		}
		batch = append(batch, heap.Pop(&q.waiting).(*delivery))
	}
	return batch
}

// keep removes the deliveries that are not kept.
func (q *deliveryQueue) keep(isKept func(*delivery) bool) {
	q.waiting = slices.DeleteFunc(q.waiting, func(d *delivery) bool { return !isKept(d) })
	heap.Init(&q.waiting)
}

// deliveryHeap implements [heap.Interface].
type deliveryHeap []*delivery

func (h deliveryHeap) Len() int { return len(h) }

func (h deliveryHeap) Less(i, j int) bool {
	if !h[i].due.Equal(h[j].due) {
		return h[i].due.Before(h[j].due)
	}
	return h[i].key.compare(h[j].key) < 0
}

func (h deliveryHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

func (h *deliveryHeap) Push(d any) { *h = append(*h, d.(*delivery)) }

func (h *deliveryHeap) Pop() any {
	last := len(*h) - 1
	d := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return d
}
