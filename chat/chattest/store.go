package chattest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"
)

// The buckets of the store. A number stands for a thread, eight bytes, big endian; so do versions, ids and places.
const (
	metaBucket         = "meta"         // name → value; see identity and tokens
	usersBucket        = "users"        // user id → the second up to which tokens are revoked
	membershipsBucket  = "memberships"  // user id, 0, thread id → nothing while in; for one who left, what the thread was then
	threadsBucket      = "threads"      // thread id → threadState; its sequence is the latest activity
	propertiesBucket   = "properties"   // number → threadProperties, as served; its sequence is the latest number
	creationsBucket    = "creations"    // thread id → the answer to a repeatable create, as served
	messagesBucket     = "messages"     // number, version → message, as served
	movedBucket        = "moved"        // number, id → version, of a message whose version is no longer its id
	membersBucket      = "members"      // number, user id → place, start of the history it may read
	participantsBucket = "participants" // number, place → participant, as served
	receiptsBucket     = "receipts"     // number, place → receipt, as served
	entraUsersBucket   = "entra-users"  // tenant id, 0, object id → user id, of a person who has exchanged a token
	assignmentsBucket  = "assignments"  // tenant id, 0, object id → assignment, as served
)

const formatVersion = "1"

// store is a bbolt file, the given one or a temporary one, and the way to write to it.
type store struct {
	committer
	temporary string // the path of a file to remove in the end, empty if there is none
}

// openStore opens the file at path or, when that is empty, a new one that vanishes when it is closed.
func openStore(path string) (*store, error) {
	options := &bbolt.Options{
		Timeout:         100 * time.Millisecond,
		FreelistType:    bbolt.FreelistMapType,
		InitialMmapSize: 16 << 20,
		NoStatistics:    true,
	}
	s := &store{}
	if path == "" {
		var err error
		if path, err = temporaryFile(); err != nil {
			return nil, err
		}
		s.temporary = path
		options.NoSync, options.NoGrowSync, options.NoFreelistSync = true, true, true
	}
	err := s.open(path, options)
	switch {
	case errors.Is(err, bbolterrors.ErrTimeout):
		err = fmt.Errorf("%s is in use by another process", path)
	case err != nil:
		if _, named := errors.AsType[*fs.PathError](err); !named {
			err = fmt.Errorf("open %s: %w", path, err)
		}
	}
	if s.temporary != "" && os.Remove(path) == nil {
		s.temporary = "" // gone already, where a system lets go of the name of an open file
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// temporaryFile makes an empty file, in memory where there is a place for that.
func temporaryFile() (string, error) {
	for _, dir := range []string{"/dev/shm", ""} {
		f, err := os.CreateTemp(dir, "chattest-*.db")
		if err == nil {
			return f.Name(), f.Close()
		}
		if dir == "" {
			return "", err
		}
	}
	panic("unreachable")
}

// open opens a file, makes sure that it is whole and makes what it lacks. It returns an error for what bbolt panics over, which
// is a damaged file; it stays locked then until the process ends.
func (s *store) open(path string, options *bbolt.Options) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("damaged: %v", p)
		}
	}()
	db, err := bbolt.Open(filepath.Clean(path), 0o600, options)
	if err != nil {
		return err
	}
	s.db = db
	if err := s.prepare(); err != nil {
		return err
	}
	return s.db.View(walk)
}

// walk reads every key, and so every page: better now than in the middle of a request.
func walk(tx *bbolt.Tx) error {
	for _, name := range buckets() {
		var last []byte
		err := tx.Bucket([]byte(name)).ForEach(func(k, _ []byte) error {
			if bytes.Compare(last, k) >= 0 && last != nil {
				return fmt.Errorf("damaged: %s are out of order", name)
			}
			last = k
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// prepare checks that an old file is ours, and makes what a new one lacks.
func (s *store) prepare() error {
	complete := false
	err := s.db.View(func(tx *bbolt.Tx) (err error) {
		complete, err = inspect(tx)
		return err
	})
	if err != nil || complete {
		return err
	}
	return s.db.Update(func(tx *bbolt.Tx) error {
		for _, name := range buckets() {
			if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
				return err
			}
		}
		return tx.Bucket([]byte(metaBucket)).Put([]byte("format"), []byte(formatVersion))
	})
}

func buckets() []string {
	return []string{
		metaBucket, usersBucket, membershipsBucket, threadsBucket, propertiesBucket, creationsBucket, messagesBucket, movedBucket,
		membersBucket, participantsBucket, receiptsBucket, entraUsersBucket, assignmentsBucket,
	}
}

// inspect reports whether a file has every bucket. It refuses one that is not ours.
func inspect(tx *bbolt.Tx) (complete bool, err error) {
	if meta := tx.Bucket([]byte(metaBucket)); meta != nil {
		if version := string(meta.Get([]byte("format"))); version != formatVersion {
			return false, fmt.Errorf("the file has format %s, not %s", version, formatVersion)
		}
	} else if k, _ := tx.Cursor().First(); k != nil {
		return false, errors.New("the file belongs to another program")
	}
	for _, name := range buckets() {
		if tx.Bucket([]byte(name)) == nil {
			return false, nil
		}
	}
	return true, nil
}

// kept returns the value of a name: a fresh one, which is kept, when there is none yet.
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

// keep writes the value of a name, unless it is that already.
func (s *store) keep(name string, value []byte) error {
	if bytes.Equal(s.meta(name), value) {
		return nil
	}
	return s.update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte(metaBucket)).Put([]byte(name), value) })
}

func (s *store) meta(name string) (value []byte) {
	_ = s.db.View(func(tx *bbolt.Tx) error {
		value = bytes.Clone(tx.Bucket([]byte(metaBucket)).Get([]byte(name)))
		return nil
	})
	return value
}

// close closes the file, and removes a temporary one.
func (s *store) close() error {
	var err error
	if s.db != nil {
		err = s.db.Close()
	}
	if s.temporary != "" {
		err = errors.Join(err, os.Remove(s.temporary))
		s.temporary = ""
	}
	return err
}

// number makes a key, or a part of one, that sorts as n does.
func number(n int64) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(n))
}

// numbers makes a key of two.
func numbers(n, m int64) []byte {
	return binary.BigEndian.AppendUint64(number(n), uint64(m))
}

// lastNumber reads the number that a key or a value ends in.
func lastNumber(b []byte) int64 {
	return int64(binary.BigEndian.Uint64(b[len(b)-8:]))
}
