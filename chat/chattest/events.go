package chattest

import (
	"fmt"
	"slices"

	"github.com/acschat/acs-chat-go/chat/events"
)

// Event is something that happened in a thread, and the users whom the service told of it. Do not change what it refers to.
type Event struct {
	// Event is the event as each of them receives it, but for the recipient in its header, which is nil.
	events.Event
	// Recipients are the users whom the service told, whether or not they listened.
	Recipients []User
}

// Events lists what has happened in all threads, the oldest first, or only events of the given kinds. An event is recorded before
// the request that caused it is answered. The service keeps the last 10,000 events, and fewer if they are very large. Events panics if
// a kind is none of [events.Kinds].
func (s *Service) Events(kinds ...events.Kind) []Event {
	for _, kind := range kinds {
		if !slices.Contains(events.Kinds(), kind) {
			panic(fmt.Sprintf("chattest: list events: users are told of no event of the kind %q", kind))
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

// eventLog is the source of everything that is told about threads.
type eventLog struct {
	history history[*occurrence]
}

// publish records what has happened. It is called after the commit, in the order of the commits, and in no transaction.
func (l *eventLog) publish(o *occurrence) {
	l.history.add(o)
}
