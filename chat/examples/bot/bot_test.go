package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
)

const secret = "s3cret"

// room is a service with a bot, whose webhook gets all events, and a thread of two people with it.
type room struct {
	s        *chattest.Service
	bot      *bot
	user     chattest.User // the bot's
	ana, bo  chattest.User
	threadID string
	webhook  atomic.Pointer[events.Handler] // of the running process
	requests atomic.Int64                   // to it
}

// ServeHTTP passes deliveries to the running process.
func (r *room) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.requests.Add(1)
	r.webhook.Load().ServeHTTP(w, request)
}

func newRoom(s *chattest.Service, options chattest.SubscriptionOptions) *room {
	GinkgoHelper()
	users := s.NewUsers(3)
	r := &room{s: s, ana: users[0], bo: users[1], user: users[2]}
	r.start(events.LevelUser)
	r.threadID = r.newThread("Talk", users...)
	options.Target = "/events?secret=" + secret
	s.DeliverEvents(r, &options)
	r.settle()
	time.Sleep(2 * clockDifference) // the bot has run for a while
	return r
}

// start starts the process of the bot, again if it runs.
func (r *room) start(level events.Level) {
	r.bot = botOf(r.s, r.user, level)
	r.webhook.Store(newWebhook(r.bot, secret))
}

func botOf(s *chattest.Service, user chattest.User, level events.Level) *bot {
	return newBot(s.Client(user), chat.CommunicationUser{ID: user.ID}, level)
}

func (r *room) newThread(topic string, users ...chattest.User) string {
	GinkgoHelper()
	var people []chat.Participant
	for _, u := range users {
		people = append(people, chat.Participant{Identifier: chat.CommunicationUser{ID: u.ID}})
	}
	created, err := r.s.Client(users[0]).CreateThread(context.Background(), topic, &chat.CreateThreadOptions{Participants: people})
	Expect(err).NotTo(HaveOccurred())
	return created.Thread.ID
}

func (r *room) send(user chattest.User, thread, text string) {
	GinkgoHelper()
	_, err := r.s.Client(user).ThreadClient(thread).SendMessage(context.Background(), text, nil)
	if !errors.Is(err, chat.ErrOutcomeUnknown) { // of a lost answer: the message was sent
		Expect(err).NotTo(HaveOccurred())
	}
}

// settle waits until every event has been delivered, for hours if need be.
func (r *room) settle() {
	GinkgoHelper()
	for range 200 {
		Expect(r.s.WaitForDeliveries(context.Background())).To(Succeed())
		if !slices.ContainsFunc(r.s.Deliveries(), func(d chattest.Delivery) bool { return d.Status != chattest.DeliveryDelivered }) {
			return
		}
		time.Sleep(5 * time.Minute)
	}
	Fail("events are still waiting")
}

// replies counts the messages of the bot in a thread by what they answer.
func (r *room) replies(thread string) map[string]int {
	counts := make(map[string]int)
	for _, text := range r.s.Texts(thread) {
		if said, ok := strings.CutPrefix(text, "You said: "); ok {
			counts[said]++
		}
	}
	return counts
}

// once is the count of n replies, each of which is there once.
func once(n int) map[string]int {
	counts := make(map[string]int)
	for i := range n {
		counts[fmt.Sprint(i)] = 1
	}
	return counts
}

var _ = Describe("The bot", func() {
	everything := func(schema events.Schema) chattest.SubscriptionOptions {
		return chattest.SubscriptionOptions{Schema: schema, Concurrency: 8, MaxEventsPerBatch: 3}
	}

	DescribeTable("answers each message of a thread once",
		func(schema events.Schema, fail func(*chattest.Service)) {
			bubble(func(s *chattest.Service) {
				const n = 20
				r := newRoom(s, everything(schema))
				fail(s)
				for i := range n {
					r.send([]chattest.User{r.ana, r.bo}[i%2], r.threadID, fmt.Sprint(i))
					time.Sleep(3 * time.Second)
				}
				r.settle()
				time.Sleep(48 * time.Hour)
				r.settle()
				Expect(r.replies(r.threadID)).To(Equal(once(n)))
			})
		},
		Entry("in the schema of Event Grid", events.SchemaEventGrid, func(*chattest.Service) {}),
		Entry("in that of CloudEvents", events.SchemaCloudEvents, func(*chattest.Service) {}),
		Entry("if deliveries come twice", events.SchemaEventGrid, func(s *chattest.Service) {
			s.Fail(chattest.DeliverToWebhook, chattest.Fault{DuplicateEvent: true, Times: -1})
		}),
		Entry("if deliveries come twice and late, after others", events.SchemaCloudEvents, func(s *chattest.Service) {
			s.Fail(chattest.DeliverToWebhook, chattest.Fault{DuplicateEvent: true, ReorderEvent: true, Every: 3})
			s.Fail(chattest.DeliverToWebhook, chattest.Fault{Delay: 20 * time.Minute, Every: 5})
		}),
		Entry("if its answers to deliveries are lost", events.SchemaEventGrid, func(s *chattest.Service) {
			s.Fail(chattest.DeliverToWebhook, chattest.Fault{LoseReply: true, Every: 2})
		}),
		Entry("if deliveries are lost", events.SchemaEventGrid, func(s *chattest.Service) {
			s.Fail(chattest.DeliverToWebhook, chattest.Fault{LoseEvent: true, Every: 2})
		}),
		Entry("if the answers to its messages are lost", events.SchemaEventGrid, func(s *chattest.Service) {
			s.Fail(chattest.SendChatMessage, chattest.Fault{LoseReply: true, Every: 4})
		}),
		Entry("if everything fails at times", events.SchemaEventGrid, func(s *chattest.Service) {
			s.Fail(chattest.DeliverToWebhook, chattest.Fault{DuplicateEvent: true, Every: 2})
			s.Fail(chattest.DeliverToWebhook, chattest.Fault{ReorderEvent: true, Every: 3})
			s.Fail(chattest.DeliverToWebhook, chattest.Fault{LoseReply: true, Every: 4})
			s.Fail(chattest.DeliverToWebhook, chattest.Fault{Delay: time.Hour, Every: 7})
			s.Fail(chattest.DeliverToWebhook, chattest.Fault{Status: 503, Every: 11})
			s.Fail(chattest.ListChatMessages, chattest.Fault{Status: 503, Every: 9})
		}),
	)

	It("answers once if it was restarted, and does not know what it has handled", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, everything(events.SchemaEventGrid))
			for i := range 5 {
				r.send(r.ana, r.threadID, fmt.Sprint(i))
			}
			r.settle()
			r.start(events.LevelUser)
			handled := r.requests.Swap(0)
			for _, d := range s.Deliveries() {
				Expect(s.Redeliver(d.ID)).To(Succeed())
			}
			r.settle()
			Expect(r.replies(r.threadID)).To(Equal(once(5)))
			Expect(r.requests.Load()).To(BeNumerically(">=", handled-1), "all but the handshake")
		})
	})

	DescribeTable("answers once if it was restarted before it knew whether its reply was sent, although clocks differ",
		func(ahead time.Duration) {
			bubble(func(s *chattest.Service) {
				s.Advance(ahead)
				r := newRoom(s, everything(events.SchemaEventGrid))
				s.Fail(chattest.SendChatMessage, chattest.Fault{LoseReply: true, Nth: 2})
				s.Fail(chattest.ListChatMessages, chattest.Fault{Status: 503, Times: 20})
				r.send(r.ana, r.threadID, "0")
				Expect(s.WaitForDeliveries(context.Background())).To(Succeed())
				Expect(r.replies(r.threadID)).To(Equal(once(1)))
				Expect(s.Deliveries()).To(ContainElement(HaveField("Status", chattest.DeliveryWaiting)))
				r.start(events.LevelUser)
				r.settle()
				Expect(r.replies(r.threadID)).To(Equal(once(1)))
			})
		},
		Entry("not at all", time.Duration(0)),
		Entry("by a service that is ahead", clockDifference-10*time.Second),
		Entry("by a service that is behind", 10*time.Second-clockDifference),
	)

	It("answers the messages of a batch at once, with one request each", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, chattest.SubscriptionOptions{MaxEventsPerBatch: 100})
			before := len(s.Requests())
			const n = 20
			for i := range n {
				r.send(r.ana, r.threadID, fmt.Sprint(i))
			}
			began := time.Now()
			r.settle()
			Expect(time.Since(began)).To(BeZero())
			Expect(r.replies(r.threadID)).To(Equal(once(n)))
			Expect(s.Requests()[before:]).To(HaveLen(n + n))
		})
	})

	It("answers once on the level of threads, whose events are those of acschat listen --forward-to", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, everything(events.SchemaEventGrid))
			r.start(events.LevelThread)
			r.send(r.ana, r.threadID, "0")
			r.settle()
			Expect(r.replies(r.threadID)).To(Equal(once(1)))
		})
	})

	It("answers neither itself nor another bot", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, everything(events.SchemaEventGrid))
			other := botOf(s, s.NewUser(), events.LevelUser)
			s.DeliverEvents(newWebhook(other, secret), &chattest.SubscriptionOptions{Target: "/events?secret=" + secret})
			thread := r.newThread("Two bots", r.ana, chattest.User{ID: r.bot.user.ID}, chattest.User{ID: other.user.ID})
			r.send(r.ana, thread, "0")
			r.settle()
			Expect(r.replies(thread)).To(Equal(map[string]int{"0": 2}))
		})
	})

	It("does not ask again for a message whose reply is too long", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, everything(events.SchemaEventGrid))
			r.send(r.ana, r.threadID, strings.Repeat("x", 28<<10))
			r.send(r.ana, r.threadID, "0")
			r.settle()
			Expect(r.replies(r.threadID)).To(Equal(map[string]int{"0": 1}))
			for _, d := range s.Deliveries() {
				Expect(d.Attempts).To(Equal(1))
			}
		})
	})

	It("says nothing in threads it is not in, and does not ask for deliveries again after it was removed", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, everything(events.SchemaEventGrid))
			private := r.newThread("Private", r.ana, r.bo)
			r.send(r.ana, private, "0")
			s.Fail(chattest.SendChatMessage, chattest.Fault{Status: 403, Nth: 2})
			r.send(r.ana, r.threadID, "0")
			r.settle()
			Expect(s.Texts(private)).To(ConsistOf("0"))
			Expect(r.replies(r.threadID)).To(BeEmpty())
			for _, d := range s.Deliveries() {
				Expect(d.Attempts).To(Equal(1))
			}
		})
	})
})
