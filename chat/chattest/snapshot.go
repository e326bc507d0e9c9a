package chattest

import (
	"bytes"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"
)

// Snapshot is the state of a service at one moment, kept in memory. It is immutable, and may be restored any number of times.
type Snapshot struct {
	service *Service
	buckets map[string]bucketState
	offset  int64
	faults  []faultState
}

// bucketState is the content of a bucket.
type bucketState struct {
	sequence uint64
	pairs    []pair // in the order of their keys
}

type pair struct{ key, value []byte }

// Snapshot returns the state of the service: users with their revocations, threads, messages and everything else that it stores, the offset
// of its clock, and the faults with the number of their hits. The resource, its access key and its signing key are not part of it. A suite
// takes one snapshot and begins each test with [Service.Restore].
func (s *Service) Snapshot() *Snapshot {
	state := &Snapshot{service: s, buckets: make(map[string]bucketState), offset: s.offset.Load(), faults: s.faults.states()}
	s.mustView(func(tx *bbolt.Tx) error {
		for _, name := range stateBuckets() {
			state.buckets[name] = stateOf(tx.Bucket([]byte(name)))
		}
		return nil
	})
	return state
}

// Restore returns the service to the state of one of its snapshots. Tokens issued before the snapshot are valid again, and a fault that has
// hit or was removed since may hit again. The recorded requests and events, the deliveries to webhooks and the counts of the limits are
// cleared; subscriptions remain, and a handshake that has not succeeded begins again. The clock is as far ahead as it was at the snapshot;
// the time that has passed since is not undone. No request should be in progress. Restore panics if the snapshot is nil or belongs to
// another service.
func (s *Service) Restore(state *Snapshot) {
	if state == nil || state.service != s {
		panic("chattest: restore: the snapshot is not one of this service")
	}
	s.mustUpdate(func(tx *bbolt.Tx) error {
		tx.OnCommit(func() { s.forget(state.offset, state.faults) })
		for name, bucket := range state.buckets {
			if err := bucket.restore(tx.Bucket([]byte(name))); err != nil {
				return fmt.Errorf("restore %s: %w", name, err)
			}
		}
		return emptyAll(tx, deliveryBuckets())
	})
}

// stateBuckets lists the buckets that a snapshot contains.
func stateBuckets() (names []string) {
	for _, name := range buckets() {
		if name != metaBucket && !slices.Contains(deliveryBuckets(), name) {
			names = append(names, name)
		}
	}
	return names
}

func stateOf(b *bbolt.Bucket) bucketState {
	state := bucketState{sequence: b.Sequence()}
	c := b.Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		state.pairs = append(state.pairs, pair{bytes.Clone(k), bytes.Clone(v)})
	}
	return state
}

// restore writes only the differences, since a test changes little of a large state.
func (s bucketState) restore(b *bbolt.Bucket) error {
	put, deleted := s.differences(b)
	for _, key := range deleted {
		if err := b.Delete(key); err != nil {
			return err
		}
	}
	for _, p := range put {
		if err := b.Put(p.key, p.value); err != nil {
			return err
		}
	}
	return b.SetSequence(s.sequence)
}

// differences lists the pairs to put into a bucket and the keys to delete from it to restore its content.
func (s bucketState) differences(b *bbolt.Bucket) (put []pair, deleted [][]byte) {
	c := b.Cursor()
	k, v := c.First()
	for _, p := range s.pairs {
		for k != nil && bytes.Compare(k, p.key) < 0 {
			deleted = append(deleted, bytes.Clone(k))
			k, v = c.Next()
		}
		isThere := k != nil && bytes.Equal(k, p.key)
		if !isThere || !bytes.Equal(v, p.value) {
			put = append(put, p)
		}
		if isThere {
			k, v = c.Next()
		}
	}
	for ; k != nil; k, _ = c.Next() {
		deleted = append(deleted, bytes.Clone(k))
	}
	return put, deleted
}
