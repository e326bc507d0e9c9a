package events_test

import (
	"encoding/json"
	"reflect"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
)

// samples are events of every kind with every field.
func samples() []events.Event {
	second := time.Date(2026, time.November, 3, 9, 20, 2, 0, time.UTC)
	ana, bo := chat.CommunicationUser{ID: "8:acs:r_a"}, chat.CommunicationUser{ID: "8:acs:r_b"}
	header := events.Header{ThreadID: "19:x@thread.v2", Time: second.Add(337 * time.Millisecond), Version: "1762161602337", Recipient: bo}
	onThread := header
	onThread.ID, onThread.Level, onThread.Subject = "3", events.LevelThread, "thread/19:x@thread.v2/sender/8:acs:r_a/recipient/8:acs:r_b"
	by := chat.Participant{Identifier: ana, DisplayName: "Ana"}
	people := []chat.Participant{
		{Identifier: bo, DisplayName: "Bo", ShareHistoryTime: time.UnixMilli(0).UTC(), Metadata: map[string]string{"role": "guest"}},
		{Identifier: chat.PhoneNumber{Number: "+15555550123"}, ShareHistoryTime: second},
	}
	properties := chat.ThreadProperties{
		ID: "19:x@thread.v2", Topic: "Größe <b>", CreatedOn: second, CreatedBy: ana, Metadata: map[string]string{"team": "x"},
		Retention: chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: 60},
	}
	message := chat.Message{
		ID: "1762161602337", Type: chat.MessageTypeHTML, Version: "1762161602337", Content: chat.MessageContent{Message: "<b>hi</b>"},
		SenderDisplayName: "Ana", Sender: ana, CreatedOn: second, Metadata: map[string]string{"k": "v"},
	}
	edited, deleted := message, message
	edited.EditedOn = second
	deleted.DeletedOn, deleted.Content, deleted.Metadata = second, chat.MessageContent{}, nil
	without := properties
	without.CreatedBy = nil
	return []events.Event{
		events.MessageReceived{Header: header, Message: message},
		events.MessageEdited{Header: header, Message: edited},
		events.MessageDeleted{Header: header, Message: deleted},
		events.TypingIndicatorReceived{Header: header, Sender: ana, SenderDisplayName: "Ana"},
		events.ReadReceiptReceived{Header: header, Receipt: chat.ReadReceipt{Sender: ana, MessageID: "1", ReadOn: second}},
		events.ThreadCreated{Header: header, Properties: properties, CreatedBy: by, Participants: people},
		events.ThreadPropertiesUpdated{Header: header, Properties: without, UpdatedBy: by},
		events.ThreadDeleted{Header: header, Reason: events.DeletionReasonUser, DeletedBy: by, ThreadCreatedOn: second},
		events.ParticipantsAdded{Header: header, AddedBy: by, Participants: people, ThreadCreatedOn: second},
		events.ParticipantsRemoved{Header: header, RemovedBy: by, Participants: people[:1], ThreadCreatedOn: second},
		events.BotCommandReceived{Header: onThread, Message: message},
		events.UserDisconnected{Header: events.Header{ID: "4", Subject: "user/8:acs:r_a", Time: second}, User: ana},
		events.Gap{Header: events.Header{Time: second}, LastHeard: second.Add(-time.Minute), Reason: events.GapReasonReconnected},
		events.Unknown{Header: header, Type: "262", Raw: json.RawMessage(`{"eventId":262}`)},
	}
}

var _ = Describe("JSON", func() {
	It("keeps events of every kind", func() {
		for _, event := range samples() {
			data, err := json.Marshal(event)
			Expect(err).NotTo(HaveOccurred())
			Expect(events.Unmarshal(data)).To(Equal(event), string(data))

			same := reflect.New(reflect.TypeOf(event))
			Expect(json.Unmarshal(data, same.Interface())).To(Succeed())
			Expect(same.Elem().Interface()).To(Equal(event))
		}
	})

	It("has the kind, then the header, then the other fields", func() {
		Expect(json.Marshal(samples()[3])).To(Equal([]byte(`{"kind":"typingIndicatorReceived","threadId":"19:x@thread.v2","time":"2026-11-03T09:20:02.337Z",` +
			`"version":"1762161602337","recipient":{"rawId":"8:acs:r_b","communicationUser":{"id":"8:acs:r_b"}},` +
			`"sender":{"rawId":"8:acs:r_a","communicationUser":{"id":"8:acs:r_a"}},"senderDisplayName":"Ana"}`)))
		Expect(json.Marshal(events.Gap{Reason: events.GapReasonOverflow})).To(MatchJSON(`{"kind":"gap","gapReason":"overflow"}`))
		data, err := json.Marshal(samples()[0])
		Expect(err).NotTo(HaveOccurred())
		message, err := json.Marshal(samples()[0].(events.MessageReceived).Message)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(data)).To(ContainSubstring(`"message":` + string(message)))
	})

	It("of another kind is refused", func() {
		data, err := json.Marshal(samples()[0])
		Expect(err).NotTo(HaveOccurred())
		var edited events.MessageEdited
		Expect(json.Unmarshal(data, &edited)).To(MatchError(ContainSubstring("chatMessageReceived")))
	})

	DescribeTable("with unexpected members keeps the others",
		func(data string, expected events.Event) { Expect(events.Unmarshal([]byte(data))).To(Equal(expected)) },
		Entry("an unknown kind", `{"kind":"threadPinned","threadId":"19:x@thread.v2"}`, events.Unknown{
			Header: events.Header{ThreadID: "19:x@thread.v2"}, Type: "threadPinned", Raw: json.RawMessage(`{"kind":"threadPinned","threadId":"19:x@thread.v2"}`),
		}),
		Entry("no kind", `{ "x" : 1 }`, events.Unknown{Raw: json.RawMessage(`{"x":1}`)}),
		Entry("members of other types", `{"kind":"gap","time":1,"version":[],"recipient":3,"lastHeard":{}}`, events.Gap{}),
		Entry("times that JSON can't represent in UTC", `{"kind":"gap","time":"9999-12-31T23:59:59-14:00","lastHeard":"0000-01-01T00:00:00+14:00"}`, events.Gap{}),
		Entry("no participants", `{"kind":"participantsRemoved","participants":[]}`, events.ParticipantsRemoved{}),
		Entry("null for all", `{"kind":"chatMessageReceived","time":null,"message":null,"recipient":null}`, events.MessageReceived{}),
	)

	DescribeTable("that is not an object is an error",
		func(data string) { Expect(events.Unmarshal([]byte(data))).Error().To(HaveOccurred()) },
		Entry("nothing", ``), Entry("a list", `[]`), Entry("a truncated object", `{"kind":"gap"`), Entry("text", `"gap"`),
	)
})
