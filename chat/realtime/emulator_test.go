package realtime_test

import (
	"context"
	"math/rand/v2"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
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

var _ = Describe("Listener and the emulator", func() {
	// That all kinds of events arrive at each recipient is a spec of package chattest.
	It("yields a message as REST returns it, and no events of other threads", func() {
		bubble(func() {
			ctx := context.Background()
			service, err := chattest.Open(api.Watch(nil))
			Expect(err).NotTo(HaveOccurred())
			defer func() { Expect(service.Close()).To(Succeed()) }()
			users := service.NewUsers(2)
			alice, stranger := collect(service.Client(users[0])), collect(service.Client(users[1]))
			client := service.Client(users[0])
			created, err := client.CreateThread(ctx, "Plans", nil)
			Expect(err).NotTo(HaveOccurred())
			thread := client.ThreadClient(created.Thread.ID)
			sent, err := thread.SendMessage(ctx, `say "hi" \ 50% %22 🎈`, &chat.SendMessageOptions{
				Type: chat.MessageTypeHTML, SenderDisplayName: "Ann", Metadata: map[string]string{"k": `"v"`},
			})
			Expect(err).NotTo(HaveOccurred())
			want, err := thread.GetMessage(ctx, sent.ID)
			Expect(err).NotTo(HaveOccurred())
			want.SequenceID = ""
			Expect(alice.close()).To(HaveExactElements(
				BeAssignableToTypeOf(events.ThreadCreated{}), HaveField("Message", want),
			))
			Expect(stranger.close()).To(BeEmpty())
		})
	})

	It("yields no event twice over 1,000 messages with 200 drops, and a gap for every event that it misses", func() {
		random := rand.New(rand.NewPCG(2, uint64(GinkgoRandomSeed())))
		const messages, drops = 1000, 200
		bubble(func() {
			ctx := context.Background()
			service, err := chattest.Open(api.Watch(nil))
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
