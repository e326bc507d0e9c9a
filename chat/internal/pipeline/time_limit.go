package pipeline

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// timeLimits ends the attempts of a client that take too long. They share one timer, which keeps running when an attempt ends in
// time: starting a timer wakes a processor that waits for it, which costs as much as a twentieth of sending a message.
type timeLimits struct {
	mu      sync.Mutex
	running map[*timeLimit]struct{}
	timer   *time.Timer
	next    time.Time // when timer fires. Zero: it does not run
}

// timeLimit is the limit of an attempt.
type timeLimit struct {
	all      *timeLimits
	deadline time.Time
	cancel   context.CancelCauseFunc
}

// start returns a context that is canceled after d, with [context.DeadlineExceeded] as its cause.
func (l *timeLimits) start(ctx context.Context, d time.Duration) (context.Context, *timeLimit) {
	ctx, cancel := context.WithCancelCause(ctx)
	one := &timeLimit{all: l, deadline: time.Now().Add(d), cancel: cancel}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.running == nil {
		l.running = make(map[*timeLimit]struct{})
	}
	l.running[one] = struct{}{}
	if l.next.IsZero() || one.deadline.Before(l.next) {
		l.wakeAt(one.deadline)
	}
	return ctx, one
}

// stop ends the limit and its context. A nil limit does nothing.
func (t *timeLimit) stop() {
	if t == nil {
		return
	}
	t.all.mu.Lock()
	delete(t.all.running, t)
	t.all.mu.Unlock()
	t.cancel(nil)
}

// expire cancels the attempts whose time is over.
func (l *timeLimits) expire() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next = time.Time{}
	now := time.Now()
	var next time.Time
	for one := range l.running {
		switch {
		case !now.Before(one.deadline):
			delete(l.running, one)
			one.cancel(context.DeadlineExceeded)
		case next.IsZero() || one.deadline.Before(next):
			next = one.deadline
		}
	}
	if !next.IsZero() {
		l.wakeAt(next)
	}
}

// wakeAt sets the timer. The caller holds mu.
func (l *timeLimits) wakeAt(next time.Time) {
	if l.timer != nil {
		l.timer.Stop()
	}
	l.next = next
	l.timer = time.AfterFunc(time.Until(next), l.expire)
}

// limitError is the error of an attempt whose limit d has ended with err. The error of its context is not in it, which would say that the
// caller has canceled.
func limitError(d time.Duration, err error) error {
	ended := context.DeadlineExceeded
	if failed, ok := errors.AsType[*net.OpError](err); ok {
		ended = &net.OpError{Op: failed.Op, Net: failed.Net, Source: failed.Source, Addr: failed.Addr, Err: ended}
	}
	return fmt.Errorf("no answer within %s: %w", d, ended)
}
