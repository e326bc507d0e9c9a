package events_test

import (
	"encoding/json"
	"maps"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
)

const topic = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Communication/communicationServices/c"

var (
	ana    = chat.CommunicationUser{ID: "8:acs:r_a"}
	bo     = chat.CommunicationUser{ID: "8:acs:r_b"}
	cy     = chat.CommunicationUser{ID: "8:acs:r_c"}
	second = time.Date(2026, time.November, 3, 9, 20, 2, 0, time.UTC)
)

// published are the events of all types of Event Grid, with every field that Event Grid tells.
func published() map[string]events.Event {
	const thread, subject = "19:x@thread.v2", "thread/19:x@thread.v2/"
	at := second.Add(337 * time.Millisecond)
	onUser := events.Header{ID: "1", Level: events.LevelUser, ThreadID: thread, Time: at, Version: "1793697602337", Recipient: bo}
	onThread := events.Header{ID: "2", Level: events.LevelThread, ThreadID: thread, Time: at, Version: "1793697602337"}
	with := func(h events.Header, text string) events.Header {
		h.Subject = subject + text
		return h
	}
	message := chat.Message{
		ID: "1793697602337", Type: chat.MessageTypeHTML, SequenceID: "7", Version: "1793697602337",
		Content: chat.MessageContent{Message: "<b>hi</b>"}, SenderDisplayName: "Ana", Sender: ana, CreatedOn: second, Metadata: map[string]string{"k": "v"},
	}
	edited, deleted := message, message
	edited.EditedOn = second
	deleted.DeletedOn, deleted.Content, deleted.Metadata = second, chat.MessageContent{}, nil
	by := chat.Participant{Identifier: ana}
	people := []chat.Participant{{Identifier: ana, DisplayName: "Ana"}, {Identifier: bo, Metadata: map[string]string{"role": "guest"}}}
	properties := chat.ThreadProperties{
		ID: thread, Topic: "Größe", CreatedOn: second, CreatedBy: ana, Metadata: map[string]string{"team": "x"},
		Retention: chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: 60},
	}
	changed := properties
	changed.CreatedBy, changed.CreatedOn = nil, second.Add(-time.Hour)
	created := second.Add(-time.Hour)
	one := []chat.Participant{{Identifier: cy, DisplayName: "Cy", Metadata: map[string]string{"role": "guest"}}}
	const s, rb = "sender/8:acs:r_a", "/recipient/8:acs:r_b"
	bot := onThread
	bot.Recipient = bo
	all := map[string]events.Event{
		"ChatMessageReceived":                      events.MessageReceived{with(onUser, s+rb), message},
		"ChatMessageEdited":                        events.MessageEdited{with(onUser, s+rb), edited},
		"ChatMessageDeleted":                       events.MessageDeleted{with(onUser, s+rb), deleted},
		"ChatThreadCreatedWithUser":                events.ThreadCreated{with(onUser, "createdBy/8:acs:r_a"+rb), properties, by, people},
		"ChatThreadPropertiesUpdatedPerUser":       events.ThreadPropertiesUpdated{with(onUser, "editedBy/8:acs:r_a"+rb), changed, by},
		"ChatThreadWithUserDeleted":                events.ThreadDeleted{with(onUser, "deletedBy/8:acs:r_a"+rb), events.DeletionReasonUser, by, created},
		"ChatParticipantAddedToThreadWithUser":     events.ParticipantsAdded{with(onUser, "participantAdded/8:acs:r_c"+rb), by, one, created},
		"ChatParticipantRemovedFromThreadWithUser": events.ParticipantsRemoved{with(onUser, "participantRemoved/8:acs:r_c"+rb), by, one, created},

		"ChatMessageReceivedInThread":         events.MessageReceived{with(onThread, s), message},
		"ChatMessageEditedInThread":           events.MessageEdited{with(onThread, s), edited},
		"ChatMessageDeletedInThread":          events.MessageDeleted{with(onThread, s), deleted},
		"ChatTypingIndicatorReceivedInThread": events.TypingIndicatorReceived{with(onThread, s), ana, "Ana"},
		"ChatThreadCreated":                   events.ThreadCreated{with(onThread, "createdBy/8:acs:r_a"), properties, by, people},
		"ChatThreadPropertiesUpdated":         events.ThreadPropertiesUpdated{with(onThread, "editedBy/8:acs:r_a"), changed, by},
		"ChatThreadDeleted":                   events.ThreadDeleted{with(onThread, "deletedBy/8:acs:r_a"), events.DeletionReasonUser, by, created},
		"ChatThreadParticipantAdded":          events.ParticipantsAdded{with(onThread, "participantadded/8:acs:r_c"), by, one, created},
		"ChatThreadParticipantRemoved":        events.ParticipantsRemoved{with(onThread, "participantremoved/8:acs:r_c"), by, one, created},
		"ChatAzureBotCommandReceivedInThread": events.BotCommandReceived{with(bot, s+rb), message},

		"UserDisconnected": events.UserDisconnected{events.Header{ID: "3", Subject: "user/8:acs:r_a", Time: at}, ana},
	}
	for name, event := range all {
		h := event.EventHeader()
		h.ID = "id of " + name
		all[name] = events.WithHeader(event, h)
	}
	return all
}

// shortType is the name of a type without its prefix.
func shortType(t events.EventType) string { return t.Name[len("Microsoft.Communication."):] }

// withoutSubject removes the subject, so that Format writes it.
func withoutSubject(event events.Event) events.Event {
	h := event.EventHeader()
	h.Subject = ""
	return events.WithHeader(event, h)
}

func formatted(schema events.Schema, list ...events.Event) string {
	GinkgoHelper()
	data, err := events.Format(schema, topic, list...)
	Expect(err).NotTo(HaveOccurred())
	return string(data)
}

const (
	anaJSON = `{"rawId":"8:acs:r_a","communicationUser":{"id":"8:acs:r_a"}}`
	boJSON  = `{"rawId":"8:acs:r_b","communicationUser":{"id":"8:acs:r_b"}}`
	cyJSON  = `{"rawId":"8:acs:r_c","communicationUser":{"id":"8:acs:r_c"}}`

	messageJSON = `"messageId":"1793697602337","sequenceId":"7","senderCommunicationIdentifier":` + anaJSON + `,"senderDisplayName":"Ana","type":"Html",` +
		`"threadId":"19:x@thread.v2"`
	bodyJSON          = `"messageBody":"<b>hi</b>","metadata":{"k":"v"}`
	messageUserJSON   = `"senderId":"8:acs:r_a","composeTime":"2026-11-03T09:20:02.337Z",` + toBoJSON + "," + messageJSON
	messageThreadJSON = `"composeTime":"2026-11-03T09:20:02.337+00:00","version":"1793697602337",` + messageJSON
	toBoJSON          = `"version":1793697602337,"recipientId":"8:acs:r_b","recipientCommunicationIdentifier":` + boJSON

	propertiesJSON = `"properties":{"topic":"Größe"},"metadata":{"team":"x"},"retentionPolicy":{"kind":"threadCreationDate","deleteThreadAfterDays":60}`
	peopleJSON     = `"participants":[{"displayName":"Ana","participantCommunicationIdentifier":` + anaJSON + `},` +
		`{"participantCommunicationIdentifier":` + boJSON + `,"metadata":{"role":"guest"}}]`
	membersJSON = `"members":[{"displayName":"Ana","memberId":"8:acs:r_a"},{"memberId":"8:acs:r_b"}]`
	oneJSON     = `{"displayName":"Cy","participantCommunicationIdentifier":` + cyJSON + `,"metadata":{"role":"guest"}}`
	inUserJSON  = `"threadId":"19:x@thread.v2","createTime":"2026-11-03T08:20:02Z"`
	threadJSON  = `"threadId":"19:x@thread.v2","version":1793697602337,"createTime":"2026-11-03T08:20:02+00:00"`
)

var dataJSON = map[string]string{
	"ChatMessageReceived":                      messageUserJSON + "," + bodyJSON,
	"ChatMessageEdited":                        messageUserJSON + "," + bodyJSON + `,"editTime":"2026-11-03T09:20:02.337Z"`,
	"ChatMessageDeleted":                       messageUserJSON + `,"deleteTime":"2026-11-03T09:20:02.337Z"`,
	"ChatThreadCreatedWithUser":                `"threadId":"19:x@thread.v2","createTime":"2026-11-03T09:20:02.337Z","createdBy":"8:acs:r_a","createdByCommunicationIdentifier":` + anaJSON + "," + toBoJSON + "," + propertiesJSON + "," + peopleJSON + "," + membersJSON,
	"ChatThreadPropertiesUpdatedPerUser":       inUserJSON + `,"editTime":"2026-11-03T09:20:02.337Z","editedBy":"8:acs:r_a","editedByCommunicationIdentifier":` + anaJSON + "," + toBoJSON + "," + propertiesJSON,
	"ChatThreadWithUserDeleted":                inUserJSON + `,"deleteTime":"2026-11-03T09:20:02.337Z","reason":"deletedByUser","deletedBy":"8:acs:r_a","deletedByCommunicationIdentifier":` + anaJSON + "," + toBoJSON,
	"ChatParticipantAddedToThreadWithUser":     inUserJSON + `,"time":"2026-11-03T09:20:02.337Z","version":1793697602337,"addedByCommunicationIdentifier":` + anaJSON + `,"participantAdded":` + oneJSON + `,"recipientCommunicationIdentifier":` + boJSON,
	"ChatParticipantRemovedFromThreadWithUser": inUserJSON + `,"time":"2026-11-03T09:20:02.337Z","version":1793697602337,"removedByCommunicationIdentifier":` + anaJSON + `,"participantRemoved":` + oneJSON + `,"recipientCommunicationIdentifier":` + boJSON,

	"ChatMessageReceivedInThread":         messageThreadJSON + "," + bodyJSON,
	"ChatMessageEditedInThread":           messageThreadJSON + "," + bodyJSON + `,"editTime":"2026-11-03T09:20:02.337+00:00"`,
	"ChatMessageDeletedInThread":          messageThreadJSON + `,"deleteTime":"2026-11-03T09:20:02.337+00:00"`,
	"ChatTypingIndicatorReceivedInThread": `"messageBody":"","messageId":"1793697602337","senderCommunicationIdentifier":` + anaJSON + `,"senderDisplayName":"Ana","type":"Control/Typing","composeTime":"2026-11-03T09:20:02.337+00:00","version":"1793697602337","threadId":"19:x@thread.v2"`,
	"ChatThreadCreated":                   `"threadId":"19:x@thread.v2","version":1793697602337,"createTime":"2026-11-03T09:20:02.337+00:00","createdByCommunicationIdentifier":` + anaJSON + "," + propertiesJSON + "," + peopleJSON,
	"ChatThreadPropertiesUpdated":         threadJSON + `,"editTime":"2026-11-03T09:20:02.337+00:00","editedByCommunicationIdentifier":` + anaJSON + "," + propertiesJSON,
	"ChatThreadDeleted":                   threadJSON + `,"deleteTime":"2026-11-03T09:20:02.337+00:00","reason":"deletedByUser","deletedByCommunicationIdentifier":` + anaJSON,
	"ChatThreadParticipantAdded":          threadJSON + `,"time":"2026-11-03T09:20:02.337+00:00","addedByCommunicationIdentifier":` + anaJSON + `,"participantAdded":` + oneJSON,
	"ChatThreadParticipantRemoved":        threadJSON + `,"time":"2026-11-03T09:20:02.337+00:00","removedByCommunicationIdentifier":` + anaJSON + `,"participantRemoved":` + oneJSON,
	"ChatAzureBotCommandReceivedInThread": messageThreadJSON + "," + bodyJSON,

	"UserDisconnected": `"userCommunicationIdentifier":` + anaJSON,
}

var _ = Describe("Format", func() {
	It("writes the members of the service, for every type", func() {
		Expect(events.EventTypes()).To(HaveLen(19))
		for _, t := range events.EventTypes() {
			name := shortType(t)
			event := published()[name]
			Expect(event).NotTo(BeNil(), name)
			h := event.EventHeader()
			Expect(formatted(events.SchemaEventGrid, withoutSubject(event))).To(MatchJSON(`[{"id":"`+h.ID+`","topic":"`+topic+`","subject":"`+h.Subject+`",`+
				`"eventType":"`+t.Name+`","dataVersion":"1.0","metadataVersion":"1","eventTime":"2026-11-03T09:20:02.337Z","data":{`+dataJSON[name]+`}}]`), name)
			Expect(formatted(events.SchemaCloudEvents, withoutSubject(event))).To(MatchJSON(`{"id":"`+h.ID+`","source":"`+topic+`","subject":"`+h.Subject+`",`+
				`"type":"`+t.Name+`","specversion":"1.0","time":"2026-11-03T09:20:02.337Z","data":{`+dataJSON[name]+`}}`), name)
			of, ok := events.TypeOf(event)
			Expect(ok).To(BeTrue())
			Expect(of).To(Equal(t))
		}
	})

	It("writes one CloudEvent as an object, and any other number of events as an array", func() {
		event := published()["UserDisconnected"]
		for _, schema := range []events.Schema{events.SchemaEventGrid, events.SchemaCloudEvents} {
			var list []json.RawMessage
			Expect(json.Unmarshal([]byte(formatted(schema, event, event)), &list)).To(Succeed())
			Expect(list).To(HaveLen(2))
			Expect(formatted(schema)).To(Equal("[]"))
		}
		Expect(events.SchemaEventGrid.ContentType(1)).To(Equal("application/json; charset=utf-8"))
		Expect(events.SchemaCloudEvents.ContentType(1)).To(Equal("application/cloudevents+json; charset=utf-8"))
		Expect(events.SchemaCloudEvents.ContentType(2)).To(Equal("application/cloudevents-batch+json; charset=utf-8"))
	})

	It("keeps a subject, and takes an event without a level as one of the thread", func() {
		event := published()["ChatMessageReceivedInThread"]
		h := event.EventHeader()
		h.Level, h.Subject, h.Recipient = "", "Thread/x", bo
		Expect(formatted(events.SchemaCloudEvents, events.WithHeader(event, h))).To(And(
			ContainSubstring(`"type":"Microsoft.Communication.ChatMessageReceivedInThread"`), ContainSubstring(`"subject":"Thread/x"`),
			Not(ContainSubstring("recipient"))))
	})

	It("writes a thread that a policy deleted without a user", func() {
		event := published()["ChatThreadDeleted"].(events.ThreadDeleted)
		event.Subject, event.DeletedBy, event.Reason = "", chat.Participant{}, events.DeletionReasonPolicy
		Expect(formatted(events.SchemaEventGrid, event)).To(And(ContainSubstring(`"subject":"thread/19:x@thread.v2"`), Not(ContainSubstring("deletedByComm"))))
	})

	DescribeTable("fails",
		func(message string, change func(*events.Header)) {
			event := published()["ChatMessageReceived"]
			h := event.EventHeader()
			change(&h)
			Expect(events.Format(events.SchemaEventGrid, topic, events.WithHeader(event, h))).Error().To(MatchError("events: format chatMessageReceived: " + message))
		},
		Entry("without an ID", "the header has no ID", func(h *events.Header) { h.ID = "" }),
		Entry("without a time", "the header has no Time", func(h *events.Header) { h.Time = time.Time{} }),
		Entry("without a thread", "the header has no ThreadID", func(h *events.Header) { h.ThreadID = "" }),
		Entry("without a recipient", "the header has no Recipient, which events on the level of users have", func(h *events.Header) { h.Recipient = nil }),
		Entry("with another level", "Event Grid has no such events", func(h *events.Header) { h.Level = "x" }),
	)

	DescribeTable("fails for events that Event Grid does not have",
		func(event events.Event, message string) {
			Expect(events.Format(events.SchemaEventGrid, topic, event)).Error().To(MatchError(ContainSubstring(message)))
		},
		Entry("receipts", events.ReadReceiptReceived{}, "readReceiptReceived: Event Grid has no such events"),
		Entry("gaps", events.Gap{}, "no such events"),
		Entry("unknown events", events.Unknown{}, "no such events"),
		Entry("typing on the level of users", events.TypingIndicatorReceived{Header: events.Header{Level: events.LevelUser}}, "on the level of users"),
		Entry("several participants", events.ParticipantsAdded{
			Header: events.Header{ID: "1", ThreadID: "t", Time: second}, Participants: []chat.Participant{{Identifier: ana}, {Identifier: bo}},
		}, "see PerParticipant"),
		Entry("no user", events.UserDisconnected{Header: events.Header{ID: "1", Time: second}}, "it has no User"),
	)

	It("fails for an unknown schema", func() {
		Expect(events.Format("x", topic, published()["UserDisconnected"])).Error().To(MatchError(ContainSubstring(`no schema "x"`)))
	})
})

var _ = Describe("PerParticipant", func() {
	It("makes one event for each participant, with its own ID", func() {
		header := events.Header{ID: "e", Subject: "s", ThreadID: "t", Time: second, Version: "1"}
		people := []chat.Participant{{Identifier: ana}, {Identifier: bo}}
		for _, event := range []events.Event{
			events.ParticipantsAdded{Header: header, AddedBy: people[0], Participants: people, ThreadCreatedOn: second},
			events.ParticipantsRemoved{Header: header, RemovedBy: people[0], Participants: people, ThreadCreatedOn: second},
		} {
			list := events.PerParticipant(event)
			Expect(list).To(HaveLen(2))
			for i, one := range list {
				Expect(one.Kind()).To(Equal(event.Kind()))
				Expect(one).To(HaveField("Participants", people[i:i+1]))
				Expect(one).To(HaveField("Subject", ""))
				Expect(one).To(HaveField("ID", []string{"e", "e-2"}[i]))
				Expect(formatted(events.SchemaEventGrid, one)).NotTo(BeEmpty())
			}
			Expect(event).To(HaveField("Participants", HaveLen(2)))
		}
	})

	It("returns other events, and those of one participant, unchanged", func() {
		for event := range maps.Values(published()) {
			Expect(events.PerParticipant(event)).To(Equal([]events.Event{event}))
		}
	})

	It("returns no event for one without participants", func() {
		Expect(events.PerParticipant(events.ParticipantsAdded{})).To(BeEmpty())
	})
})
