package inspector

import "sync"

// bell wakes everybody who waits. The zero value is one that has not rung.
type bell struct {
	mu   sync.Mutex // guards rung
	rung chan struct{}
}

// ring wakes those who wait.
func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rung != nil {
		close(b.rung)
		b.rung = nil
	}
}

// next is closed by the next ring. Who asks for it first and then looks misses nothing.
func (b *bell) next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rung == nil {
		b.rung = make(chan struct{})
	}
	return b.rung
}
