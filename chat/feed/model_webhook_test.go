package feed_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/feed"
)

// webhook receives the events of Event Grid in place of the replicas: each reaches one of them, as behind a load balancer.
type webhook struct {
	channels []chan events.Event
	received int
}

// newWebhook subscribes to the events of threads, some of which are lost, doubled or reordered.
func newWebhook(service *chattest.Service, replicas int) *webhook {
	w := &webhook{}
	for range replicas {
		w.channels = append(w.channels, make(chan events.Event, 16))
	}
	handler := events.NewHandler(func(_ context.Context, event events.Event) error {
		w.received++ // there is one delivery at a time
		select {
		case w.channels[w.received%replicas] <- event:
		default: // the replica is dead
		}
		return nil
	}, &events.HandlerOptions{Logger: slog.New(slog.DiscardHandler)})
	service.DeliverEvents(handler, &chattest.SubscriptionOptions{EventTypes: []string{
		"ChatMessageReceivedInThread", "ChatMessageEditedInThread", "ChatMessageDeletedInThread", "ChatThreadPropertiesUpdated",
	}})
	service.Fail(chattest.DeliverToWebhook, chattest.Fault{Nth: 3, Every: 10, LoseEvent: true})
	service.Fail(chattest.DeliverToWebhook, chattest.Fault{Nth: 5, Every: 9, DuplicateEvent: true})
	service.Fail(chattest.DeliverToWebhook, chattest.Fault{Nth: 7, Every: 8, ReorderEvent: true})
	return w
}

// failingStore is a store of which few calls fail, after half of the swaps that do were made.
type failingStore struct {
	feed.Store

	mu     sync.Mutex // guards what follows
	random *rand.Rand
	failed int
}

// fails decides about a call.
func (s *failingStore) fails() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.random.IntN(1000) > 0 {
		return false
	}
	s.failed++
	return true
}

// failures returns how many calls have failed.
func (s *failingStore) failures() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

// Load implements [feed.Store].
func (s *failingStore) Load(ctx context.Context, key string) (string, error) {
	if s.fails() {
		return "", errStoreDown
	}
	return s.Store.Load(ctx, key)
}

// Swap implements [feed.Store].
func (s *failingStore) Swap(ctx context.Context, key, old, replacement string) (bool, error) {
	if s.fails() {
		return false, errStoreDown
	}
	ok, err := s.Store.Swap(ctx, key, old, replacement)
	if s.fails() {
		return false, errStoreDown
	}
	return ok, err
}
