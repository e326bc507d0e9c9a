package limits

import "slices"

// line has the requests that wait for a window, in the order of their calls. Only the first of them asks the store.
type line struct{ places []*place }

// place is a request in a line.
type place struct {
	ahead int           // requests before it when it joined
	first chan struct{} // closed when it is the first
}

// isWaiting reports whether requests wait for a window.
func (l *Limiter) isWaiting(w Window) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines[w] != nil
}

// join puts a request at the end of the line.
func (l *Limiter) join(w Window) *place {
	l.mu.Lock()
	defer l.mu.Unlock()
	queue := l.lines[w]
	if queue == nil {
		queue = &line{}
		l.lines[w] = queue
	}
	p := &place{ahead: len(queue.places), first: make(chan struct{})}
	if queue.places = append(queue.places, p); p.ahead == 0 {
		close(p.first)
	}
	return p
}

// position returns the position of a request in the line, from 1.
func (l *Limiter) position(w Window, p *place) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Index(l.lines[w].places, p) + 1
}

// leave removes a request from the line, and tells the next one that it is the first.
func (l *Limiter) leave(w Window, p *place) {
	l.mu.Lock()
	defer l.mu.Unlock()
	queue := l.lines[w]
	i := slices.Index(queue.places, p)
	queue.places = slices.Delete(queue.places, i, i+1)
	switch {
	case len(queue.places) == 0:
		delete(l.lines, w)
	case i == 0:
		close(queue.places[0].first)
	}
}
