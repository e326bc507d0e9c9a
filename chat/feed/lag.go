package feed

import (
	"container/heap"
	"sync"
	"time"
)

// Lag tells how far a range is behind. Pass a pointer to a zero value in Options.Lag, and call its methods from any goroutine. Do not use it
// for two ranges at the same time, and do not copy it.
type Lag struct {
	mu      sync.Mutex // guards threads, and the fields of them that say so
	threads lagging
}

// Behind returns how old a change may be that was not yielded yet: every older one was, of all threads that this range reads, unless the
// service showed it late. An idle thread without a live source is up to a minute behind. While a thread is read for the first time, it is as
// far behind as its position: the last change that was yielded or, before that, the cursor, the time or the oldest message found so far. It
// is 0 if no thread is being read.
func (l *Lag) Behind() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.threads) == 0 {
		return 0
	}
	return max(0, time.Since(l.threads[0].complete))
}

// Threads returns the number of threads that the range reads. With a store, those of other replicas are not among them.
func (l *Lag) Threads() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.threads)
}

// reached records that every change of a thread before a time was yielded.
func (l *Lag) reached(t *thread, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t.complete = at
	if t.lagIndex == 0 {
		heap.Push(&l.threads, t)
		return
	}
	heap.Fix(&l.threads, t.lagIndex-1)
}

// left records that the range does not read a thread any more.
func (l *Lag) left(t *thread) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.lagIndex != 0 {
		heap.Remove(&l.threads, t.lagIndex-1)
	}
}

// lagging is a heap of threads: the one that was complete the longest ago is the first.
type lagging []*thread

// Len implements [heap.Interface].
func (l lagging) Len() int { return len(l) }

// Less implements [heap.Interface].
func (l lagging) Less(i, j int) bool { return l[i].complete.Before(l[j].complete) }

// Swap implements [heap.Interface].
func (l lagging) Swap(i, j int) {
	l[i], l[j] = l[j], l[i]
	l[i].lagIndex, l[j].lagIndex = i+1, j+1
}

// Push implements [heap.Interface].
func (l *lagging) Push(x any) {
	t := x.(*thread)
	*l = append(*l, t)
	t.lagIndex = len(*l)
}

// Pop implements [heap.Interface].
func (l *lagging) Pop() any {
	last := len(*l) - 1
	t := (*l)[last]
	(*l)[last] = nil
	*l, t.lagIndex = (*l)[:last], 0
	return t
}
