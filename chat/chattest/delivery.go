package chattest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"github.com/acschat/acs-chat-go/chat/events"
)

// Delivery is the delivery of one event to one webhook.
type Delivery struct {
	ID           string // identifies it among the deliveries of the service
	Subscription string // the name of the subscription, which may be one of an earlier run that was not made again
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

// parseDeliveryKey reads what String writes. For other texts it returns the zero value, which no delivery has.
func parseDeliveryKey(text string) (k deliveryKey) {
	occurrence, index, _ := strings.Cut(text, "-")
	k.occurrence, _ = strconv.ParseInt(occurrence, 10, 64)
	k.index, _ = strconv.ParseInt(index, 10, 64)
	if k.String() != text {
		return deliveryKey{}
	}
	return k
}

func (k deliveryKey) compare(other deliveryKey) int {
	return cmp.Or(cmp.Compare(k.occurrence, other.occurrence), cmp.Compare(k.index, other.index))
}

// delivery is a delivery in memory. The fields below are guarded by webhooks.mu.
type delivery struct {
	key          deliveryKey
	subscription *Subscription // one that is removed if it was made by an earlier run
	address      eventAddress
	event        events.Event // what happened, for no address
	share        int          // of the event, in bytes of JSON: several deliveries have it

	status   DeliveryStatus
	attempts int
	first    time.Time // of the first attempt since the service was opened, zero before it: it does not expire while the service is closed
	due      time.Time
	outcome  string
	fault    *deliveryFault // for the next attempt, nil if it was not decided yet
	changing bool           // a commit changes it: see claim
	removed  bool
}

// isBusy reports whether an attempt or a change is in progress.
func (d *delivery) isBusy() bool { return d.status == DeliveryRunning || d.changing }

// size estimates the memory of the delivery in bytes.
func (d *delivery) size() int { return 400 + len(d.outcome) + d.share }

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

// Deliveries lists the deliveries of all subscriptions in the order of their events. The service keeps all that wait or are in progress, the
// last 10,000 that have succeeded, until it is closed, and the last 10,000 that have failed; of both fewer if they take more than 64 MiB.
// With [Options.Path], those of an earlier run are listed, too: they wait until a subscription with the name is made again.
func (s *Service) Deliveries() []Delivery {
	s.webhooks.mu.Lock()
	defer s.webhooks.mu.Unlock()
	list := s.webhooks.all()
	slices.SortFunc(list, func(a, b *delivery) int { return a.key.compare(b.key) })
	values := make([]Delivery, len(list))
	for i, d := range list {
		values[i] = d.value()
	}
	return values
}

// Redeliver sends the event of a delivery again, whether it has succeeded, has failed or waits, and counts its attempts from the start. It
// fails if there is no delivery with the id, its attempt is in progress, another call is changing it, or there is no subscription with its
// name.
func (s *Service) Redeliver(id string) error {
	if err := s.webhooks.redeliver(id); err != nil {
		return fmt.Errorf("chattest: redeliver: %w", err)
	}
	return nil
}

// redeliver puts a new delivery into the store, and then in the place of the old one.
func (w *webhooks) redeliver(id string) error {
	if !w.begin() {
		return errServiceClosed
	}
	defer w.working.Done()
	var old, again *delivery
	var refused error
	err := w.service.store.update(func(tx *bbolt.Tx) error {
		if old, again, refused = w.again(id); again == nil {
			return nil
		}
		tx.OnCommit(func() { w.replace(old, again) })
		return again.save(tx)
	})
	if err != nil && old != nil {
		w.release([]*delivery{old})
	}
	return cmp.Or(err, refused)
}

// again claims a delivery, and makes a new one of the same event.
func (w *webhooks) again(id string) (old, again *delivery, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	old, err = w.find(id)
	switch {
	case err != nil:
		return nil, nil, err
	case old.subscription.removed:
		return nil, nil, fmt.Errorf("%w %q", errNoSubscription, old.subscription.name)
	}
	w.claim([]*delivery{old})
	return old, &delivery{
		key: old.key, subscription: old.subscription, address: old.address, event: old.event, share: old.share,
		status: DeliveryWaiting, due: w.service.Now(),
	}, nil
}

// replace puts a delivery in the place of one that is claimed.
func (w *webhooks) replace(old, again *delivery) {
	w.mu.Lock()
	w.drop(func(d *delivery) bool { return d == old })
	old.removed = true // also if it was dropped from the failed ones meanwhile
	w.mu.Unlock()
	w.add([]*delivery{again})
}

// RemoveDelivery deletes a delivery. An event that waits is then not delivered. It fails if there is no delivery with the id, its attempt is
// in progress, or another call is changing it.
func (s *Service) RemoveDelivery(id string) error {
	err := s.webhooks.remove(func() ([]*delivery, error) {
		d, err := s.webhooks.find(id)
		return []*delivery{d}, err
	})
	if err != nil {
		return fmt.Errorf("chattest: remove delivery: %w", err)
	}
	return nil
}

// removeDeliveries deletes the deliveries that are not in progress: those with a status, or all for "".
func (s *Service) removeDeliveries(status DeliveryStatus) error {
	return s.webhooks.remove(func() ([]*delivery, error) {
		return slices.DeleteFunc(s.webhooks.all(), func(d *delivery) bool { return d.isBusy() || status != "" && d.status != status }), nil
	})
}

var (
	errUnknownDelivery = errors.New("there is no delivery")
	errNoSubscription  = errors.New("there is no subscription")
	errDeliveryIsBusy  = errors.New("is in progress")
)

// find finds a delivery that is not in progress. It is called with mu held.
func (w *webhooks) find(id string) (*delivery, error) {
	key := parseDeliveryKey(id)
	isIt := func(d *delivery) bool { return d.key == key }
	d := cmp.Or(w.open[key], w.ended.first(isIt), w.failed.first(isIt))
	switch {
	case d == nil:
		return nil, fmt.Errorf("%w %q", errUnknownDelivery, id)
	case d.isBusy():
		return nil, fmt.Errorf("the delivery %s %w", id, errDeliveryIsBusy)
	}
	return d, nil
}
