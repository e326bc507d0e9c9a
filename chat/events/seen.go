package events

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"

	"github.com/acschat/acs-chat-go/chat"
)

// SeenStore records the events that a [Handler] has handled, by keys. Each event has up to two: one for its ID, source and type, and one for
// what it tells. A key is a digest of 43 letters, digits, "-" and "_", whatever the event contains. An event without keys is never recorded.
//
// Implementations must be safe for concurrent use. Event Grid delivers an event again for up to 24 hours: records should be kept for as long.
type SeenStore interface {
	// Seen reports whether any of the keys is recorded. After an error the event is not handled, and Event Grid delivers it again.
	Seen(ctx context.Context, keys []string) (bool, error)
	// Record records the keys of an event after its callback has succeeded. An error is only logged.
	Record(ctx context.Context, keys []string) error
}

// MemorySeenStore is a [SeenStore] in memory. It is safe for concurrent use. The zero value keeps no events; use [NewMemorySeenStore].
type MemorySeenStore struct {
	limit int // of events

	mu    sync.Mutex // guards the fields below
	known map[string]struct{}
	order [][]string // the keys of the events, a ring once it has limit items
	next  int
}

// NewMemorySeenStore returns a store that keeps the latest n events, in about 300 bytes for each with the keys of a [Handler]. n of 0 or less
// keeps none.
func NewMemorySeenStore(n int) *MemorySeenStore {
	return &MemorySeenStore{limit: n, known: make(map[string]struct{})}
}

// Seen reports whether any of the keys is recorded. It never fails.
func (s *MemorySeenStore) Seen(_ context.Context, keys []string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range keys {
		if _, known := s.known[key]; known {
			return true, nil
		}
	}
	return false, nil
}

// Record records the keys of an event, and forgets the oldest event if there are more than the limit. It never fails.
func (s *MemorySeenStore) Record(_ context.Context, keys []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(keys) == 0 || s.limit <= 0 {
		return nil
	}
	if len(s.order) < s.limit {
		s.order = append(s.order, keys)
	} else {
		for _, key := range s.order[s.next] {
			delete(s.known, key)
		}
		s.order[s.next] = keys
		s.next = (s.next + 1) % s.limit
	}
	for _, key := range keys {
		s.known[key] = struct{}{}
	}
	return nil
}

// seenKeys returns the keys of an event from an origin, whose ID is unique among its events of a type. Typing has no version of its own, so
// that only its ID tells it from other typing.
func seenKeys(event Event, origin, typeName string) []string {
	h := event.EventHeader()
	var keys []string
	if h.ID != "" {
		keys = append(keys, seenKey("id", strings.ToLower(origin), strings.ToLower(typeName), h.ID))
	}
	if h.ThreadID == "" || h.Version == "" || event.Kind() == KindUnknown || event.Kind() == KindTypingIndicatorReceived {
		return keys
	}
	recipient := ""
	if h.Recipient != nil {
		recipient = h.Recipient.RawID()
	}
	return append(keys, seenKey("event", h.ThreadID, string(event.Kind()), concerned(event), h.Version, string(h.Level), recipient))
}

// seenKey returns a key of a fixed length, since the parts have any.
func seenKey(parts ...string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", parts))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// concerned is the message or the users that distinguish events of the same kind and version.
func concerned(event Event) string {
	switch e := event.(type) {
	case MessageReceived:
		return e.Message.ID
	case MessageEdited:
		return e.Message.ID
	case MessageDeleted:
		return e.Message.ID
	case BotCommandReceived:
		return e.Message.ID
	case ParticipantsAdded:
		return rawIDs(e.Participants)
	case ParticipantsRemoved:
		return rawIDs(e.Participants)
	}
	return ""
}

func rawIDs(people []chat.Participant) string {
	ids := make([]string, 0, len(people))
	for _, p := range people {
		if p.Identifier != nil {
			ids = append(ids, p.Identifier.RawID())
		}
	}
	return strings.Join(ids, ",")
}
