//go:build conformance

package conformance_test

import (
	"strconv"
	"time"

	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
)

// step is a call of the official client, and the event that each of its recipients receives.
type step struct {
	by, call   string   // see session.act
	receivedBy []string // and no other user
	event      func(s outside) events.Event
}

// outside is what an expected event has and only the service knows.
type outside struct {
	events.Header // of its event

	created   time.Time // the thread
	messageID string    // of the latest message
	ann, bob  chat.CommunicationUser
	cy        chat.CommunicationUser
}

// second is the time of the event as REST states it.
func (s outside) second() time.Time { return s.Time.Truncate(time.Second) }

// fromID is the time that the id of a message encodes.
func fromID(id string) time.Time {
	milliseconds, err := strconv.ParseInt(id, 10, 64)
	Expect(err).NotTo(HaveOccurred())
	return time.UnixMilli(milliseconds).UTC()
}

// steps go through the life of a thread, with every kind of event.
func steps() []step {
	both, all := []string{"ann", "bob"}, []string{"ann", "bob", "cy"}
	return []step{
		{
			by: "ann",
			call: `chat.createChatThread({ topic: "%41 %22 %u0041 50% Größe 🎈" }, {
				participants: [{ id: ann, displayName: "Ann" }, { id: bob, displayName: "Bob %41", metadata: { role: "guest" } }],
				metadata: { team: "x" }, retentionPolicy: { kind: "threadCreationDate", deleteThreadAfterDays: 60 } })`,
			receivedBy: both,
			event: func(s outside) events.Event {
				return events.ThreadCreated{
					Header: s.Header,
					Properties: chat.ThreadProperties{
						ID: s.ThreadID, Topic: "%41 %22 %u0041 50% Größe 🎈", CreatedOn: s.second(), CreatedBy: s.ann,
						Metadata:  map[string]string{"team": "x"},
						Retention: chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: 60},
					},
					CreatedBy: chat.Participant{Identifier: s.ann, DisplayName: "Ann"},
					Participants: []chat.Participant{
						{Identifier: s.ann, DisplayName: "Ann", ShareHistoryTime: time.UnixMilli(0).UTC()},
						{Identifier: s.bob, DisplayName: "Bob %41", ShareHistoryTime: time.UnixMilli(0).UTC(), Metadata: map[string]string{"role": "guest"}},
					},
				}
			},
		},
		{
			by:         "ann",
			call:       `thread.sendMessage({ content: "<b>\"hi\"</b> \\ 50% %22 🎈" }, { type: "html", senderDisplayName: "Ann %41", metadata: { k: "\"v\"", l: "w" } })`,
			receivedBy: both,
			event: func(s outside) events.Event {
				return events.MessageReceived{Header: s.Header, Message: chat.Message{
					ID: s.messageID, Type: chat.MessageTypeHTML, Version: s.messageID, Sender: s.ann, SenderDisplayName: "Ann %41",
					Content: chat.MessageContent{Message: `<b>"hi"</b> \ 50% %22 🎈`}, CreatedOn: s.second(),
					Metadata: map[string]string{"k": `"v"`, "l": "w"},
				}}
			},
		},
		{
			by: "bob", call: `thread.sendTypingNotification({ senderDisplayName: "Bo %42" })`, receivedBy: both,
			event: func(s outside) events.Event {
				return events.TypingIndicatorReceived{Header: s.Header, Sender: s.bob, SenderDisplayName: "Bo %42"}
			},
		},
		{
			by: "bob", call: `thread.sendReadReceipt({ chatMessageId: messageId })`, receivedBy: []string{"ann"},
			event: func(s outside) events.Event {
				return events.ReadReceiptReceived{Header: s.Header, Receipt: chat.ReadReceipt{Sender: s.bob, MessageID: s.messageID, ReadOn: s.second()}}
			},
		},
		{
			by: "ann", call: `thread.updateMessage(messageId, { content: "new", metadata: { k: "", m: "ü" } })`, receivedBy: both,
			event: func(s outside) events.Event {
				return events.MessageEdited{Header: s.Header, Message: chat.Message{
					ID: s.messageID, Type: chat.MessageTypeHTML, Version: s.Version, Sender: s.ann, SenderDisplayName: "Ann %41",
					Content: chat.MessageContent{Message: "new"}, CreatedOn: fromID(s.messageID).Truncate(time.Second), EditedOn: s.second(),
					Metadata: map[string]string{"l": "w", "m": "ü"},
				}}
			},
		},
		{
			by: "bob", call: `thread.addParticipants({ participants: [{ id: cy, displayName: "Cy \"%41\"", shareHistoryTime: new Date("2026-01-02T03:04:05Z") }] })`,
			receivedBy: all,
			event: func(s outside) events.Event {
				return events.ParticipantsAdded{
					Header: s.Header, ThreadCreatedOn: s.created, AddedBy: chat.Participant{Identifier: s.bob, DisplayName: "Bob %41"},
					Participants: []chat.Participant{{
						Identifier: s.cy, DisplayName: `Cy "%41"`, ShareHistoryTime: time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC),
					}},
				}
			},
		},
		{
			by: "ann", call: `thread.updateProperties({ topic: "Two", metadata: { team: "y" }, retentionPolicy: { kind: "none" } })`, receivedBy: all,
			event: func(s outside) events.Event {
				return events.ThreadPropertiesUpdated{
					Header: s.Header, UpdatedBy: chat.Participant{Identifier: s.ann, DisplayName: "Ann"},
					Properties: chat.ThreadProperties{
						ID: s.ThreadID, Topic: "Two", CreatedOn: s.created, Metadata: map[string]string{"team": "y"},
						Retention: chat.RetentionPolicy{Kind: chat.RetentionKindNone},
					},
				}
			},
		},
		{
			by: "ann", call: `thread.deleteMessage(messageId)`, receivedBy: all,
			event: func(s outside) events.Event {
				return events.MessageDeleted{Header: s.Header, Message: chat.Message{
					ID: s.messageID, Type: chat.MessageTypeHTML, Version: s.Version, Sender: s.ann, SenderDisplayName: "Ann %41",
					CreatedOn: fromID(s.messageID).Truncate(time.Second), DeletedOn: s.second(),
				}}
			},
		},
		{
			by: "ann", call: `thread.removeParticipant(cy)`, receivedBy: all,
			event: func(s outside) events.Event {
				return events.ParticipantsRemoved{
					Header: s.Header, ThreadCreatedOn: s.created, RemovedBy: chat.Participant{Identifier: s.ann, DisplayName: "Ann"},
					Participants: []chat.Participant{{
						Identifier: s.cy, DisplayName: `Cy "%41"`, ShareHistoryTime: time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC),
					}},
				}
			},
		},
		{
			by: "bob", call: `thread.sendMessage({ content: "without Cy" })`, receivedBy: both,
			event: func(s outside) events.Event {
				return events.MessageReceived{Header: s.Header, Message: chat.Message{
					ID: s.messageID, Type: chat.MessageTypeText, Version: s.messageID, Sender: s.bob,
					Content: chat.MessageContent{Message: "without Cy"}, CreatedOn: s.second(),
				}}
			},
		},
		{
			by: "ann", call: `chat.deleteChatThread(thread.threadId)`, receivedBy: both,
			event: func(s outside) events.Event {
				return events.ThreadDeleted{
					Header: s.Header, Reason: events.DeletionReasonUser, DeletedBy: chat.Participant{Identifier: s.ann, DisplayName: "Ann"},
					ThreadCreatedOn: s.created,
				}
			},
		},
	}
}
