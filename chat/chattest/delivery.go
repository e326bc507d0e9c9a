package chattest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"github.com/acschat/acs-chat-go/chat/events"
)

// Delivery is the delivery of one event to one webhook.
type Delivery struct {
	ID           string // identifies it among the deliveries of the service
	Subscription string // the name of the subscription
	// Event is the event as it is sent, with ID, Level and Recipient in its header. The ID of an event is the same for all subscriptions and
	// attempts.
	Event events.Event
	// Type is the type of the event, such as "Microsoft.Communication.ChatMessageReceived".
	Type     string
	Status   DeliveryStatus
	Attempts int       // that have ended
	Next     time.Time // when it is due, by the clock of the service; the zero value unless Status is DeliveryWaiting
	// Outcome is the outcome of the latest attempt in one line, such as "204 No Content". It is empty before the first has ended.
	Outcome string
}

// DeliveryStatus is the status of a [Delivery].
type DeliveryStatus string

// The statuses of a delivery.
const (
	DeliveryWaiting   DeliveryStatus = "waiting"   // for its first or next attempt
	DeliveryRunning   DeliveryStatus = "running"   // an attempt is in progress
	DeliveryDelivered DeliveryStatus = "delivered" // the webhook accepted it
	DeliveryFailed    DeliveryStatus = "failed"    // it was given up; Event Grid would dead-letter it
)

// deliveryKey identifies a delivery: the number of what happened, and the number of the delivery among those that it caused. Their order is
// that of the events.
type deliveryKey struct{ occurrence, index int64 }

func (k deliveryKey) String() string { return fmt.Sprintf("%d-%d", k.occurrence, k.index) }

func (k deliveryKey) compare(other deliveryKey) int {
	return cmp.Or(cmp.Compare(k.occurrence, other.occurrence), cmp.Compare(k.index, other.index))
}

// delivery is a delivery in memory. The fields below are guarded by webhooks.mu.
type delivery struct {
	key          deliveryKey
	subscription *Subscription
	address      eventAddress
	event        events.Event // what happened, for no address

	status   DeliveryStatus
	attempts int
	first    time.Time // of the first attempt, zero before it
	due      time.Time
	outcome  string
	fault    *deliveryFault // for the next attempt, nil if it was not decided yet
	removed  bool
}

// size estimates the memory of the delivery in bytes, without what it shares.
func (d *delivery) size() int { return 600 }

// value is called with webhooks.mu held.
func (d *delivery) value() Delivery {
	v := Delivery{
		ID: d.key.String(), Subscription: d.subscription.name, Event: d.address.of(d.event), Type: d.address.Type,
		Status: d.status, Attempts: d.attempts, Outcome: d.outcome,
	}
	if d.status == DeliveryWaiting {
		v.Next = d.due.Round(0).UTC()
	}
	return v
}

// Deliveries lists the deliveries of all subscriptions in the order of their events. The service keeps the last 10,000 that have
// succeeded, until it is closed, and all others.
func (s *Service) Deliveries() []Delivery {
	s.webhooks.mu.Lock()
	defer s.webhooks.mu.Unlock()
	list := s.webhooks.ended.all()
	for _, d := range s.webhooks.open {
		list = append(list, d)
	}
	slices.SortFunc(list, func(a, b *delivery) int { return a.key.compare(b.key) })
	values := make([]Delivery, len(list))
	for i, d := range list {
		values[i] = d.value()
	}
	return values
}

// Redeliver sends the event of a delivery again, whether it has succeeded, has failed or waits, and counts its attempts from the start. It
// fails if there is no delivery with the id, or its attempt is in progress.
func (s *Service) Redeliver(id string) error {
	w := &s.webhooks
	w.mu.Lock()
	d, err := w.find(id)
	if err != nil {
		w.mu.Unlock()
		return fmt.Errorf("chattest: redeliver: %w", err)
	}
	w.forget(d)
	again := &delivery{
		key: d.key, subscription: d.subscription, address: d.address, event: d.event, status: DeliveryWaiting, due: s.Now(),
	}
	w.mu.Unlock()
	return s.store.update(func(tx *bbolt.Tx) error {
		if err := again.save(tx); err != nil {
			return err
		}
		tx.OnCommit(func() { w.add([]*delivery{again}) })
		return nil
	})
}

// RemoveDelivery deletes a delivery. An event that waits is then not delivered. It fails if there is no delivery with the id, or its attempt
// is in progress.
func (s *Service) RemoveDelivery(id string) error {
	w := &s.webhooks
	w.mu.Lock()
	d, err := w.find(id)
	if err != nil {
		w.mu.Unlock()
		return fmt.Errorf("chattest: remove delivery: %w", err)
	}
	w.forget(d)
	w.tellChange()
	w.mu.Unlock()
	return s.store.update(func(tx *bbolt.Tx) error { return removeDelivery(tx, d.key) })
}

var errUnknownDelivery = errors.New("there is no delivery")

// find finds a delivery that is not in progress. It is called with mu held.
func (w *webhooks) find(id string) (*delivery, error) {
	list := w.ended.all()
	for _, d := range w.open {
		list = append(list, d)
	}
	at := slices.IndexFunc(list, func(d *delivery) bool { return d.key.String() == id })
	switch {
	case at < 0:
		return nil, fmt.Errorf("%w %q", errUnknownDelivery, id)
	case list[at].status == DeliveryRunning:
		return nil, fmt.Errorf("the delivery %s is in progress", id)
	}
	return list[at], nil
}

// forget removes a delivery from memory. It is called with mu held.
func (w *webhooks) forget(d *delivery) {
	w.drop(func(other *delivery) bool { return other == d })
}
