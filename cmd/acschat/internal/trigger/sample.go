// Package trigger makes events of Event Grid with which a webhook can be tried.
package trigger

import (
	"fmt"
	"strconv"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
)

const (
	// Topic is the resource of the events. It does not exist.
	Topic = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/acschat/providers/Microsoft.Communication/communicationServices/trigger"

	resource = "8:acs:00000000-0000-0000-0000-000000000000_"
	alice    = resource + "00000000-0000-0000-0000-0000000a11ce"
	bob      = resource + "00000000-0000-0000-0000-000000000b0b"
	thread   = "19:acschat-trigger@thread.v2"
)

// Sample returns an event of a type with every member: Alice does something, and on the level of users Bob receives it.
func Sample(t events.EventType, id string, now time.Time) events.Event {
	now = now.UTC().Truncate(time.Millisecond)
	second, earlier := now.Truncate(time.Second), now.Add(-time.Minute)
	version := strconv.FormatInt(now.UnixMilli(), 10)
	h := events.Header{ID: id, Level: t.Level, ThreadID: thread, Time: now, Version: version}
	if t.Level == events.LevelUser {
		h.Recipient = chat.CommunicationUser{ID: bob}
	}
	by := chat.Participant{Identifier: chat.CommunicationUser{ID: alice}}
	people := []chat.Participant{
		{Identifier: by.Identifier, DisplayName: "Alice", Metadata: map[string]string{"role": "agent"}},
		{Identifier: chat.CommunicationUser{ID: bob}, DisplayName: "Bob", Metadata: map[string]string{"role": "guest"}},
	}
	properties := chat.ThreadProperties{
		ID: thread, Topic: "Trigger", CreatedOn: second, CreatedBy: by.Identifier, Metadata: map[string]string{"key": "value"},
		Retention: chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: 60},
	}
	sent := chat.Message{
		ID: version, Type: chat.MessageTypeText, SequenceID: "1", Version: version, Content: chat.MessageContent{Message: "Hello"},
		SenderDisplayName: "Alice", Sender: by.Identifier, CreatedOn: second, Metadata: map[string]string{"key": "value"},
	}
	changed := sent
	changed.ID, changed.CreatedOn = strconv.FormatInt(earlier.UnixMilli(), 10), earlier.Truncate(time.Second)
	created := earlier.Truncate(time.Second)
	switch t.Kind {
	case events.KindMessageReceived:
		return events.MessageReceived{Header: h, Message: sent}
	case events.KindMessageEdited:
		changed.EditedOn = second
		return events.MessageEdited{Header: h, Message: changed}
	case events.KindMessageDeleted:
		changed.DeletedOn, changed.Content, changed.Metadata = second, chat.MessageContent{}, nil
		return events.MessageDeleted{Header: h, Message: changed}
	case events.KindTypingIndicatorReceived:
		return events.TypingIndicatorReceived{Header: h, Sender: by.Identifier, SenderDisplayName: "Alice"}
	case events.KindBotCommandReceived:
		h.Recipient = chat.CommunicationUser{ID: bob}
		return events.BotCommandReceived{Header: h, Message: sent}
	case events.KindThreadCreated:
		return events.ThreadCreated{Header: h, Properties: properties, CreatedBy: by, Participants: people}
	case events.KindThreadPropertiesUpdated:
		properties.CreatedBy, properties.CreatedOn = nil, created
		return events.ThreadPropertiesUpdated{Header: h, Properties: properties, UpdatedBy: by}
	case events.KindThreadDeleted:
		return events.ThreadDeleted{Header: h, Reason: events.DeletionReasonUser, DeletedBy: by, ThreadCreatedOn: created}
	case events.KindParticipantsAdded:
		return events.ParticipantsAdded{Header: h, AddedBy: by, Participants: people[1:], ThreadCreatedOn: created}
	case events.KindParticipantsRemoved:
		return events.ParticipantsRemoved{Header: h, RemovedBy: by, Participants: people[1:], ThreadCreatedOn: created}
	case events.KindUserDisconnected:
		return events.UserDisconnected{Header: events.Header{ID: id, Time: now}, User: by.Identifier}
	}
	panic(fmt.Sprintf("trigger: there are no events of the kind %s", t.Kind))
}
