package chattest_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/realtime"
)

var _ = Describe("The events that a Go client receives", func() {
	It("are those that Events lists, for each recipient and every kind", func(ctx SpecContext) {
		s := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		people := newPeople(s.Service, 4)
		listeners := make([]*realtime.Listener, len(people))
		for i, p := range people {
			listeners[i] = must(realtime.Listen(ctx, s.Client(p.User), nil))
			defer context.AfterFunc(ctx, func() { _ = listeners[i].Close() })() // or the loop below would wait for ever
		}
		ana, bo, cleo := people[0], people[1], people[2]
		client := s.Client(ana.User)
		created := must(client.CreateThread(ctx, "%41 Größe", &chat.CreateThreadOptions{
			Participants: []chat.Participant{
				{Identifier: ana.User, DisplayName: "Ana %22"},
				{Identifier: bo.User, Metadata: map[string]string{"role": "guest"}, ShareHistoryTime: time.Now().Add(-time.Hour)},
			},
			Metadata: map[string]string{"team": "x"},
		}))
		thread := client.ThreadClient(created.Thread.ID)
		path := "/chat/threads/" + created.Thread.ID
		sent := must(thread.SendMessage(ctx, "<b>hi</b>", &chat.SendMessageOptions{
			Type: chat.MessageTypeHTML, SenderDisplayName: "Ana", Metadata: map[string]string{"k": "v"},
		})).ID
		Expect(thread.UpdateMessage(ctx, sent, chat.MessageUpdate{Content: new("two")})).To(Succeed())
		bo.post(path+"/typing", `{"senderDisplayName":"Bo"}`).must(200)
		bo.post(path+"/readReceipts", `{"chatMessageId":"`+sent+`"}`).must(200)
		Expect(thread.DeleteMessage(ctx, sent)).To(Succeed())
		Expect(thread.UpdateProperties(ctx, chat.PropertiesUpdate{
			Topic: new("Two"), Retention: &chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: 90},
		})).To(Succeed())
		Expect(thread.AddParticipants(ctx, []chat.Participant{{Identifier: cleo.User, DisplayName: "Cleo"}})).Error().NotTo(HaveOccurred())
		Expect(thread.RemoveParticipant(ctx, cleo.User)).To(Succeed())
		Expect(client.DeleteThread(ctx, created.Thread.ID)).To(Succeed())

		seen := make(map[events.Kind]bool)
		for i, l := range listeners {
			var expected []any
			for _, e := range s.Events() {
				for _, recipient := range e.Recipients {
					if recipient == people[i].User {
						expected = append(expected, withRecipient(e.Event, recipient))
						seen[e.Kind()] = true
					}
				}
			}
			if len(expected) == 0 {
				Expect(l.Close()).To(Succeed())
			}
			var read []any
			for event, err := range l.Events() {
				Expect(err).NotTo(HaveOccurred())
				if read = append(read, event); len(read) == len(expected) {
					break
				}
			}
			Expect(l.Close()).To(Succeed())
			for event, err := range l.Events() {
				read = append(read, event, err) // one too many
			}
			Expect(read).To(HaveLen(len(expected)))
			for i := range expected {
				Expect(read[i]).To(Equal(expected[i]))
			}
		}
		Expect(seen).To(HaveLen(len(events.Kinds())))
	}, SpecTimeout(30*time.Second))
})

// withRecipient is an event as one recipient receives it.
func withRecipient(event events.Event, recipient chattest.User) any {
	switch e := event.(type) {
	case events.MessageReceived:
		e.Recipient = recipient
		return e
	case events.MessageEdited:
		e.Recipient = recipient
		return e
	case events.MessageDeleted:
		e.Recipient = recipient
		return e
	case events.TypingIndicatorReceived:
		e.Recipient = recipient
		return e
	case events.ReadReceiptReceived:
		e.Recipient = recipient
		return e
	case events.ThreadCreated:
		e.Recipient = recipient
		return e
	case events.ThreadPropertiesUpdated:
		e.Recipient = recipient
		return e
	case events.ThreadDeleted:
		e.Recipient = recipient
		return e
	case events.ParticipantsAdded:
		e.Recipient = recipient
		return e
	case events.ParticipantsRemoved:
		e.Recipient = recipient
		return e
	}
	return nil
}
