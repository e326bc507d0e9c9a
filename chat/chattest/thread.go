package chattest

import (
	"encoding/binary"
	"encoding/json"
	"time"

	"go.etcd.io/bbolt"
)

// threadState is the part of a thread that every message changes. Times are in milliseconds since 1970, 0 for never.
type threadState struct {
	Number       int64
	Sequence     int64 // of the newest message
	Version      int64 // the highest id or version given out
	LastMessage  int64 // the time that lists of threads show
	Activity     int64 // orders the list of threads: 100 ns since 1970, different for every change in the store
	Deleted      int64
	Joined       int64 // the place of the participant who joined last
	Participants int64
}

// thread is a thread in a transaction. save returns the first error of its writes.
type thread struct {
	tx     *bbolt.Tx
	id     string
	caller string
	now    int64 // milliseconds
	state  threadState
	err    error

	occurrence *occurrence // to publish after the commit, nil for none
}

// openThread finds a thread of which the caller is a participant.
func openThread(tx *bbolt.Tx, id, caller string, now time.Time) (*thread, error) {
	if !isThreadID(id) {
		return nil, errMalformedThreadID
	}
	t := &thread{tx: tx, id: id, caller: caller, now: now.UnixMilli()}
	switch {
	case !t.load():
		return nil, errUnknownThread
	case t.place(caller) == 0 && t.wasLeftBy(caller):
		return nil, errFormerMember
	case t.place(caller) == 0:
		return nil, errNotMember
	case t.state.Deleted != 0:
		return nil, errThreadDeleted
	}
	return t, nil
}

// load reads the state. It reports false if the thread does not exist.
func (t *thread) load() bool {
	value := t.tx.Bucket([]byte(threadsBucket)).Get([]byte(t.id))
	if value == nil {
		return false
	}
	_, t.err = binary.Decode(value, binary.BigEndian, &t.state)
	return true
}

// save writes the state and returns the first error of all writes.
func (t *thread) save() error {
	value, err := binary.Append(nil, binary.BigEndian, t.state)
	if err != nil {
		return err
	}
	t.put(threadsBucket, []byte(t.id), value)
	return t.err
}

// nextVersion assigns a version: the present time, or one more than the last version.
func (t *thread) nextVersion() int64 {
	t.state.Version = max(t.state.Version+1, t.now)
	return t.state.Version
}

// received makes the message the latest one in lists of threads.
func (t *thread) received(m message) {
	t.state.LastMessage = mustNumber(m.Version)
	t.touch(t.state.LastMessage)
}

// touch moves the thread to the top of the lists of its participants.
func (t *thread) touch(ms int64) {
	threads := t.tx.Bucket([]byte(threadsBucket))
	t.state.Activity = max(int64(threads.Sequence())+1, ms*ticksPerMilli)
	t.keep(threads.SetSequence(uint64(t.state.Activity)))
}

func (t *thread) properties() (p threadProperties) {
	t.read(t.get(propertiesBucket, number(t.state.Number)), &p)
	return p
}

func (t *thread) get(bucket string, key []byte) []byte {
	return t.tx.Bucket([]byte(bucket)).Get(key)
}

func (t *thread) put(bucket string, key, value []byte) {
	t.keep(t.tx.Bucket([]byte(bucket)).Put(key, value))
}

func (t *thread) delete(bucket string, key []byte) {
	t.keep(t.tx.Bucket([]byte(bucket)).Delete(key))
}

// read decodes a record.
func (t *thread) read(value []byte, into any) {
	t.keep(json.Unmarshal(value, into))
}

func (t *thread) keep(err error) {
	if t.err == nil {
		t.err = err
	}
}

// key makes a key of this thread.
func (t *thread) key(n int64) []byte {
	return numbers(t.state.Number, n)
}
