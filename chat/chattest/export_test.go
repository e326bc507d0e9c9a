package chattest

import (
	"bytes"
	"net/http"
	"testing"

	"go.etcd.io/bbolt"
)

// HoldCommits keeps every commit from happening until release is called.
func (s *Service) HoldCommits() (release func(), err error) {
	tx, err := s.store.db.Begin(true)
	return func() { _ = tx.Rollback() }, err
}

// WaitingWriters is how many writers wait for the commit of another one to end.
func (s *Service) WaitingWriters() int {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	return len(s.store.waiting)
}

// Committing reports whether a writer leads, with those it took along.
func (s *Service) Committing() bool {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	return s.store.led && len(s.store.waiting) == 0
}

// Commits is how many commits there have been.
func (s *Service) Commits() (n int) {
	_ = s.store.view(func(tx *bbolt.Tx) error {
		n = tx.ID()
		return nil
	})
	return n
}

// Keep writes a value under a name, and returns what and panics as after does.
func (s *Service) Keep(name string, after func() error) error {
	return s.store.update(func(tx *bbolt.Tx) error {
		if err := tx.Bucket([]byte(metaBucket)).Put([]byte(name), []byte(name)); err != nil {
			return err
		}
		return after()
	})
}

// Refuse is a writer that refuses, as one does before it writes.
func (s *Service) Refuse() error {
	return s.store.update(func(*bbolt.Tx) error { return badRequest() })
}

// Kept reports whether a value was written.
func (s *Service) Kept(name string) bool {
	return s.store.meta(name) != nil
}

// Path is where the store is, or was while it was opened.
func (s *Service) Path() string {
	return s.store.db.Path()
}

// CheckAccessKey refuses a request that is not signed with the access key.
func (s *Service) CheckAccessKey(r *http.Request, body string) error {
	r.Host = r.URL.Host
	return s.checkAccessKey(r, []byte(body), 0)
}

// ContentHash is the digest that a signed request has of its body.
func ContentHash(body string) string {
	return contentHash([]byte(body))
}

// LimitWindows is how many windows the limiter remembers.
func (s *Service) LimitWindows() int {
	s.limiter.mu.Lock()
	defer s.limiter.mu.Unlock()
	return len(s.limiter.windows)
}

// BeforeCommit has f called before each commit, when its writes are made and nothing of them is in the file.
func (s *Service) BeforeCommit(f func()) {
	s.store.hold = f
}

// IsSynced reports whether a commit is on disk when it is done.
func (s *Service) IsSynced() bool {
	return !s.store.db.NoSync && !s.store.db.NoGrowSync
}

// Used is how many bytes of its file the service uses.
func (s *Service) Used() (bytes int64) {
	_ = s.store.view(func(tx *bbolt.Tx) error {
		bytes = tx.Size()
		return nil
	})
	return bytes
}

// RewriteStoredEvents replaces a text in the events that have deliveries.
func (s *Service) RewriteStoredEvents(old, text string) error {
	return s.store.update(func(tx *bbolt.Tx) error {
		stored := tx.Bucket([]byte(occurrencesBucket))
		rewritten := make(map[string][]byte)
		_ = stored.ForEach(func(k, v []byte) error {
			rewritten[string(k)] = bytes.ReplaceAll(v, []byte(old), []byte(text))
			return nil
		})
		for k, v := range rewritten {
			if err := stored.Put([]byte(k), v); err != nil {
				return err
			}
		}
		return nil
	})
}

// AllocsToChoose is how many allocations it takes to choose the events of the next request, during which writes wait.
func (e *Subscription) AllocsToChoose() float64 {
	e.hooks.mu.Lock()
	defer e.hooks.mu.Unlock()
	return testing.AllocsPerRun(1, func() {
		for _, d := range e.queue.take(e.hooks.service.Now(), e.batch) {
			e.queue.add(d)
		}
	})
}

// DueWatchers is how many connections and event subscriptions wait for threads that are due.
func (s *Service) DueWatchers() int {
	s.due.mu.Lock()
	defer s.due.mu.Unlock()
	return s.due.watchers
}

// StoredDeliveries is how many records of deliveries and of their events are stored.
func (s *Service) StoredDeliveries() (n int) {
	s.mustView(func(tx *bbolt.Tx) error {
		for _, name := range deliveryBuckets() {
			n += tx.Bucket([]byte(name)).Stats().KeyN
		}
		return nil
	})
	return n
}

// ReadFrame reads a frame of a client. It returns the frame as text, and its acknowledgement, "" if it requests none.
func ReadFrame(text string) (written, ack string, ok bool) {
	f, ok := parseFrame(text)
	if !ok {
		return "", "", false
	}
	if a, wanted := f.acknowledgement(); wanted {
		ack = a.String()
	}
	return f.String(), ack, true
}

// Seal encrypts a text as the service encrypts a signed token.
func (s *Service) Seal(token string) string {
	return s.seal(token)
}
