package chattest

import "go.etcd.io/bbolt"

// Reset forgets users, threads, messages and whatever else there was; what was asked and what happened; what counted towards limits. It removes
// the faults and sets the clock right. The resource, its access key and its signing key stay: tokens made before are
// those of users who are gone.
func (s *Service) Reset() {
	s.mustUpdate(func(tx *bbolt.Tx) error {
		for _, name := range stateBuckets() {
			if err := empty(tx, []byte(name)); err != nil {
				return err
			}
		}
		return nil
	})
	s.faults.restore(nil)
	s.offset.Store(0)
	s.forget()
}

// forget drops what is remembered of requests and events, and what was derived from the store, after the store was replaced.
func (s *Service) forget() {
	s.log.clear()
	s.events.history.clear()
	s.audiences.clear()
	if s.limiter != nil {
		s.limiter.clear()
	}
	s.due.forget()
}

// empty removes what is in a bucket. It goes on counting where it was, so that nothing gets the id of what is gone.
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
