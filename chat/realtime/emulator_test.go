package realtime_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/realtime"
)

// collector takes what a listener yields.
type collector struct {
	listener *realtime.Listener
	got      []events.Event // once it is closed
	done     chan struct{}
}

func collect(client *chat.Client) *collector {
	GinkgoHelper()
	l, err := realtime.Listen(context.Background(), client, nil)
	Expect(err).NotTo(HaveOccurred())
	c := &collector{listener: l, done: make(chan struct{})}
	go func() {
		defer GinkgoRecover()
		defer close(c.done)
		for event, err := range l.Events() {
			Expect(err).NotTo(HaveOccurred())
			c.got = append(c.got, event)
		}
	}()
	return c
}

// close closes the listener, and returns what it has yielded.
func (c *collector) close() []events.Event {
	GinkgoHelper()
	synctest.Wait()
	Expect(c.listener.Close()).To(Succeed())
	<-c.done
	return c.got
}

// told lists the events of which the service has told a user, as the user gets them.
func told(service *chattest.Service, user chattest.User) []events.Event {
	var list []events.Event
	for _, e := range service.Events() {
		if slices.Contains(e.Recipients, user) {
			list = append(list, forRecipient(e.Event, chat.CommunicationUser{ID: user.ID}))
		}
	}
	return list
}

// forRecipient puts the recipient into the header of an event.
func forRecipient(event events.Event, recipient chat.Identifier) events.Event {
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
	return event
}

var _ = Describe("Listener and the emulator", func() {
	It("yields all ten kinds of events to each recipient, as the emulator has recorded them", func() {
		bubble(func() {
			ctx := context.Background()
			service, err := chattest.Open(nil)
			Expect(err).NotTo(HaveOccurred())
			defer func() { Expect(service.Close()).To(Succeed()) }()
			users := service.NewUsers(4)
			var collectors []*collector
			for _, user := range users {
				collectors = append(collectors, collect(service.Client(user)))
			}
			alice, bob := service.Client(users[0]), service.Client(users[1])

			created, err := alice.CreateThread(ctx, "50% %41 <Größe>", &chat.CreateThreadOptions{
				Participants: []chat.Participant{
					{Identifier: chat.CommunicationUser{ID: users[1].ID}, DisplayName: "Bob", Metadata: map[string]string{"role": "guest"}},
				},
				Metadata:  map[string]string{"team": "x"},
				Retention: chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: 60},
			})
			Expect(err).NotTo(HaveOccurred())
			thread, his := alice.ThreadClient(created.Thread.ID), bob.ThreadClient(created.Thread.ID)
			time.Sleep(1234 * time.Millisecond)
			sent, err := thread.SendMessage(ctx, `say "hi" \ 50% %22 🎈`, &chat.SendMessageOptions{
				Type: chat.MessageTypeHTML, SenderDisplayName: "Ann", Metadata: map[string]string{"k": `"v"`},
			})
			Expect(err).NotTo(HaveOccurred())
			before, err := thread.GetMessage(ctx, sent.ID)
			Expect(err).NotTo(HaveOccurred())
			time.Sleep(time.Second)
			Expect(his.SendTypingNotification(ctx, &chat.SendTypingNotificationOptions{SenderDisplayName: "Bo"})).To(Succeed())
			Expect(his.SendReadReceipt(ctx, sent.ID)).To(Succeed())
			Expect(thread.UpdateMessage(ctx, sent.ID, chat.MessageUpdate{Content: new("new")})).To(Succeed())
			Expect(thread.AddParticipants(ctx, []chat.Participant{{Identifier: chat.CommunicationUser{ID: users[2].ID}, DisplayName: "Cy %41"}})).To(BeEmpty())
			Expect(thread.UpdateTopic(ctx, "")).To(Succeed())
			Expect(thread.RemoveParticipant(ctx, chat.CommunicationUser{ID: users[2].ID})).To(Succeed())
			Expect(thread.DeleteMessage(ctx, sent.ID)).To(Succeed())
			Expect(alice.DeleteThread(ctx, created.Thread.ID)).To(Succeed())

			for i, user := range users {
				got, want := collectors[i].close(), told(service, user)
				Expect(got).To(HaveLen(len(want)))
				for j := range want {
					Expect(got[j]).To(Equal(want[j]))
				}
			}
			kinds := map[events.Kind]bool{}
			for _, e := range collectors[0].got {
				kinds[e.Kind()] = true
			}
			Expect(kinds).To(HaveLen(len(events.Kinds())))
			Expect(collectors[3].got).To(BeEmpty(), "no participant")
			before.SequenceID = ""
			Expect(collectors[0].got[1].(events.MessageReceived).Message).To(Equal(before), "the same as through REST")
		})
	})

	It("delivers nothing twice over 1,000 messages with 200 drops, and covers with gaps what it does not deliver", func() {
		random := rand.New(rand.NewPCG(2, uint64(GinkgoRandomSeed())))
		const messages, drops = 1000, 200
		bubble(func() {
			ctx := context.Background()
			service, err := chattest.Open(nil)
			Expect(err).NotTo(HaveOccurred())
			defer func() { Expect(service.Close()).To(Succeed()) }()
			users := service.NewUsers(2)
			alice := service.Client(users[0])
			created, err := alice.CreateThread(ctx, "many", &chat.CreateThreadOptions{
				Participants: []chat.Participant{{Identifier: chat.CommunicationUser{ID: users[1].ID}}},
			})
			Expect(err).NotTo(HaveOccurred())
			bob := collect(service.Client(users[1]))
			service.Fail(chattest.DeliverEvent, chattest.Fault{Every: 37, DuplicateEvent: true})
			for n := range messages {
				Expect(alice.ThreadClient(created.Thread.ID).SendMessage(ctx, "message", nil)).Error().NotTo(HaveOccurred())
				if n%(messages/drops) == 0 {
					service.DropConnections(users[1])
				}
				pause := 40 * time.Second
				if random.IntN(2) > 0 {
					pause = 200 * time.Millisecond
				}
				time.Sleep(time.Duration(random.Int64N(int64(pause))))
			}
			time.Sleep(time.Minute)

			delivered := make(map[string]int)
			var gaps []events.Gap
			for _, event := range bob.close() {
				switch e := event.(type) {
				case events.Gap:
					gaps = append(gaps, e)
				case events.MessageReceived:
					delivered[e.Message.ID]++
				}
			}
			Expect(len(gaps)).To(BeNumerically(">", drops*3/4))
			sent := service.Events(events.KindMessageReceived)
			Expect(sent).To(HaveLen(messages))
			missing := 0
			for _, e := range sent {
				id, at := e.Event.(events.MessageReceived).Message.ID, e.EventHeader().Time
				Expect(delivered[id]).To(BeNumerically("<=", 1))
				if delivered[id] == 0 {
					missing++
					Expect(gaps).To(ContainElement(Satisfy(func(g events.Gap) bool { return !g.LastHeard.After(at) && !g.Time.Before(at) })))
				}
			}
			AddReportEntry("drops", map[string]int{"gaps": len(gaps), "missing": missing}, ReportEntryVisibilityFailureOrVerbose)
		})
	})
})
