package feed

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
)

// Change is one change of a thread. Its event is one of
//
//   - [events.MessageReceived], [events.MessageEdited] and [events.MessageDeleted]: a message in one of its versions. A message that was edited
//     or deleted before it was read for the first time is only the latter.
//   - [events.ParticipantsAdded] and [events.ParticipantsRemoved], from a message of the service. Added participants have no metadata.
//   - [events.ThreadPropertiesUpdated]: from a message of the service, a new topic, with only ID and Topic in Properties; or, if Message is
//     nil, new metadata or a new retention policy, with all properties as read and without the user who changed them.
//
// Unlike events from other sources, messages have a SequenceID. Header.Time and Header.Version are those of the version; new metadata has the
// time at which it was read, by the clock of this process, and no version.
type Change struct {
	events.Event

	// Cursor is the position after the change. A range from it yields what follows. The same change in the same order has the same cursor,
	// also in another process.
	Cursor Cursor
	// Message is the message that the change is read from, also one that the service wrote. It is nil for metadata and retention.
	Message *chat.Message
}

// eventOf returns the event that a message stands for.
func eventOf(threadID string, version mark, m chat.Message) events.Event {
	header := events.Header{ThreadID: threadID, Time: time.UnixMilli(version.version).UTC(), Version: m.Version}
	by := chat.Participant{Identifier: m.Content.Initiator}
	switch {
	case m.Type == chat.MessageTypeTopicUpdated:
		return events.ThreadPropertiesUpdated{
			Header: header, Properties: chat.ThreadProperties{ID: threadID, Topic: m.Content.Topic}, UpdatedBy: by,
		}
	case m.Type == chat.MessageTypeParticipantAdded:
		return events.ParticipantsAdded{Header: header, AddedBy: by, Participants: m.Content.Participants}
	case m.Type == chat.MessageTypeParticipantRemoved:
		return events.ParticipantsRemoved{Header: header, RemovedBy: by, Participants: m.Content.Participants}
	case !m.DeletedOn.IsZero():
		return events.MessageDeleted{Header: header, Message: m}
	case !m.EditedOn.IsZero():
		return events.MessageEdited{Header: header, Message: m}
	}
	return events.MessageReceived{Header: header, Message: m}
}

// propertiesEvent returns the event for metadata or retention that have changed.
func propertiesEvent(threadID string, p chat.ThreadProperties, read time.Time) events.Event {
	p.CreatedBy = nil // as in events from other sources
	return events.ThreadPropertiesUpdated{
		Header:     events.Header{ThreadID: threadID, Time: read.UTC().Truncate(time.Millisecond)},
		Properties: p,
	}
}

// hashOf returns a hash of the properties for which there are no messages. It is never 0. It is part of cursors and must not change: a stored
// cursor would not match the properties any more.
func hashOf(p chat.ThreadProperties) uint64 {
	if len(p.Metadata) == 0 && (p.Retention.Kind == "" || p.Retention.Kind == chat.RetentionKindNone) {
		return noProperties
	}
	h := fnv.New64a()
	add := func(text string) { fmt.Fprintf(h, "%d:%s", len(text), text) }
	add(string(cmp.Or(p.Retention.Kind, chat.RetentionKindNone)))
	add(strconv.Itoa(p.Retention.DeleteThreadAfterDays))
	for _, key := range slices.Sorted(maps.Keys(p.Metadata)) {
		add(key)
		add(p.Metadata[key])
	}
	return max(h.Sum64(), noProperties+1)
}

// noProperties is the hash for no metadata and no retention policy.
const noProperties = 1
