package chattest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"

	"go.etcd.io/bbolt"
)

// The buckets of the store. A thread has a number. Numbers, versions, ids and places are eight bytes, big endian.
const (
	metaBucket         = "meta"         // name → value; see loadIdentity and signingKey
	usersBucket        = "users"        // user id → the second up to which tokens are revoked
	membershipsBucket  = "memberships"  // user id, 0, thread id → nothing for a participant; for a former one, the thread as it was then
	threadsBucket      = "threads"      // thread id → threadState; its sequence is the latest activity
	propertiesBucket   = "properties"   // number → threadProperties, as served; its sequence is the latest number
	creationsBucket    = "creations"    // thread id → the response to a repeatable create, as served
	messagesBucket     = "messages"     // number, version → message, as served
	movedBucket        = "moved"        // number, id → version, of a message whose version is no longer its id
	membersBucket      = "members"      // number, user id → place, start of the history it may read
	participantsBucket = "participants" // number, place → participant, as served
	receiptsBucket     = "receipts"     // number, place → receipt, as served
	entraUsersBucket   = "entra-users"  // tenant id, 0, object id → user id of a person who has exchanged a token
	assignmentsBucket  = "assignments"  // tenant id, 0, object id → assignment, as served
	occurrencesBucket  = "occurrences"  // number → event that has deliveries, in the form of package events
	deliveriesBucket   = "deliveries"   // number, index → deliveryRecord; its sequence is the latest number of an occurrence
)

const formatVersion = "1"

func buckets() []string {
	return []string{
		metaBucket, usersBucket, membershipsBucket, threadsBucket, propertiesBucket, creationsBucket, messagesBucket, movedBucket,
		membersBucket, participantsBucket, receiptsBucket, entraUsersBucket, assignmentsBucket,
		occurrencesBucket, deliveriesBucket,
	}
}

// store is a bbolt file, the given one or a temporary one.
type store struct {
	committer
	temporary string // the path of a file to remove at the end, empty for none
}

// kept returns the value of a name. If there is none, it stores a fresh one.
func (s *store) kept(name string, fresh func() []byte) ([]byte, error) {
	value := s.meta(name)
	if value != nil {
		return value, nil
	}
	err := s.update(func(tx *bbolt.Tx) error {
		meta := tx.Bucket([]byte(metaBucket))
		if value = bytes.Clone(meta.Get([]byte(name))); value != nil {
			return nil
		}
		value = fresh()
		return meta.Put([]byte(name), value)
	})
	return value, err
}

// keep stores the value of a name, unless it is stored already.
func (s *store) keep(name string, value []byte) error {
	if bytes.Equal(s.meta(name), value) {
		return nil
	}
	return s.update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte(metaBucket)).Put([]byte(name), value) })
}

func (s *store) meta(name string) (value []byte) {
	_ = s.view(func(tx *bbolt.Tx) error {
		value = bytes.Clone(tx.Bucket([]byte(metaBucket)).Get([]byte(name)))
		return nil
	})
	return value
}

// close closes the file, and removes a temporary one.
func (s *store) close() error {
	var err error
	switch {
	case s.db == nil:
	case s.isBroken.Load():
		err = damaged(overwritten) // and bbolt would wait for its own locks
	default:
		err = s.db.Close()
	}
	if s.temporary != "" {
		err = errors.Join(err, os.Remove(s.temporary))
		s.temporary = ""
	}
	return err
}

// number makes a key, or a part of a key, that sorts like n.
func number(n int64) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(n))
}

// numbers makes a key of two.
func numbers(n, m int64) []byte {
	return binary.BigEndian.AppendUint64(number(n), uint64(m))
}

// lastNumber reads the number at the end of a key or a value.
func lastNumber(b []byte) int64 {
	return int64(binary.BigEndian.Uint64(b[len(b)-8:]))
}
