package realtime

import (
	"context"
	"sync"

	"github.com/acschat/acs-chat-go/chat/events"
)

// queue keeps events until the program takes them. Events beyond its limit are dropped, and a gap is appended once. A gap that the program
// has not taken yet also covers the losses directly after it.
type queue struct {
	limit int

	mu     sync.Mutex // guards what follows
	change sync.Cond  // uses mu; signals a new event, the end or the end of a context
	list   []events.Event
	ended  bool
	err    error // that ended it, nil without one
}

func newQueue(limit int) *queue {
	q := &queue{limit: limit}
	q.change.L = &q.mu
	return q
}

// put appends an event. If the queue is full, it drops the event, appends overflow unless the last item is a gap, and reports false.
func (q *queue) put(event events.Event, overflow func() events.Gap) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.list) < q.limit {
		q.add(event)
		return true
	}
	q.gap(overflow)
	return false
}

// putGap appends a gap, even to a full queue.
func (q *queue) putGap(gap events.Gap) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.gap(func() events.Gap { return gap })
}

// gap appends a gap, unless the last item is one, which begins earlier and covers this one too. The caller holds mu.
func (q *queue) gap(gap func() events.Gap) {
	if n := len(q.list); n > 0 {
		if _, covered := q.list[n-1].(events.Gap); covered {
			return
		}
	}
	q.add(gap())
}

// add appends an event. The caller holds mu.
func (q *queue) add(event events.Event) {
	if !q.ended {
		q.list = append(q.list, event)
		q.change.Broadcast() // a signal could reach a caller whose context has ended
	}
}

// end ends the queue: the program takes the remaining events, and then err.
func (q *queue) end(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.ended {
		q.ended, q.err = true, err
		q.change.Broadcast()
	}
}

// take waits for the next event. At the end it returns false, and the error that ended the queue or that of ctx.
func (q *queue) take(ctx context.Context) (events.Event, bool, error) {
	wake := context.AfterFunc(ctx, func() {
		q.mu.Lock() // a caller that has seen ctx alive is waiting now
		defer q.mu.Unlock()
		q.change.Broadcast()
	})
	defer wake()
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.list) == 0 {
		switch {
		case q.ended:
			return nil, false, q.err
		case ctx.Err() != nil:
			return nil, false, ctx.Err()
		}
		q.change.Wait()
	}
	event := q.list[0]
	q.list[0] = nil // for the garbage collector
	if q.list = q.list[1:]; len(q.list) == 0 {
		q.list = nil // releases the backing array
	}
	return event, true, nil
}
