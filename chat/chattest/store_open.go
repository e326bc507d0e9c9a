package chattest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"
)

// Why [Open] can't have the file of [Options.Path]; match with [errors.Is]. The whole error names the file and says what to do.
// Neither is tried again, and the file is left as it is. What else the system has against a file comes as its own error: a
// missing permission, for example, is [fs.ErrPermission].
var (
	// ErrInUse says that somebody has the file open: another process, or a service of this one that was not closed. It may be
	// opened once that has ended, however that came about. Open waits a tenth of a second for it.
	ErrInUse = errors.New("in use by another process or service")

	// ErrDamaged says that the file is there and is not a whole one of a service: it was cut short or overwritten, it is another
	// program's, or it has a format that this version does not know; the whole error says which, as far as can be told. Damage
	// within a text goes unnoticed. Some damage keeps the file in use until the process ends: bring the copy back under another
	// name then, or in another process.
	ErrDamaged = errors.New("damaged, or not a data file of a service")
)

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
	if s.temporary != "" && os.Remove(path) == nil {
		s.temporary = "" // gone already, where a system lets go of the name of an open file
	}
	if err != nil {
		return nil, errors.Join(explain(path, err), s.close())
	}
	return s, nil
}

// temporaryFile makes an empty file, in memory where there is a place for that.
func temporaryFile() (string, error) {
	const name = "chattest-*.db"
	f, err := os.CreateTemp("/dev/shm", name)
	if err != nil {
		f, err = os.CreateTemp("", name)
	}
	if err != nil {
		return "", err
	}
	return f.Name(), f.Close()
}

// explain makes one line of why a file can't be opened, with its name and what to do.
func explain(path string, err error) error {
	_, named := errors.AsType[*fs.PathError](err)
	switch {
	case errors.Is(err, ErrInUse):
		return fmt.Errorf("open %s: %w; end that, or use another file", path, err)
	case errors.Is(err, ErrDamaged):
		return fmt.Errorf("open %s: %w; bring back a copy of it, or move it away and have a new one", path, err)
	case named:
		return err
	}
	return fmt.Errorf("open %s: %w", path, err)
}

// open opens a file that is whole and makes what it lacks. It fails with [ErrDamaged] where bbolt panics; when that is over the
// list of free pages, bbolt holds on to the file until the process ends.
func (s *store) open(path string, options *bbolt.Options) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if recover() != nil {
			err = damaged(overwritten)
		}
	}()
	if err := check(path, options); err != nil {
		return err
	}
	if s.db, err = bbolt.Open(filepath.Clean(path), 0o600, options); err != nil {
		return refusedBy(err)
	}
	return s.prepare()
}

// check makes sure that a file is whole and ours, before anything is written to it. What is not there, or no file, is left to
// the opening.
func check(path string, options *bbolt.Options) error {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return nil
	}
	readOnly := *options
	readOnly.ReadOnly = true
	db, err := bbolt.Open(filepath.Clean(path), 0, &readOnly)
	if err != nil {
		return refusedBy(err)
	}
	defer func() { _ = db.Close() }()
	return db.View(func(tx *bbolt.Tx) error {
		for _, examine := range []func(*bbolt.Tx) error{measure, recognize, walk} {
			if err := examine(tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// refusedBy tells apart what bbolt has against a file. It does not name all of its errors: what is not the system's is the
// file's.
func refusedBy(err error) error {
	if errors.Is(err, bbolterrors.ErrTimeout) {
		return ErrInUse
	}
	if _, system := errors.AsType[syscall.Errno](err); system {
		return err
	}
	return damaged(err.Error())
}

const overwritten = "parts of it are missing or overwritten"

func damaged(reason string) error {
	return fmt.Errorf("%w: %s", ErrDamaged, reason)
}

// measure refuses a file that has not all the pages that were ever in use. To read one that is not there is a fault.
func measure(tx *bbolt.Tx) error {
	info, err := os.Stat(tx.DB().Path())
	if err == nil && info.Size() < tx.Size() {
		err = damaged("its end is missing")
	}
	return err
}

// recognize refuses a file that is not ours.
func recognize(tx *bbolt.Tx) error {
	version := ""
	if meta := tx.Bucket([]byte(metaBucket)); meta != nil {
		version = string(meta.Get([]byte("format")))
	}
	name, _ := tx.Cursor().First()
	switch {
	case version == "" && name != nil:
		return damaged("it belongs to another program")
	case version != "" && version != formatVersion:
		return damaged(fmt.Sprintf("it has format %s, not %s", version, formatVersion))
	}
	return nil
}

// walk reads every key, and so every page but those of long values: better now than in the middle of a request. Keys are in
// order, and there are buckets at the top and values in them.
func walk(tx *bbolt.Tx) error {
	return tx.ForEach(func(_ []byte, bucket *bbolt.Bucket) error {
		if bucket == nil {
			return damaged(overwritten)
		}
		var last []byte
		return bucket.ForEach(func(k, v []byte) error {
			if v == nil || last != nil && bytes.Compare(last, k) >= 0 {
				return damaged(overwritten)
			}
			last = k
			return nil
		})
	})
}

// prepare makes what a file lacks that is new, or of an older version.
func (s *store) prepare() error {
	if s.isComplete() {
		return nil
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

func (s *store) isComplete() (complete bool) {
	_ = s.db.View(func(tx *bbolt.Tx) error {
		complete = !slices.ContainsFunc(buckets(), func(name string) bool { return tx.Bucket([]byte(name)) == nil })
		return nil
	})
	return complete
}
