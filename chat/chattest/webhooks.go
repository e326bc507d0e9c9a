package chattest

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
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

	changing sync.Mutex // held while a subscription is made or removed

	mu            sync.Mutex // guards the fields below, and those of subscriptions and deliveries that say so
	subscriptions []*Subscription
	open          map[deliveryKey]*delivery // waiting or in progress
	ended         history[*delivery]        // delivered
	failed        history[*delivery]        // given up
	changed       chan struct{}             // closed at the next change; nil if no one waits for it
	closed        bool

	working sync.WaitGroup // the goroutines of subscriptions, what writes to the store, and calls of the callback; not requests to webhooks
}

var (
	errServiceClosed = errors.New("the service is closed")
	errNameTaken     = errors.New("give this one another name")
)

// freeName returns a name for a subscription without one. It is called with changing held.
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

// subscribe adds a subscription and starts it. It continues the deliveries of an earlier run that have its name.
func (w *webhooks) subscribe(e *Subscription) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.closed:
		return errServiceClosed
	case w.named(e.name) != nil:
		return fmt.Errorf("there is a subscription %q already; %w", e.name, errNameTaken)
	}
	now := w.service.Now()
	for _, d := range w.all() {
		if d.subscription.name != e.name {
			continue
		}
		d.subscription = e
		if d.status == DeliveryWaiting && !d.changing {
			d.due = minTime(d.due, now.Add(RetryDelay(d.attempts))) // the clock may have been ahead
			e.queue.add(d)
		}
	}
	e.beginHandshakes(now)
	w.subscriptions = append(w.subscriptions, e)
	w.active.Store(true)
	w.service.watchDueThreads(1)
	w.working.Go(e.run)
	return nil
}

// place puts a delivery where its status belongs, and returns the failed ones that are no longer kept. It is called with mu held.
func (w *webhooks) place(d *delivery) (surplus []*delivery) {
	delete(w.open, d.key)
	switch d.status {
	case DeliveryDelivered:
		w.ended.add(d)
	case DeliveryFailed:
		surplus = w.failed.add(d)
	default:
		if w.open == nil {
			w.open = make(map[deliveryKey]*delivery)
		}
		w.open[d.key] = d
		if !d.subscription.removed {
			d.subscription.queue.add(d)
		}
	}
	return surplus
}

// all lists the deliveries, in no order. It is called with mu held.
func (w *webhooks) all() []*delivery {
	return slices.AppendSeq(append(w.ended.all(), w.failed.all()...), maps.Values(w.open))
}

// add starts deliveries after the commit that stored them.
func (w *webhooks) add(deliveries []*delivery) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, d := range deliveries {
		if !d.subscription.removed {
			w.place(d)
			d.subscription.ring()
		}
	}
	w.tellChange()
}

// unsubscribe removes a subscription with its deliveries. It does nothing if that was done before or the service is closed.
func (w *webhooks) unsubscribe(e *Subscription) {
	w.mu.Lock()
	if e.removed {
		w.mu.Unlock()
		return
	}
	e.removed = true
	e.cancel()
	w.subscriptions = slices.DeleteFunc(w.subscriptions, func(other *Subscription) bool { return other == e })
	w.active.Store(len(w.subscriptions) > 0)
	w.drop(func(d *delivery) bool { return d.subscription == e })
	w.mu.Unlock()
	w.service.watchDueThreads(-1)
	w.service.mustUpdate(func(tx *bbolt.Tx) error { return removeDeliveriesOf(tx, e.name) })
	e.webhook.closeIdle()
}

// drop removes deliveries from memory. It is called with mu held.
func (w *webhooks) drop(isDropped func(*delivery) bool) {
	keep := func(d *delivery) bool {
		d.removed = d.removed || isDropped(d)
		return !d.removed
	}
	maps.DeleteFunc(w.open, func(_ deliveryKey, d *delivery) bool { return !keep(d) })
	w.ended.keep(keep)
	w.failed.keep(keep)
	for _, e := range w.subscriptions {
		e.queue.keep(keep)
		e.held = slices.DeleteFunc(e.held, isDropped)
	}
	w.tellChange()
}

// remove deletes deliveries from the store and from memory. They are chosen in the transaction, with mu held.
func (w *webhooks) remove(choose func() ([]*delivery, error)) error {
	if !w.begin() {
		return errServiceClosed
	}
	defer w.working.Done()
	var chosen []*delivery
	var refused error
	err := w.service.store.update(func(tx *bbolt.Tx) error {
		if chosen, refused = w.choose(choose); len(chosen) == 0 {
			return nil
		}
		for _, d := range chosen {
			if err := removeDelivery(tx, d.key); err != nil {
				return err
			}
		}
		tx.OnCommit(func() { w.dropAll(chosen) })
		return nil
	})
	if err != nil {
		w.release(chosen)
	}
	return cmp.Or(err, refused)
}

// choose claims the deliveries that a function returns.
func (w *webhooks) choose(choose func() ([]*delivery, error)) ([]*delivery, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	list, err := choose()
	if err != nil {
		return nil, err
	}
	w.claim(list)
	return list, nil
}

// removeSurplus deletes failed deliveries that are no longer kept, unless they were replaced meanwhile.
func (w *webhooks) removeSurplus(list []*delivery) error {
	return w.remove(func() ([]*delivery, error) {
		return slices.DeleteFunc(list, func(d *delivery) bool { return d.isBusy() || d.removed }), nil
	})
}

// claim keeps deliveries that are not busy from being sent and changed until the commit that removes them, or release. It is called with mu
// held.
func (w *webhooks) claim(list []*delivery) {
	for _, d := range list {
		d.changing = true
	}
	for _, e := range w.subscriptions {
		e.queue.keep(func(d *delivery) bool { return !d.changing })
	}
}

// release ends a claim after a commit that has failed.
func (w *webhooks) release(list []*delivery) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, d := range list {
		d.changing = false
		if d.status == DeliveryWaiting && !d.removed && !d.subscription.removed {
			d.subscription.queue.add(d)
			d.subscription.ring()
		}
	}
}

// dropAll removes deliveries from memory.
func (w *webhooks) dropAll(list []*delivery) {
	dropped := make(map[*delivery]bool, len(list))
	for _, d := range list {
		dropped[d] = true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drop(func(d *delivery) bool { return dropped[d] })
}

// clear forgets all deliveries, in the commit that removes them from the store, and moves the clock. The subscriptions remain.
func (w *webhooks) clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drop(func(*delivery) bool { return true })
	for _, e := range w.subscriptions {
		if e.state == SubscriptionValidating {
			e.beginHandshakes(w.service.Now())
		}
		e.ring()
	}
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

// close ends the subscriptions. It waits for their goroutines and for the callback, but not for a webhook.
func (w *webhooks) close() {
	w.mu.Lock()
	w.closed = true
	ended := slices.Clone(w.subscriptions)
	for _, e := range ended {
		e.removed = true // for a Remove that waits for mu
		e.cancel()
		w.service.watchDueThreads(-1)
	}
	w.tellChange()
	w.mu.Unlock()
	w.working.Wait()
	for _, e := range ended {
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
