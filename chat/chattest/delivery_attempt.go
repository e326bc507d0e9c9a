package chattest

import (
	"fmt"
	"net/http"
	"time"

	"go.etcd.io/bbolt"

	"github.com/acschat/acs-chat-go/chat/events"
)

// run makes the handshake and then the requests of a subscription, until it ends.
func (e *Subscription) run() {
	for e.ctx.Err() == nil {
		work, wait := e.next()
		if work != nil {
			go work()
			continue
		}
		timer := time.NewTimer(wait)
		due := timer.C
		if wait == 0 {
			due = nil
		}
		select {
		case <-e.wake:
		case <-due:
		case <-e.ctx.Done():
		}
		timer.Stop()
	}
}

// next returns what to do now in a goroutine of its own, or nil and how long nothing is due; 0 means until the subscription is woken.
func (e *Subscription) next() (work func(), wait time.Duration) {
	e.hooks.mu.Lock()
	defer e.hooks.mu.Unlock()
	now := e.hooks.service.Now()
	switch {
	case e.ctx.Err() != nil || e.state == SubscriptionFailed || e.shaking || e.running >= e.concurrency:
		return nil, 0
	case e.state == SubscriptionValidating && now.Before(e.handshakeAt):
		return nil, e.handshakeAt.Sub(now)
	case e.state == SubscriptionValidating:
		e.shaking = true
		return e.handshake, 0
	}
	due, ok := e.queue.next()
	switch {
	case !ok:
		return nil, 0
	case now.Before(due):
		return nil, due.Sub(now)
	}
	batch := e.queue.take(now, e.batch)
	for _, d := range batch {
		d.status = DeliveryRunning
	}
	e.running++
	return func() { e.attempt(batch, now) }, 0
}

// handshake asks the webhook for its consent once.
func (e *Subscription) handshake() {
	fault := e.handshakeFault
	if fault == nil {
		fault = e.takeFault(ValidateWebhook)
	}
	if fault.postpones() {
		e.handshakeFault = fault.rest()
		e.endHandshake(func(now time.Time) { e.handshakeAt = now.Add(fault.delay) }, nil)
		return
	}
	e.handshakeFault = nil
	a := DeliveryAttempt{Method: e.webhook.handshakeMethod(), Fault: fault.id}
	began := time.Now()
	status, err := fault.apply(func() (int, error) { return e.webhook.Validate(e.ctx) })
	if e.ctx.Err() != nil {
		return
	}
	a.Status, a.Duration = status, time.Since(began)
	e.endHandshake(func(now time.Time) {
		e.handshakes++
		a.Handshake = e.handshakes
		switch {
		case err == nil:
			e.state, e.outcome = SubscriptionActive, statusLine(status)
			return
		case e.handshakes >= maxHandshakeAttempts, time.Since(e.askedSince) > handshakeTime-HandshakeInterval:
			e.state = SubscriptionFailed
		}
		e.handshakeAt, e.outcome = now.Add(HandshakeInterval), err.Error()
	}, func() { e.tell(a, err) })
}

// endHandshake sets what follows a handshake, tells it, and lets the next request begin.
func (e *Subscription) endHandshake(set func(now time.Time), tell func()) {
	e.hooks.mu.Lock()
	set(e.hooks.service.Now())
	e.hooks.mu.Unlock()
	if tell != nil {
		tell()
	}
	e.hooks.mu.Lock()
	defer e.hooks.mu.Unlock()
	e.shaking = false
	e.ring()
	e.hooks.tellChange()
}

// attempt sends a batch, or as much of it as a request may have, and decides what becomes of its deliveries.
func (e *Subscription) attempt(batch []*delivery, now time.Time) {
	if batch = e.expire(batch, now); len(batch) == 0 {
		return
	}
	batch, body, err := e.cut(batch)
	if err != nil {
		e.giveUpUnformatted(batch, err)
		return
	}
	var kinds []events.Kind
	a := DeliveryAttempt{Method: http.MethodPost}
	for _, d := range batch {
		kinds, a.EventTypes = append(kinds, d.event.Kind()), append(a.EventTypes, d.address.Type)
	}
	fault := batch[0].fault
	if fault == nil {
		fault = e.takeFault(DeliverToWebhook, kinds...)
	}
	if fault.postpones() {
		e.postpone(batch, fault, now)
		return
	}
	began := time.Now()
	status, err := fault.apply(func() (int, error) { return e.webhook.deliver(e.ctx, batch[0].attempts, len(batch), body) })
	if e.ctx.Err() != nil {
		return // it is sent again after a restart
	}
	a.Status, a.Fault, a.Duration = status, fault.id, time.Since(began)
	e.settle(batch, func(d *delivery, ended time.Time) { d.decide(status, err, now, ended) })
	e.tell(a, err)
	e.finish(batch)
}

// expire gives up the deliveries of a batch whose time is over, and returns the others.
func (e *Subscription) expire(batch []*delivery, now time.Time) (live []*delivery) {
	var expired []*delivery
	for _, d := range batch {
		if !d.first.IsZero() && now.Sub(d.first) > MaxDeliveryTime {
			expired = append(expired, d)
		} else {
			live = append(live, d)
		}
	}
	giveUp := func(d *delivery, _ time.Time) {
		d.status, d.outcome = DeliveryFailed, fmt.Sprintf("%s have passed since the first attempt; the last: %s", MaxDeliveryTime, d.outcome)
	}
	if len(expired) > 0 {
		e.settle(expired, giveUp)
	}
	if len(live) == 0 {
		e.finish(expired)
	}
	return live
}

// cut returns the deliveries of a batch that one request may have, and its body. The others wait again. The error is that of the first event.
// It formats the events, which takes long for a large batch: hooks.mu, for which writes wait, is not held meanwhile.
func (e *Subscription) cut(batch []*delivery) (sent []*delivery, body []byte, err error) {
	list := make([]events.Event, len(batch))
	for i, d := range batch {
		list[i] = d.address.of(d.event)
	}
	body, n, err := e.webhook.formatBatch(list)
	e.hooks.mu.Lock()
	defer e.hooks.mu.Unlock()
	for _, d := range batch[n:] {
		if !d.removed {
			d.status = DeliveryWaiting
			e.hooks.place(d)
		}
	}
	e.ring()
	return batch[:n], body, err
}

// giveUpUnformatted gives up deliveries whose events can't be formatted, which no later attempt changes.
func (e *Subscription) giveUpUnformatted(batch []*delivery, err error) {
	e.settle(batch, func(d *delivery, _ time.Time) {
		d.status, d.outcome = DeliveryFailed, "the event can't be sent: "+shortLine(err.Error())
	})
	e.hooks.mu.Lock()
	defer e.hooks.mu.Unlock()
	e.endRequest()
}

// decide sets what becomes of a delivery after an attempt.
func (d *delivery) decide(status int, err error, began, ended time.Time) {
	d.attempts++
	d.fault = nil
	if d.first.IsZero() {
		d.first = began
	}
	if err == nil {
		d.status, d.outcome = DeliveryDelivered, statusLine(status)
		return
	}
	d.status, d.outcome = DeliveryFailed, err.Error()
	if due, again := NextAttempt(d.first, ended, d.attempts, status); again {
		d.status, d.due = DeliveryWaiting, due
	}
}

// finish lets the next request begin, and sends what waited for this one.
func (e *Subscription) finish(batch []*delivery) {
	e.hooks.mu.Lock()
	defer e.hooks.mu.Unlock()
	e.releaseHeld(batch)
	e.endRequest()
}

// endRequest is called with hooks.mu held.
func (e *Subscription) endRequest() {
	e.running--
	e.ring()
	e.hooks.tellChange()
}

// settle decides what becomes of deliveries. Others see it when it is stored, or could not be: the store then keeps the earlier status, so
// that a delivery is made again after a restart.
func (e *Subscription) settle(batch []*delivery, decide func(d *delivery, now time.Time)) {
	w := e.hooks
	if !w.begin() {
		return
	}
	defer w.working.Done()
	now := w.service.Now()
	after := make([]*delivery, len(batch))
	w.mu.Lock()
	for i, d := range batch {
		after[i] = new(*d)
	}
	w.mu.Unlock()
	for _, d := range after {
		decide(d, now)
	}
	_ = w.service.store.update(func(tx *bbolt.Tx) error { return updateDeliveries(tx, after) })

	w.mu.Lock()
	var surplus []*delivery
	for i, d := range batch {
		if !d.removed {
			*d = *after[i]
			surplus = append(surplus, w.place(d)...)
		}
	}
	w.mu.Unlock()
	if len(surplus) > 0 {
		_ = w.removeSurplus(surplus) // or when the store is opened again
	}
}
