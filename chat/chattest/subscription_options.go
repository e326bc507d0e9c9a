package chattest

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/acschat/acs-chat-go/chat/events"
)

// SubscriptionOptions are the optional settings of [Service.DeliverEvents] and [Service.DeliverEventsTo]. The zero value means all events,
// each in a request of its own, in their order, in the schema of Event Grid.
type SubscriptionOptions struct {
	// Name identifies the subscription among those of the service. Subscriptions are not stored, but their deliveries are: those in the
	// file at [Options.Path] wait until a subscription with their name is made again. It must have no control characters. Empty means the
	// host and path of the URL; for DeliverEvents "webhook", "webhook-2" and so on.
	Name string
	// Schema is the form of the events. Empty means that of Event Grid.
	Schema events.Schema
	// EventTypes selects the events by their types in Event Grid, such as "Microsoft.Communication.ChatMessageReceivedInThread"; the prefix may
	// be omitted. Nil or empty means all types.
	EventTypes []string
	// Target is the path and query of requests to the handler of [Service.DeliverEvents], for example with a secret: "/events?code=…". Empty
	// means "/". DeliverEventsTo has them in its URL.
	Target string
	// MaxEventsPerBatch is the most events in a request, up to 5,000. 0 means one. The events of a request have no more than 1 MiB together,
	// except that a larger event is sent alone. The answer is for all events of the request.
	MaxEventsPerBatch int
	// Concurrency is the most requests at the same time, up to 100. 0 means one, so that events arrive in their order unless a delivery fails.
	// The service guarantees no order.
	Concurrency int
	// Transport sends the requests of [Service.DeliverEventsTo]. Nil means a transport like [http.DefaultTransport].
	Transport http.RoundTripper
}

// Limits of the options of a subscription.
const (
	maxEventsPerBatch = 5000
	maxConcurrency    = 100
)

func (s *Service) newSubscription(url string, o *SubscriptionOptions) (*Subscription, error) {
	types, err := eventTypesNamed(o.EventTypes)
	switch {
	case err != nil:
		return nil, err
	case o.MaxEventsPerBatch < 0 || o.MaxEventsPerBatch > maxEventsPerBatch:
		return nil, fmt.Errorf("a batch has 1 to %d events, not %d", maxEventsPerBatch, o.MaxEventsPerBatch)
	case o.Concurrency < 0 || o.Concurrency > maxConcurrency:
		return nil, fmt.Errorf("the number of requests at the same time is 1 to %d, not %d", maxConcurrency, o.Concurrency)
	}
	webhook, err := NewWebhook(url, &WebhookOptions{Schema: o.Schema, Name: o.Name, Topic: topicOf(s.resource), Transport: o.Transport})
	if err != nil {
		return nil, err
	}
	e := &Subscription{
		webhook: webhook, hooks: &s.webhooks, name: webhook.name, types: types, batch: max(o.MaxEventsPerBatch, 1), concurrency: max(o.Concurrency, 1),
		wake: make(chan struct{}, 1), state: SubscriptionValidating,
	}
	e.ctx, e.cancel = context.WithCancel(context.Background())
	return e, nil
}

// eventTypesNamed finds types of Event Grid by their names.
func eventTypesNamed(names []string) (found []string, err error) {
	for _, name := range names {
		t, ok := events.FindEventType(name)
		if !ok {
			return nil, fmt.Errorf("there is no event type %q; one is %s", name, events.EventTypes()[0].Name)
		}
		found = append(found, t.Name)
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}
