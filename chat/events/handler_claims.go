package events

import (
	"context"
	"sync"
)

// claims are the events that are being handled. The zero value is ready.
type claims struct {
	mu      sync.Mutex
	running map[string]chan struct{} // by keys; closed at the end; guarded by mu
}

// acquire waits until no event with any of the keys is being handled. release ends the claim.
func (c *claims) acquire(ctx context.Context, keys []string) (release func(), err error) {
	for {
		release, running := c.try(keys)
		if running == nil {
			return release, nil
		}
		select {
		case <-running:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// tryAcquire does not wait. ok is false if an event with any of the keys is being handled.
func (c *claims) tryAcquire(keys []string) (release func(), ok bool) {
	release, running := c.try(keys)
	return release, running == nil
}

// try claims the keys, or returns a channel that is closed when a claim ends that has one of them.
func (c *claims) try(keys []string) (release func(), running <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, key := range keys {
		if running := c.running[key]; running != nil {
			return nil, running
		}
	}
	if c.running == nil {
		c.running = make(map[string]chan struct{})
	}
	done := make(chan struct{})
	for _, key := range keys {
		c.running[key] = done
	}
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, key := range keys {
			delete(c.running, key)
		}
		close(done)
	}, nil
}
