package chattest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat/events"
)

// SubscriptionState is the state of a [Subscription].
type SubscriptionState string

// The states of a subscription.
const (
	SubscriptionValidating SubscriptionState = "validating" // the webhook has not consented yet; events wait
	SubscriptionActive     SubscriptionState = "active"     // events are delivered

	// SubscriptionFailed means that the webhook has consented neither within ten minutes nor in 120 handshakes. Events are neither delivered
	// nor, from now on, stored for the subscription, until Validate.
	SubscriptionFailed SubscriptionState = "failed"
)

// Subscription is an event subscription of Event Grid, which delivers the events of the service to a webhook. Its methods may be called
// concurrently. The zero value is not usable; use [Service.DeliverEvents] or [Service.DeliverEventsTo].
type Subscription struct {
	webhook     *Webhook
	hooks       *webhooks
	name        string
	types       []string // sorted; nil means all
	batch       int
	concurrency int
	wake        chan struct{}
	ctx         context.Context // ends with the subscription
	cancel      context.CancelFunc

	// Guarded by hooks.mu.
	state       SubscriptionState
	outcome     string // of the latest handshake
	handshakes  int
	handshakeAt time.Time // by the clock of the service, of the next handshake
	askedSince  time.Time // by the clock of the machine, of the first handshake
	shaking     bool      // a handshake is in progress
	running     int       // requests in progress
	queue       deliveryQueue
	held        []*delivery // by a fault, until another request has ended
	removed     bool        // or the service is closed

	handshakeFault *deliveryFault // for the next handshake, nil if it was not decided yet; of the handshake in progress, if there is one
}

// DeliverEvents delivers the events of the service from now on to the handler, as Event Grid delivers them to a webhook: first a handshake,
// then each event at least once, again after a failure. The handler is called in process, with the URL "https://webhook.invalid".
// Nil options are the zero value. DeliverEvents panics if an option is not valid, or a subscription has the name.
//
// An event is delivered once for the thread and once for each participant except the user who caused it, as the types of Event Grid are.
// There are no events of Event Grid for read receipts. The deliveries of an event are stored with the change that caused it. Only the
// statuses 200 to 204, within [AnswerTimeout], are a success. After a failure the delivery is repeated after [RetryDelay], by the clock of
// the service, which [Service.Advance] moves, until [MaxDeliveryAttempts] or [MaxDeliveryTime] is reached; after the statuses 400, 401, 403
// and 413 it is not. [Service.Deliveries] lists the deliveries, and [Service.WaitForDeliveries] waits for those that are due.
//
// The handshake is repeated every [HandshakeInterval] for ten minutes. Events wait for it. After that, see [SubscriptionFailed].
//
// Requests are sent by goroutines of the service. [Service.Close] aborts them, and does not wait for the handler.
func (s *Service) DeliverEvents(handler http.Handler, options *SubscriptionOptions) *Subscription {
	if options == nil {
		options = &SubscriptionOptions{}
	}
	target := options.Target
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	with := *options
	with.Transport = handlerTransport{handler}
	s.webhooks.changing.Lock()
	defer s.webhooks.changing.Unlock()
	if with.Name == "" {
		with.Name = s.webhooks.freeName()
	}
	subscription, err := s.subscribe("https://webhook.invalid"+target, &with)
	if err != nil {
		panic(err.Error())
	}
	return subscription
}

// DeliverEventsTo is [Service.DeliverEvents] for a webhook in another process. Its query may contain a secret: lists, logs and errors
// omit it. On this machine it may use http; the service requires https. It fails if the URL or an option is not valid, or a
// subscription has the name.
func (s *Service) DeliverEventsTo(url string, options *SubscriptionOptions) (*Subscription, error) {
	if options == nil {
		options = &SubscriptionOptions{}
	}
	s.webhooks.changing.Lock()
	defer s.webhooks.changing.Unlock()
	return s.subscribe(url, options)
}

// subscribe makes a subscription. It is called with webhooks.changing held.
func (s *Service) subscribe(url string, options *SubscriptionOptions) (*Subscription, error) {
	e, err := s.newSubscription(url, options)
	if err != nil {
		return nil, fmt.Errorf("chattest: deliver events: %w", err)
	}
	if err := s.webhooks.subscribe(e); err != nil {
		e.cancel()
		return nil, fmt.Errorf("chattest: deliver events: %w", err)
	}
	return e, nil
}

// Subscriptions lists the event subscriptions in the order in which they were made.
func (s *Service) Subscriptions() []*Subscription {
	s.webhooks.mu.Lock()
	defer s.webhooks.mu.Unlock()
	return slices.Clone(s.webhooks.subscriptions)
}

// Name returns the name.
func (e *Subscription) Name() string { return e.name }

// URL returns the URL of the webhook, without the values of its query.
func (e *Subscription) URL() string { return e.webhook.URL() }

// Schema returns the form of the events.
func (e *Subscription) Schema() events.Schema { return e.webhook.Schema() }

// EventTypes lists the types of events that are delivered. Nil means all.
func (e *Subscription) EventTypes() []string { return slices.Clone(e.types) }

// State returns the state.
func (e *Subscription) State() SubscriptionState {
	e.hooks.mu.Lock()
	defer e.hooks.mu.Unlock()
	return e.state
}

// Outcome returns the outcome of the latest handshake in one line, for example why it failed. It is empty before the first has ended.
func (e *Subscription) Outcome() string {
	e.hooks.mu.Lock()
	defer e.hooks.mu.Unlock()
	return e.outcome
}

// Validate begins the handshake again if it has failed. The events since it failed are lost to the subscription.
func (e *Subscription) Validate() {
	e.hooks.mu.Lock()
	defer e.hooks.mu.Unlock()
	if e.state == SubscriptionFailed {
		e.state = SubscriptionValidating
		e.beginHandshakes(e.hooks.service.Now())
		e.ring()
		e.hooks.tellChange()
	}
}

// beginHandshakes makes the next handshake the first. It is called with hooks.mu held.
func (e *Subscription) beginHandshakes(now time.Time) {
	e.handshakes, e.handshakeAt, e.askedSince = 0, now, time.Now()
	if !e.shaking {
		e.handshakeFault = nil
	}
}

// Remove ends the subscription and deletes its deliveries. Requests in progress are aborted. It does nothing after [Service.Close] and if
// the subscription was removed before.
func (e *Subscription) Remove() {
	w := e.hooks
	if !w.begin() {
		return
	}
	defer w.working.Done()
	w.changing.Lock()
	defer w.changing.Unlock()
	w.unsubscribe(e)
}

// wants reports whether the subscription selects events of a type.
func (e *Subscription) wants(eventType string) bool {
	_, found := slices.BinarySearch(e.types, eventType)
	return found || len(e.types) == 0
}

// ring wakes the goroutine of the subscription.
func (e *Subscription) ring() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}
