package feed

import (
	"container/list"
	"sync"
	"time"
)

// Lag tells how far a range is behind. Pass a pointer to a zero value in Options.Lag, and call its methods from any goroutine. Do not use it
// for two ranges at the same time, and do not copy it.
type Lag struct {
	mu      sync.Mutex // guards threads
	threads list.List  // of *thread: the one that was complete the longest ago is first
}

// Behind returns the time since which changes may be missing: every older one was yielded, of all threads that this range reads, unless the
// service showed it late. An idle thread without a live source is up to a minute behind. It is 0 if no thread is being read.
func (l *Lag) Behind() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	first := l.threads.Front()
	if first == nil {
		return 0
	}
	return max(0, time.Since(first.Value.(*thread).complete))
}

// Threads returns the number of threads that the range reads. With a store, those of other replicas are not among them.
func (l *Lag) Threads() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.threads.Len()
}

// reached records that every change of a thread before a time was yielded.
func (l *Lag) reached(t *thread, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t.complete = at
	if t.inLag == nil {
		t.inLag = l.threads.PushBack(t)
		return
	}
	l.threads.MoveToBack(t.inLag)
}

// left records that the range does not read a thread any more.
func (l *Lag) left(t *thread) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.inLag != nil {
		l.threads.Remove(t.inLag)
		t.inLag = nil
	}
}
