package chattest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
)

// webhooks delivers events to the webhooks of subscriptions. Without a subscription it stores nothing and has no goroutine.
type webhooks struct {
	service *Service
	active  atomic.Bool // there are subscriptions

	mu            sync.Mutex // guards the fields below, and those of subscriptions and deliveries that say so
	subscriptions []*Subscription
	open          map[deliveryKey]*delivery // waiting, in progress or failed
	ended         history[*delivery]        // delivered
	changed       chan struct{}             // closed at the next change; nil if no one waits for it
	closed        bool

	working sync.WaitGroup // the goroutines of subscriptions, and what writes to the store; not requests to webhooks
}

// freeName returns a name for a subscription without one.
func (w *webhooks) freeName() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	name := "webhook"
	for n := 2; w.named(name) != nil; n++ {
		name = fmt.Sprint("webhook-", n)
	}
	return name
}

// named finds a subscription. It is called with mu held.
func (w *webhooks) named(name string) *Subscription {
	at := slices.IndexFunc(w.subscriptions, func(e *Subscription) bool { return e.name == name })
	if at < 0 {
		return nil
	}
	return w.subscriptions[at]
}

// subscribe adds a subscription, with the deliveries that the store has for its name, and starts it. Whether an event is for the
// subscription is decided by the order of the commits.
func (w *webhooks) subscribe(e *Subscription) error {
	var refused error
	err := w.service.store.update(func(tx *bbolt.Tx) error {
		kept, err := readDeliveries(tx, e)
		tx.OnCommit(func() { refused = w.start(e, kept) })
		return err
	})
	return errors.Join(err, refused)
}

// start starts a subscription.
func (w *webhooks) start(e *Subscription, kept []*delivery) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.closed:
		return errors.New("the service is closed")
	case w.named(e.name) != nil:
		return fmt.Errorf("there is a subscription %q already; give this one another name", e.name)
	}
	now := w.service.Now()
	for _, d := range kept {
		if d.status == DeliveryWaiting { // the clock may have been ahead
			d.due = minTime(d.due, now.Add(RetryDelay(d.attempts)))
		}
		w.admit(d)
	}
	e.handshakeAt = now
	w.subscriptions = append(w.subscriptions, e)
	w.active.Store(true)
	w.service.watchDueThreads(1)
	w.working.Go(e.run)
	return nil
}

// admit adds a delivery to those of its subscription. It is called with mu held.
func (w *webhooks) admit(d *delivery) {
	if d.subscription.removed {
		return
	}
	if w.open == nil {
		w.open = make(map[deliveryKey]*delivery)
	}
	w.open[d.key] = d
	if d.status == DeliveryWaiting {
		d.subscription.queue.add(d)
	}
}

// add starts deliveries after the commit that stored them.
func (w *webhooks) add(deliveries []*delivery) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, d := range deliveries {
		w.admit(d)
		d.subscription.ring()
	}
	w.tellChange()
}

// unsubscribe removes a subscription from memory. It reports false if that was done before.
func (w *webhooks) unsubscribe(e *Subscription) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if e.removed {
		return false
	}
	e.removed = true
	e.cancel()
	w.subscriptions = slices.DeleteFunc(w.subscriptions, func(other *Subscription) bool { return other == e })
	w.service.watchDueThreads(-1)
	w.active.Store(len(w.subscriptions) > 0)
	w.drop(func(d *delivery) bool { return d.subscription == e })
	return true
}

// drop removes deliveries from memory. It is called with mu held.
func (w *webhooks) drop(isDropped func(*delivery) bool) {
	for key, d := range w.open {
		if isDropped(d) {
			d.removed = true
			delete(w.open, key)
		}
	}
	for _, e := range w.subscriptions {
		e.queue.keep(func(d *delivery) bool { return !isDropped(d) })
		e.held = slices.DeleteFunc(e.held, isDropped)
	}
	w.ended.keep(func(d *delivery) bool { return !isDropped(d) })
	w.tellChange()
}

// clear forgets all deliveries, after they were removed from the store. The subscriptions remain.
func (w *webhooks) clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drop(func(*delivery) bool { return true })
}

// clockMoved wakes the subscriptions, whose deliveries may be due.
func (w *webhooks) clockMoved() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.subscriptions {
		e.ring()
	}
	w.tellChange()
}

// close ends the subscriptions. It waits for their goroutines, but not for a webhook.
func (w *webhooks) close() {
	w.mu.Lock()
	w.closed = true
	for _, e := range w.subscriptions {
		e.cancel()
		w.service.watchDueThreads(-1)
	}
	w.tellChange()
	w.mu.Unlock()
	w.working.Wait()
	for _, e := range w.subscriptions {
		e.webhook.closeIdle()
	}
}

// begin registers work that [Service.Close] waits for. It reports false if the service is closed.
func (w *webhooks) begin() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return false
	}
	w.working.Add(1)
	return true
}

// tellChange wakes those who wait for deliveries. It is called with mu held.
func (w *webhooks) tellChange() {
	if w.changed != nil {
		close(w.changed)
		w.changed = nil
	}
}

func minTime(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
