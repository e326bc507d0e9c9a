package chattest_test

import (
	"net/http"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
)

var _ = Describe("Faults of deliveries to a webhook", func() {
	// talking runs f with a subscription to messages and a thread, in virtual time.
	talking := func(f func(s *chattest.Service, h *hook, send func(texts ...string))) {
		GinkgoHelper()
		bubble(func(s *chattest.Service) {
			ana := newPerson(s)
			thread := ana.thread("Hooked")
			h := &hook{}
			s.DeliverEvents(h, &chattest.SubscriptionOptions{EventTypes: []string{received}})
			settle(s)
			f(s, h, func(texts ...string) {
				for _, text := range texts {
					ana.send(thread, text)
				}
				settle(s)
			})
		})
	}

	DescribeTable("lose a delivery, which is made later",
		func(fault chattest.Fault, status int) {
			talking(func(s *chattest.Service, h *hook, send func(...string)) {
				injected := s.Fail(chattest.DeliverToWebhook, fault)
				send("a", "b")
				Expect(h.texts()).To(Equal([]any{"b"}))
				Expect(s.Deliveries()[0]).To(And(HaveField("Status", chattest.DeliveryWaiting), HaveField("Attempts", 1)))
				Expect(injected.Fired()).To(Equal(1))
				s.Advance(10 * time.Second)
				settle(s)
				Expect(h.texts()).To(Equal([]any{"b", "a"}))
			})
		},
		Entry("by the zero value", chattest.Fault{}, 0),
		Entry("by the event", chattest.Fault{LoseEvent: true}, 0),
		Entry("by the request", chattest.Fault{LoseRequest: true}, 0),
		Entry("by an answer in place of the webhook", chattest.Fault{Status: 503}, 503),
	)

	It("lose the answer, so that the event is delivered again with the same id", func() {
		talking(func(s *chattest.Service, h *hook, send func(...string)) {
			s.Fail(chattest.DeliverToWebhook, chattest.Fault{LoseReply: true, Times: 2})
			send("a")
			s.Advance(10 * time.Second)
			settle(s)
			s.Advance(30 * time.Second)
			settle(s)
			Expect(h.texts()).To(Equal([]any{"a", "a", "a"}))
			Expect(h.received()[2].events[0].ID).To(Equal(h.received()[0].events[0].ID))
			Expect(statuses(s)).To(HaveExactElements(chattest.DeliveryDelivered))
		})
	})

	It("deliver twice", func() {
		talking(func(s *chattest.Service, h *hook, send func(...string)) {
			s.Fail(chattest.DeliverToWebhook, chattest.Fault{DuplicateEvent: true, Every: 2})
			send("a", "b", "c")
			Expect(h.texts()).To(Equal([]any{"a", "b", "b", "c"}))
		})
	})

	It("deliver after the next one", func() {
		talking(func(s *chattest.Service, h *hook, send func(...string)) {
			s.Fail(chattest.DeliverToWebhook, chattest.Fault{ReorderEvent: true, DuplicateEvent: true})
			send("a")
			Expect(h.texts()).To(BeEmpty())
			send("b", "c")
			Expect(h.texts()).To(Equal([]any{"b", "a", "a", "c"}))
		})
	})

	It("deliver after ten seconds if there is no next one", func() {
		talking(func(s *chattest.Service, h *hook, send func(...string)) {
			s.Fail(chattest.DeliverToWebhook, chattest.Fault{ReorderEvent: true})
			send("a")
			s.Advance(10 * time.Second)
			settle(s)
			Expect(h.texts()).To(Equal([]any{"a"}))
			Expect(s.Deliveries()[0].Attempts).To(Equal(1))
		})
	})

	It("delay by the clock of the service, and hold up nothing else", func() {
		talking(func(s *chattest.Service, h *hook, send func(...string)) {
			s.Fail(chattest.DeliverToWebhook, chattest.Fault{Delay: time.Hour, Nth: 2})
			send("a", "b", "c")
			Expect(h.texts()).To(Equal([]any{"a", "c"}))
			s.Advance(time.Hour)
			settle(s)
			Expect(h.texts()).To(Equal([]any{"a", "c", "b"}))
		})
	})

	It("delay after the next one, or after ten seconds, if they also reorder", func() {
		talking(func(s *chattest.Service, h *hook, send func(...string)) {
			for range 2 {
				s.Fail(chattest.DeliverToWebhook, chattest.Fault{ReorderEvent: true, Delay: time.Hour})
			}
			send("a")
			send("b") // is held, too
			s.Fail(chattest.DeliverToWebhook, chattest.Fault{Status: 503})
			send("c")
			Expect(h.texts()).To(BeEmpty())
			s.Advance(10 * time.Second)
			settle(s)
			Expect(h.texts()).To(Equal([]any{"c"}))
			s.Advance(time.Hour - 11*time.Second)
			settle(s)
			Expect(h.texts()).To(Equal([]any{"c"}))
			s.Advance(time.Second)
			settle(s)
			Expect(h.texts()).To(Equal([]any{"c", "a", "b"}))

			s.Fail(chattest.DeliverToWebhook, chattest.Fault{ReorderEvent: true, Delay: time.Hour})
			send("d")
			s.Advance(time.Hour)
			settle(s)
			Expect(h.texts()).To(HaveLen(3))
			s.Advance(10 * time.Second)
			settle(s)
			Expect(h.texts()).To(Equal([]any{"c", "a", "b", "d"}))
		})
	})

	DescribeTable("hit a batch once, which is sent in one request also if it is postponed",
		func(fault chattest.Fault) {
			bubble(func(s *chattest.Service) {
				ana := newPerson(s)
				thread := ana.thread("Hooked")
				h := &hook{}
				s.DeliverEvents(h, &chattest.SubscriptionOptions{EventTypes: []string{received}, MaxEventsPerBatch: 10})
				settle(s)
				release := make(chan struct{})
				h.answer = func(delivery) int { <-release; return 200 }
				ana.send(thread, "first")
				synctest.Wait()
				injected := s.Fail(chattest.DeliverToWebhook, fault)
				for _, text := range []string{"a", "b", "c"} {
					ana.send(thread, text)
				}
				close(release)
				settle(s)
				s.Advance(time.Minute)
				settle(s)
				s.Advance(10 * time.Second) // the attempt after the lost answer
				settle(s)
				var sizes []int
				for _, d := range h.received() {
					sizes = append(sizes, len(d.events))
				}
				Expect(sizes).To(Equal([]int{1, 3, 3}))
				Expect(injected.Fired()).To(Equal(1))
				Expect(statuses(s)).To(HaveEach(chattest.DeliveryDelivered))
			})
		},
		Entry("not", chattest.Fault{LoseReply: true}),
		Entry("by a delay", chattest.Fault{LoseReply: true, Delay: time.Minute}),
		Entry("by the order", chattest.Fault{LoseReply: true, ReorderEvent: true}),
		Entry("by both", chattest.Fault{LoseReply: true, ReorderEvent: true, Delay: 50 * time.Second}),
	)

	It("hit a kind of events", func() {
		bubble(func(s *chattest.Service) {
			ana := newPerson(s)
			h := &hook{}
			s.DeliverEvents(h, nil)
			s.Fail(chattest.DeliverToWebhook, chattest.Fault{Event: events.KindMessageReceived})
			ana.send(ana.thread("Hooked"), "hi")
			settle(s)
			Expect(h.names()).To(Equal([]string{"ChatThreadCreated"}))
			s.Advance(time.Minute)
			settle(s)
			Expect(h.names()).To(Equal([]string{"ChatThreadCreated", "ChatMessageReceivedInThread"}))
		})
	})

	It("are removed, and then hit nothing", func() {
		talking(func(s *chattest.Service, h *hook, send func(...string)) {
			injected := s.Fail(chattest.DeliverToWebhook, chattest.Fault{Every: 1})
			send("a")
			injected.Remove()
			send("b")
			Expect(h.texts()).To(Equal([]any{"b"}))
		})
	})

	DescribeTable("break the handshake, which is made again after five seconds",
		func(fault chattest.Fault, schema events.Schema, shaken int, outcome string) {
			bubble(func(s *chattest.Service) {
				s.Fail(chattest.ValidateWebhook, fault)
				h := &hook{}
				e := s.DeliverEvents(h, &chattest.SubscriptionOptions{Schema: schema})
				settle(s)
				Expect(e.State()).To(Equal(chattest.SubscriptionValidating))
				Expect(h.shaken()).To(Equal(shaken))
				Expect(e.Outcome()).To(Equal(outcome))
				s.Advance(5 * time.Second)
				settle(s)
				Expect(e.State()).To(Equal(chattest.SubscriptionActive))
			})
		},
		Entry("by the zero value", chattest.Fault{}, events.SchemaEventGrid, 0, "the request was lost by fault 1"),
		Entry("of CloudEvents", chattest.Fault{}, events.SchemaCloudEvents, 0, "the request was lost by fault 1"),
		Entry("by a lost request", chattest.Fault{LoseRequest: true}, events.SchemaEventGrid, 0, "the request was lost by fault 1"),
		Entry("by an answer", chattest.Fault{Status: 500}, events.SchemaEventGrid, 0, "fault 1 answered 500 Internal Server Error"),
		Entry("by a lost answer", chattest.Fault{LoseReply: true}, events.SchemaEventGrid, 1, "the answer was lost by fault 1"),
		Entry("by a delay", chattest.Fault{Delay: 5 * time.Second}, events.SchemaEventGrid, 0, ""),
	)

	It("are not those of requests to the service, nor Any", func() {
		talking(func(s *chattest.Service, h *hook, send func(...string)) {
			fault := s.Fail(chattest.Any, chattest.Fault{Every: 1, Delay: time.Millisecond})
			send("a")
			Expect(h.texts()).To(Equal([]any{"a"}))
			fault.Remove()
		})
	})

	DescribeTable("are checked",
		func(op chattest.Operation, fault chattest.Fault, problem string) {
			Expect(fault.Check(op)).To(MatchError(ContainSubstring(problem)))
		},
		Entry("members of responses", chattest.DeliverToWebhook, chattest.Fault{CutBody: true, HTML: true, Times: 2}, "EventGrid_DeliverToWebhook can't have cutBody, html"),
		Entry("members of connections", chattest.DeliverToWebhook, chattest.Fault{DropSocket: true}, "EventGrid_DeliverToWebhook can't have dropSocket"),
		Entry("events in a handshake", chattest.ValidateWebhook, chattest.Fault{LoseEvent: true}, "EventGrid_ValidateWebhook can't have loseEvent"),
		Entry("a kind of events that Event Grid does not have", chattest.DeliverToWebhook, chattest.Fault{Event: events.KindReadReceiptReceived}, "Event Grid has no event readReceiptReceived"),
		Entry("a success", chattest.DeliverToWebhook, chattest.Fault{Status: http.StatusAccepted}, "can't answer for a webhook with a success"),
	)
})
