package chattest

import (
	"fmt"
	"slices"
	"sync"

	"github.com/acschat/acs-chat-go/chat/events"
)

// Event is an event of a thread and the users who received it. It is shared and must not be modified.
type Event struct {
	// Event is what each recipient receives, except that the Recipient in its header is nil.
	events.Event
	// Recipients are the users to whom the event was sent, whether or not they were connected.
	Recipients []User
}

// Events lists the events of all threads, oldest first, or only those of the given kinds. An event is recorded before the request that
// caused it is answered. The service keeps the last 10,000 events, and fewer if they are very large. Events panics if a kind is not one
// of [events.Kinds].
func (s *Service) Events(kinds ...events.Kind) []Event {
	for _, kind := range kinds {
		if !slices.Contains(events.Kinds(), kind) {
			panic(fmt.Sprintf("chattest: list events: there are no events of the kind %q", kind))
		}
	}
	s.deleteDueThreads()
	var list []Event
	for _, o := range s.events.history.all() {
		if len(kinds) == 0 || slices.Contains(kinds, o.kind) {
			list = append(list, Event{Event: o.event(), Recipients: o.recipients()})
		}
	}
	return list
}

// eventLog records the events of all threads.
type eventLog struct {
	history history[*occurrence]
	tell    func(*occurrence) // called in the order of the events, with mu held: it must not block

	mu sync.Mutex // makes recording and telling one step
}

// publish records an event and passes it on. It is called after the commit, in the order of the commits, and outside of transactions.
func (l *eventLog) publish(o *occurrence) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.history.add(o)
	l.tell(o)
}
