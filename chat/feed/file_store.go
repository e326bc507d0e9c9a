package feed

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// FileStore is a [Store] in a file, for one process: it is locked while a FileStore has it open, by a second file with the suffix ".lock". A
// Swap is on disk when it returns. Close it when done. It is safe for concurrent use. The zero value is not usable; use [OpenFileStore].
type FileStore struct {
	path string
	lock *os.File

	mu     sync.Mutex // guards what follows
	closed bool
	file   *os.File // nil if it could not be opened again
	texts  map[string]string
	size   int64 // of the valid part of the file
	torn   bool  // there is more in it
	lines  int
}

// A line of the file is a key and a text; the last one of a key counts. An incomplete line at the end is what a kill leaves.
const (
	separator  = "\t"
	spareLines = 1000 // lines beyond one per key, after which the file is written anew
)

// OpenFileStore opens the file at path, and creates it, but no directory, if it does not exist. The replicas in it are gone with the process
// that wrote it. It fails if another process, or another FileStore, has the file open; systems other than Windows, macOS, Linux and BSD do not
// notice that.
func OpenFileStore(path string) (*FileStore, error) {
	s := &FileStore{path: path, texts: map[string]string{}}
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, fmt.Errorf("feed: lock store %s, which may be in use: %w", path, err)
	}
	s.lock = lock
	if err := s.open(); err != nil {
		return nil, errors.Join(fmt.Errorf("feed: open store %s: %w", path, err), s.Close())
	}
	return s, nil
}

var errStoreClosed = fmt.Errorf("feed: the store is closed: %w", os.ErrClosed)

func (s *FileStore) open() (err error) {
	if s.file, err = os.OpenFile(s.path, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return err
	}
	if err := s.read(); err != nil {
		return err
	}
	for key := range s.texts {
		if strings.HasPrefix(key, replicaPrefix) || key == replicasKey {
			delete(s.texts, key)
		}
	}
	return s.rewrite()
}

func (s *FileStore) read() error {
	lines := bufio.NewReader(s.file)
	for {
		line, err := lines.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		key, text, ok := strings.Cut(strings.TrimSuffix(line, "\n"), separator)
		if !ok || key == "" {
			return errors.New("it is not a store of this package")
		}
		s.set(key, text)
	}
}

func (s *FileStore) set(key, text string) {
	s.texts[key] = text
	if text == "" {
		delete(s.texts, key)
	}
}

// rewrite replaces the file by one with a line per key. If it fails, the old file is open, or the next Swap opens the one that is there.
func (s *FileStore) rewrite() error {
	var all strings.Builder
	for key, text := range s.texts {
		all.WriteString(key + separator + text + "\n")
	}
	next, err := os.OpenFile(s.path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = next.WriteString(all.String())
	if err := errors.Join(err, next.Sync(), next.Close()); err != nil {
		return err
	}
	_ = s.file.Close() // everything in it is on disk; Windows does not replace an open file
	err = os.Rename(s.path+".new", s.path)
	if err == nil {
		s.size, s.torn, s.lines = int64(all.Len()), false, len(s.texts)
		syncDirectory(filepath.Dir(s.path))
	}
	var openErr error
	s.file, openErr = os.OpenFile(s.path, os.O_RDWR, 0o600)
	return errors.Join(err, openErr)
}

// syncDirectory syncs the names in a directory, where the system can.
func syncDirectory(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// Load implements [Store].
func (s *FileStore) Load(_ context.Context, key string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return "", errStoreClosed
	}
	return s.texts[key], nil
}

// Swap implements [Store]. With an error, such as that of a full disk, Load returns the old text, and a later Swap tries again.
func (s *FileStore) Swap(_ context.Context, key, old, replacement string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return false, errStoreClosed
	case strings.ContainsAny(key+replacement, separator+"\n") || key == "":
		return false, errors.New("feed: a key or a text of a file store must not be empty or contain tabs and line breaks")
	case s.texts[key] != old:
		return false, nil
	}
	line := key + separator + replacement + "\n"
	if err := s.append(line); err != nil {
		return false, fmt.Errorf("feed: write store: %w", err)
	}
	s.size += int64(len(line))
	s.lines++
	s.set(key, replacement)
	if s.lines > 2*len(s.texts)+spareLines {
		_ = s.rewrite() // the text is written; the next Swap tries again
	}
	return true, nil
}

// append writes a line after the valid part of the file, or nothing if it fails.
func (s *FileStore) append(line string) (err error) {
	if s.file == nil {
		if s.file, err = os.OpenFile(s.path, os.O_RDWR, 0o600); err != nil {
			return err
		}
	}
	if s.torn {
		if err := s.file.Truncate(s.size); err != nil {
			return err
		}
	}
	_, err = s.file.WriteAt([]byte(line), s.size)
	err = errors.Join(err, s.file.Sync())
	s.torn = err != nil && s.file.Truncate(s.size) != nil
	return err
}

// Close closes the file. End ranges that use the store before: others end with an error that matches [os.ErrClosed]. A second call does
// nothing.
func (s *FileStore) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	if s.file != nil {
		err = s.file.Close()
	}
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
	}
	s.file, s.lock, s.closed = nil, nil, true
	return err
}
