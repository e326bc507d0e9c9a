package chattest

import (
	"context"
	"slices"
	"time"
)

// WaitForDeliveries waits until no delivery is due and none is in progress: each has succeeded, has failed, or waits for a later time of
// the service's clock or for the consent of the webhook. A delivery that a fault delays or holds waits for a later time, too. The same holds
// for handshakes. It also waits until [Options.OnDelivery] has returned. It returns the cause if ctx ends first, and nil if the service is
// closed.
func (s *Service) WaitForDeliveries(ctx context.Context) error {
	for {
		changed := s.webhooks.unsettled()
		if changed == nil {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// unsettled returns nil if nothing is due or in progress, and otherwise a channel that is closed at the next change.
func (w *webhooks) unsettled() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.service.Now()
	if w.closed || !slices.ContainsFunc(w.subscriptions, func(e *Subscription) bool { return e.isBusy(now) }) {
		return nil
	}
	if w.changed == nil {
		w.changed = make(chan struct{})
	}
	return w.changed
}

// isBusy reports whether something is due or in progress. It is called with hooks.mu held.
func (e *Subscription) isBusy(now time.Time) bool {
	switch {
	case e.shaking || e.running > 0:
		return true
	case e.state == SubscriptionValidating:
		return !now.Before(e.handshakeAt)
	case e.state == SubscriptionActive:
		next, ok := e.queue.next()
		return ok && !now.Before(next)
	}
	return false
}
