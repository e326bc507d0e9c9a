package inspector

import "sync"

// broadcast wakes all waiters. The zero value is ready to use.
type broadcast struct {
	mu   sync.Mutex // guards rung
	rung chan struct{}
}

// ring wakes all waiters.
func (b *broadcast) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rung != nil {
		close(b.rung)
		b.rung = nil
	}
}

// next returns a channel that the next ring closes. Get it before reading the state, so as to miss no change.
func (b *broadcast) next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rung == nil {
		b.rung = make(chan struct{})
	}
	return b.rung
}
