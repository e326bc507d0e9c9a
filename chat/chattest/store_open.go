package chattest

import (
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

// Errors of [Open] about the file at [Options.Path]; match them with [errors.Is]. The complete error names the file and the fix. The
// file is not changed. Errors of the system, such as [fs.ErrPermission], are returned as such.
var (
	// ErrInUse is returned if another process, or a service of this process that was not closed, has the file open. The file can be opened
	// once that has ended, even by a crash. Open waits up to 100 milliseconds for it.
	ErrInUse = errors.New("in use by another process or service")

	// ErrDamaged is returned if the file exists and is not a complete data file of a service: it was truncated or overwritten, it
	// belongs to another program, or it has an unknown format; the complete error says which, as far as it can be detected. Damage
	// within a text is not detected. If a file is damaged while it is open, requests fail with 500, and the file stays in use until
	// the process ends.
	ErrDamaged = errors.New("damaged, or not a data file of a service")
)

// openStore opens the file at path or, if that is empty, a new one that is removed when it is closed.
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
		s.temporary = "" // removed already, where the system allows that for an open file
	}
	if err != nil {
		return nil, errors.Join(explain(path, err), s.close())
	}
	return s, nil
}

// temporaryFile creates an empty file, in a file system in memory if the machine has one.
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

// explain adds the name of the file and the fix to an error of opening it.
func explain(path string, err error) error {
	_, named := errors.AsType[*fs.PathError](err)
	switch {
	case errors.Is(err, ErrInUse):
		return fmt.Errorf("open %s: %w; end that one, or use another file", path, err)
	case errors.Is(err, ErrDamaged):
		return fmt.Errorf("open %s: %w; restore a copy of it, or move it away to start with a new one", path, err)
	case named:
		return err
	}
	return fmt.Errorf("open %s: %w", path, err)
}

// open opens a file that is complete and prepares it. It fails with [ErrDamaged] if bbolt panics.
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

// check makes sure that a file is a complete one of a service before anything is written to it. It leaves a path without a regular file
// to bbolt.
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
		for _, examine := range []func(*bbolt.Tx) error{measure, inspect, recognize, walk} {
			if err := examine(tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// refusedBy classifies an error of bbolt. Errors that are not those of the system are about the content of the file.
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

// measure refuses a file that lacks pages which were in use. Reading a missing page would crash the process.
func measure(tx *bbolt.Tx) error {
	info, err := os.Stat(tx.DB().Path())
	if err == nil && info.Size() < tx.Size() {
		err = damaged("its end is missing")
	}
	return err
}

// recognize refuses a file that is not a data file of a service.
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

// prepare creates the buckets that a new or older file lacks.
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
	_ = s.view(func(tx *bbolt.Tx) error {
		complete = !slices.ContainsFunc(buckets(), func(name string) bool { return tx.Bucket([]byte(name)) == nil })
		return nil
	})
	return complete
}
