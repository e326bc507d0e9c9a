package chattest

import (
	"slices"

	"go.etcd.io/bbolt"
)

// Reset deletes users, threads, messages and everything else that is stored, clears the recorded requests and events, the deliveries to
// webhooks and the counts of the limits, removes the faults, and sets the clock to that of the machine. Subscriptions, the resource, its
// access key and its signing key are kept. Tokens issued before are invalid, since their users are deleted.
func (s *Service) Reset() {
	s.mustUpdate(func(tx *bbolt.Tx) error {
		tx.OnCommit(func() { s.forget(0, nil) })
		return emptyAll(tx, slices.Concat(stateBuckets(), deliveryBuckets()))
	})
}

// forget sets the clock and the faults, and drops recorded requests and events and what was derived from the store. It is called in the
// commit that replaces the content of the store, so that it does not drop what a later commit adds.
func (s *Service) forget(offset int64, faults []faultState) {
	s.faults.restore(faults)
	s.offset.Store(offset)
	s.log.clear()
	s.events.history.clear()
	s.webhooks.clear()
	s.realtime.clear()
	s.audiences.clear()
	if s.limiter != nil {
		s.limiter.clear()
	}
	s.due.forget()
	s.awaitDueThread()
}

// deliveryBuckets lists the buckets with the deliveries to webhooks.
func deliveryBuckets() []string { return []string{occurrencesBucket, deliveriesBucket} }

func emptyAll(tx *bbolt.Tx, buckets []string) error {
	for _, name := range buckets {
		if err := empty(tx, []byte(name)); err != nil {
			return err
		}
	}
	return nil
}

// empty removes the content of a bucket. It keeps the sequence, so that no id is assigned twice.
func empty(tx *bbolt.Tx, bucket []byte) error {
	sequence := tx.Bucket(bucket).Sequence()
	if err := tx.DeleteBucket(bucket); err != nil {
		return err
	}
	fresh, err := tx.CreateBucket(bucket)
	if err != nil {
		return err
	}
	return fresh.SetSequence(sequence)
}
