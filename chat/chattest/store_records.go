package chattest

import (
	"bytes"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"

	"go.etcd.io/bbolt"
)

// wellFormed reports whether a record has the form that the service writes to a bucket. Reading a malformed record might panic.
func wellFormed(bucket string, key, value []byte) bool {
	switch bucket {
	case metaBucket:
		return wellFormedMeta(string(key), value)
	case usersBucket:
		return len(value) == 8
	case membershipsBucket:
		return bytes.IndexByte(key, 0) > 0 && (len(value) == 0 || len(value) > 8 && json.Valid(value[8:]))
	case threadsBucket:
		return len(value) == binary.Size(threadState{})
	case propertiesBucket, occurrencesBucket:
		return len(key) == 8 && json.Valid(value)
	case messagesBucket:
		var m message
		return len(key) == 16 && json.Unmarshal(value, &m) == nil && isNumber(m.ID) && isNumber(m.Version) && mustNumber(m.Version) == lastNumber(key)
	case movedBucket:
		return len(key) == 16 && len(value) == 8
	case deliveriesBucket:
		return len(key) == 16 && json.Unmarshal(value, &deliveryRecord{}) == nil
	case membersBucket:
		return len(key) > 8 && len(value) == 16
	case participantsBucket, receiptsBucket:
		return len(key) == 16 && json.Valid(value)
	case creationsBucket, assignmentsBucket:
		return json.Valid(value)
	}
	return true
}

// wellFormedMeta reports whether a value of the meta bucket is well formed.
func wellFormedMeta(name string, value []byte) bool {
	switch name {
	case "resource":
		return isGUID(string(value))
	case "node":
		return len(value) == 10
	case "access-key":
		return len(value) > 0
	case "signing-key":
		_, err := x509.ParsePKCS1PrivateKey(value)
		return err == nil
	}
	return true
}

func isNumber(digits string) bool {
	_, err := parseMessageID(digits)
	return err == nil
}

// walk refuses a file with a malformed record. Keys are in order, since [inspect] has checked that.
func walk(tx *bbolt.Tx) error {
	return tx.ForEach(func(name []byte, bucket *bbolt.Bucket) error {
		if bucket == nil {
			return damaged(overwritten)
		}
		return bucket.ForEach(func(k, v []byte) error {
			if v == nil || !wellFormed(string(name), k, v) {
				return damaged(overwritten)
			}
			return nil
		})
	})
}
