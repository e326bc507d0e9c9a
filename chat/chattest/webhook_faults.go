package chattest

import (
	"fmt"
	"slices"
	"time"

	"github.com/acschat/acs-chat-go/chat/events"
)

// The operations of Event Grid. They are not requests to the service, and [Any] does not include them. Their names were chosen for this
// package.
const (
	// ValidateWebhook is the handshake of a subscription with its webhook.
	ValidateWebhook Operation = "EventGrid_ValidateWebhook"
	// DeliverToWebhook is a request with an event, or a batch of events, to a webhook.
	DeliverToWebhook Operation = "EventGrid_DeliverToWebhook"
)

// EventGridOperations lists the operations of Event Grid.
func EventGridOperations() []Operation { return []Operation{ValidateWebhook, DeliverToWebhook} }

// deliveryFault is a fault that hits a request to a webhook. The zero value is no fault.
type deliveryFault struct {
	id         int
	lose       bool // the request is not sent
	status     int  // of the answer, without a request; 0 for none
	loseAnswer bool
	twice      bool
	reorder    bool
	delay      time.Duration
	postponed  bool // reorder and delay have had their effect
}

// takeFault returns the fault that hits a request to the webhook.
func (e *Subscription) takeFault(op Operation, kinds ...events.Kind) *deliveryFault {
	f, id := e.hooks.service.faults.takeFor(op, kinds...)
	if id == 0 {
		return &deliveryFault{}
	}
	fault := &deliveryFault{
		id: id, status: f.Status, loseAnswer: f.LoseReply, twice: f.DuplicateEvent, reorder: f.ReorderEvent, delay: f.Delay,
	}
	fault.lose = f.LoseEvent || f.LoseRequest || *fault == deliveryFault{id: id}
	return fault
}

// postpones reports whether the request is not sent yet.
func (f *deliveryFault) postpones() bool { return !f.postponed && (f.delay > 0 || f.reorder) }

// rest is the fault after the request was postponed.
func (f deliveryFault) rest() *deliveryFault {
	f.postponed = true
	return &f
}

// apply makes a request as the fault demands.
func (f *deliveryFault) apply(request func() (status int, err error)) (status int, err error) {
	switch {
	case f.lose:
		return 0, fmt.Errorf("the request was lost by fault %d", f.id)
	case f.status != 0:
		return f.status, fmt.Errorf("fault %d answered %s", f.id, statusLine(f.status))
	}
	status, err = request()
	if f.twice {
		again, errAgain := request()
		if err != nil {
			status, err = again, errAgain
		}
	}
	if f.loseAnswer {
		return 0, fmt.Errorf("the answer was lost by fault %d", f.id)
	}
	return status, err
}

// postpone puts the deliveries of a request back, to be sent later, again in one request, with the rest of the fault.
func (e *Subscription) postpone(batch []*delivery, fault *deliveryFault, now time.Time) {
	due := now.Add(fault.delay)
	if fault.reorder {
		due = due.Add(RetryDelay(1)) // unless another request ends before
	}
	rest := fault.rest() // one for all of them: see deliveryQueue.take
	e.settle(batch, func(d *delivery, _ time.Time) { d.status, d.due, d.fault = DeliveryWaiting, due, rest })
	e.hooks.mu.Lock()
	defer e.hooks.mu.Unlock()
	if fault.reorder {
		e.held = append(e.held, batch...)
	}
	e.endRequest()
}

// releaseHeld makes the deliveries that wait for another request due, after a request with others. It is called with hooks.mu held.
func (e *Subscription) releaseHeld(sent []*delivery) {
	due := make(map[*delivery]bool, len(e.held))
	for _, d := range e.held {
		due[d] = d.status == DeliveryWaiting && d.fault != nil && !d.changing && !d.removed && !slices.Contains(sent, d)
	}
	e.queue.keep(func(d *delivery) bool { return !due[d] })
	now := e.hooks.service.Now()
	for _, d := range e.held {
		if due[d] {
			d.due = now.Add(d.fault.delay)
			e.queue.add(d)
		}
	}
	e.held = nil
}

// DeliveryAttempt is a request to a webhook that has ended.
type DeliveryAttempt struct {
	Subscription string            // the name of the subscription
	State        SubscriptionState // of the subscription after the request
	Method       string            // POST, or OPTIONS for a handshake of CloudEvents
	URL          string            // without the values of the query
	Handshake    int               // the number of the handshake, from 1, and from 1 again after Validate; 0 for a request with events
	EventTypes   []string          // the types of the events in the request; nil for a handshake
	Status       int               // of the answer, 0 without one
	Failure      string            // why the request was not a success, in one line; empty for a success
	Fault        int               // the id of the fault that hit the request, 0 for none
	Duration     time.Duration
}

// tell passes an attempt to the callback in the options, for which Close waits.
func (e *Subscription) tell(a DeliveryAttempt, err error) {
	if e.hooks.service.onDelivery == nil || !e.hooks.begin() {
		return
	}
	defer e.hooks.working.Done()
	a.Subscription, a.State, a.URL = e.name, e.State(), e.URL()
	if err != nil {
		a.Failure = err.Error()
	}
	e.hooks.service.onDelivery(a)
}
