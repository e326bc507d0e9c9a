package feed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
)

// Store keeps the positions of threads, and which replica reads them, as short texts by key. It is used by several goroutines at the same
// time. The texts are of printable ASCII, usually below a kilobyte, and opaque; keys have less than 200 bytes: the ids of threads and replicas,
// and fixed ones. A store is for one user: give each user one, with a prefix of its own for example.
//
// The context of a call ends after the LeaseTime, or five seconds if that is longer: a store need not limit its time itself.
//
// A call that fails is repeated after growing delays and reported to Options.OnError, for as long as it fails: nothing is yielded meanwhile. Two
// kinds of errors end the range: one that matches [os.ErrClosed], for a store that was closed, and that of a text which this version cannot
// read.
//
// [MemoryStore] and [FileStore] are for one process. Any database with an atomic compare-and-swap can be the store of several.
type Store interface {
	// Load returns the text of a key, "" if there is none. It must return what the latest Swap of any replica has written.
	Load(ctx context.Context, key string) (string, error)
	// Swap replaces the text of a key if it is old, and reports whether it did. It must be atomic among all replicas. An old text of ""
	// means that the key does not exist; a replacement of "" removes it. With an error the text may have been replaced or not.
	Swap(ctx context.Context, key, old, replacement string) (bool, error)
}

// MemoryStore is a [Store] in memory, which several ranges of one process may use. The zero value is empty. It is safe for concurrent use. Do
// not copy it.
type MemoryStore struct {
	mu    sync.Mutex // guards texts
	texts map[string]string
}

// Load implements [Store].
func (s *MemoryStore) Load(_ context.Context, key string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.texts[key], nil
}

// Swap implements [Store].
func (s *MemoryStore) Swap(_ context.Context, key, old, replacement string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.texts[key] != old {
		return false, nil
	}
	if s.texts == nil {
		s.texts = map[string]string{}
	}
	s.texts[key] = replacement
	if replacement == "" {
		delete(s.texts, key)
	}
	return true, nil
}

// record is the text of a thread in a store.
type record struct {
	owner  string // the replica that reads the thread
	writes int64  // so that no text appears twice
	cursor Cursor // after the changes that are delivered
	hand   Cursor // after the change that the owner has yielded, "" if that one is delivered
}

const recordV1 = "1"

var errRecord = errors.New("feed: the store has a text that this version cannot read")

// badRecord returns an errRecord that names the key.
func badRecord(key string) error { return fmt.Errorf("%w, of the key %q", errRecord, key) }

// endsStore reports whether an error of a store is permanent.
func endsStore(err error) bool { return errors.Is(err, errRecord) || errors.Is(err, os.ErrClosed) }

// text encodes the record; "-" is an empty field.
func (r record) text() string {
	fields := []string{recordV1, r.owner, strconv.FormatInt(r.writes, 10), string(r.cursor), string(r.hand)}
	for i, field := range fields {
		if field == "" {
			fields[i] = "-"
		}
	}
	return strings.Join(fields, " ")
}

// parseRecord decodes a record. An empty text is an empty record.
func parseRecord(text string) (record, error) {
	if text == "" {
		return record{}, nil
	}
	fields := strings.Split(text, " ")
	if len(fields) != 5 || fields[0] != recordV1 {
		return record{}, errRecord
	}
	for i, field := range fields {
		if field == "-" {
			fields[i] = ""
		}
	}
	writes, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil {
		return record{}, errRecord
	}
	return record{owner: fields[1], writes: writes, cursor: Cursor(fields[3]), hand: Cursor(fields[4])}, nil
}

// isOf reports whether the cursors are ones of a thread that this version can read.
func (r record) isOf(threadID string) bool {
	_, err := r.cursor.position(threadID)
	_, handErr := r.hand.position(threadID)
	return err == nil && handErr == nil
}

// swapped makes a Swap of a text that no other Swap writes. If the store fails, or an earlier call of swapped may have replaced the text
// already, a Load finds out whether it was replaced.
func swapped(ctx context.Context, s Store, key, old, replacement string) (bool, error) {
	ok, err := s.Swap(ctx, key, old, replacement)
	if ok && err == nil {
		return true, nil
	}
	now, loadErr := s.Load(ctx, key)
	switch {
	case loadErr != nil:
		return false, errors.Join(err, loadErr)
	case now == replacement:
		return true, nil
	case now != old:
		return false, nil
	}
	return false, err
}
