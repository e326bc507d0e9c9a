package events

import (
	"context"
	"errors"
	"sync"
)

var (
	errQueueFull = errors.New("the queue is full")
	errShutdown  = errors.New("the handler is shut down")
)

// queued is an event that waits for the callback.
type queued struct {
	delivered

	ctx     context.Context //nolint:containedctx // its values are those of the request
	release func()
}

// queue is a bounded queue. Its workers run only while there are events.
type queue struct {
	size, workers int
	work          func(queued)

	mu      sync.Mutex // guards the fields below
	events  []queued
	running int
	drained chan struct{} // not nil after shutdown; closed when no worker runs
}

func (q *queue) closed() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.drained != nil
}

func (q *queue) push(event queued) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.drained != nil {
		return errShutdown
	}
	if len(q.events) >= q.size {
		return errQueueFull
	}
	q.events = append(q.events, event)
	if q.running < q.workers {
		q.running++
		go q.run()
	}
	return nil
}

// run handles events until there are none.
func (q *queue) run() {
	for {
		event, ok := q.next()
		if !ok {
			return
		}
		q.work(event)
	}
}

func (q *queue) next() (event queued, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.events) > 0 {
		event, q.events[0], q.events = q.events[0], queued{}, q.events[1:]
		return event, true
	}
	q.running--
	if q.running == 0 && q.drained != nil {
		close(q.drained)
	}
	return queued{}, false
}

// shutdown refuses new events and waits for those in the queue.
func (q *queue) shutdown(ctx context.Context) error {
	q.mu.Lock()
	if q.drained == nil {
		q.drained = make(chan struct{})
		if q.running == 0 {
			close(q.drained)
		}
	}
	drained := q.drained
	q.mu.Unlock()
	select {
	case <-drained:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
