package chattest

import (
	"bytes"
	"encoding/json"
	"time"

	"go.etcd.io/bbolt"

	"github.com/acschat/acs-chat-go/chat/events"
)

// deliveryRecord is a delivery in the store.
type deliveryRecord struct {
	Subscription string         `json:"subscription"`
	Address      eventAddress   `json:"address"`
	Status       DeliveryStatus `json:"status"` // waiting or failed
	Attempts     int            `json:"attempts,omitzero"`
	Due          time.Time      `json:"due"`
	Outcome      string         `json:"outcome,omitzero"`
}

// prepare stores the deliveries that an occurrence causes, in the transaction of the change. There are none without a subscription.
func (w *webhooks) prepare(tx *bbolt.Tx, o *occurrence) (list []*delivery, err error) {
	if !w.active.Load() {
		return nil, nil
	}
	w.mu.Lock()
	var subscriptions []*Subscription
	for _, e := range w.subscriptions {
		if e.state != SubscriptionFailed {
			subscriptions = append(subscriptions, e)
		}
	}
	w.mu.Unlock()
	event := o.gridEvent()
	now := w.service.Now()
	for _, address := range o.addresses(event) {
		address.ID = newGUID()
		for _, e := range subscriptions {
			if e.wants(address.Type) {
				list = append(list, &delivery{subscription: e, address: address, event: event, status: DeliveryWaiting, due: now})
			}
		}
	}
	return list, saveAll(tx, list)
}

// saveAll gives the deliveries of an event their keys, and stores them.
func saveAll(tx *bbolt.Tx, list []*delivery) error {
	if len(list) == 0 {
		return nil
	}
	deliveries := tx.Bucket([]byte(deliveriesBucket))
	next, err := deliveries.NextSequence()
	if err != nil {
		return err
	}
	for i, d := range list {
		d.key = deliveryKey{int64(next), int64(i)}
		if err := d.save(tx); err != nil {
			return err
		}
		d.share = len(tx.Bucket([]byte(occurrencesBucket)).Get(number(d.key.occurrence))) / len(list)
	}
	return nil
}

// save stores a delivery that waits or has failed. The event is stored once for all deliveries of what happened.
func (d *delivery) save(tx *bbolt.Tx) error {
	happened := tx.Bucket([]byte(occurrencesBucket))
	if key := number(d.key.occurrence); happened.Get(key) == nil {
		text, err := json.Marshal(d.event)
		if err != nil {
			return err
		}
		if err := happened.Put(key, text); err != nil {
			return err
		}
	}
	return tx.Bucket([]byte(deliveriesBucket)).Put(d.key.bytes(), d.record())
}

func (d *delivery) record() []byte {
	return encode(deliveryRecord{d.subscription.name, d.address, d.status, d.attempts, d.due, d.outcome})
}

func (k deliveryKey) bytes() []byte { return numbers(k.occurrence, k.index) }

// load reads, before the service is used, the deliveries of an earlier run. They wait for subscriptions with their names.
func (w *webhooks) load() error {
	absent := make(map[string]*Subscription)
	var happened events.Event // what the delivery before was about
	var last int64
	var surplus []*delivery
	err := w.service.store.view(func(tx *bbolt.Tx) error {
		return eachDelivery(tx, func(key deliveryKey, r deliveryRecord) (err error) {
			text := tx.Bucket([]byte(occurrencesBucket)).Get(number(key.occurrence))
			share := 0
			if key.occurrence != last {
				if happened, err = events.Unmarshal(text); err != nil {
					return damaged(overwritten)
				}
				last, share = key.occurrence, len(text)
			}
			e := absent[r.Subscription]
			if e == nil {
				e = &Subscription{name: r.Subscription, hooks: w, removed: true}
				absent[r.Subscription] = e
			}
			surplus = append(surplus, w.place(&delivery{
				key: key, subscription: e, address: r.Address, event: happened, share: share,
				status: r.Status, attempts: r.Attempts, due: r.Due, outcome: r.Outcome,
			})...)
			return nil
		})
	})
	if err == nil && len(surplus) > 0 {
		err = w.removeSurplus(surplus)
	}
	return err
}

// removeDeliveriesOf removes the deliveries of a subscription.
func removeDeliveriesOf(tx *bbolt.Tx, name string) error {
	var keys []deliveryKey
	err := eachDelivery(tx, func(key deliveryKey, r deliveryRecord) error {
		if r.Subscription == name {
			keys = append(keys, key)
		}
		return nil
	})
	for _, key := range keys {
		if err == nil {
			err = removeDelivery(tx, key)
		}
	}
	return err
}

func eachDelivery(tx *bbolt.Tx, f func(deliveryKey, deliveryRecord) error) error {
	return tx.Bucket([]byte(deliveriesBucket)).ForEach(func(k, v []byte) error {
		return f(deliveryKey{lastNumber(k[:8]), lastNumber(k)}, stored[deliveryRecord](v))
	})
}

// removeDelivery removes a delivery, and with the last one what happened.
func removeDelivery(tx *bbolt.Tx, key deliveryKey) error {
	deliveries := tx.Bucket([]byte(deliveriesBucket))
	if err := deliveries.Delete(key.bytes()); err != nil {
		return err
	}
	prefix := number(key.occurrence)
	if k, _ := deliveries.Cursor().Seek(prefix); bytes.HasPrefix(k, prefix) {
		return nil
	}
	return tx.Bucket([]byte(occurrencesBucket)).Delete(prefix)
}

// update stores the present status of deliveries that are still stored: a success removes them.
func updateDeliveries(tx *bbolt.Tx, list []*delivery) error {
	deliveries := tx.Bucket([]byte(deliveriesBucket))
	for _, d := range list {
		if deliveries.Get(d.key.bytes()) == nil {
			continue
		}
		err := deliveries.Put(d.key.bytes(), d.record())
		if d.status == DeliveryDelivered {
			err = removeDelivery(tx, d.key)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
