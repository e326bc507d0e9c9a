package chattest_test

import (
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("Deliveries of a service with a file", func() {
	// keeping runs f in virtual time with a function that opens the service, again after the first time.
	keeping := func(f func(open func() *chattest.Service)) {
		GinkgoHelper()
		path := filepath.Join(GinkgoT().TempDir(), "chat.db")
		synctest.Test(suiteT, func(*testing.T) {
			defer GinkgoRecover()
			time.Sleep(time.Until(time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)))
			var open *chattest.Service
			defer func() { Expect(open.Close()).To(Succeed()) }()
			f(func() *chattest.Service {
				if open != nil {
					Expect(open.Close()).To(Succeed())
				}
				var err error
				open, err = chattest.Open(api.Watch(&chattest.Options{Path: path}))
				Expect(err).NotTo(HaveOccurred())
				return open
			})
		})
	}
	options := &chattest.SubscriptionOptions{EventTypes: []string{received}}

	It("are continued by a subscription with the same name, with the same events", func() {
		keeping(func(open func() *chattest.Service) {
			s := open()
			h := &hook{}
			h.answer = func(d delivery) int {
				if status := map[any]int{"kept": 500, "refused": 400}[d.events[0].Data["messageBody"]]; status != 0 {
					return status
				}
				return 200
			}
			s.DeliverEvents(h, options)
			ana := newPerson(s)
			thread := ana.thread("Kept")
			for _, text := range []string{"delivered", "kept", "refused"} {
				ana.send(thread, text)
			}
			settle(s)
			before := s.Deliveries()[1:]

			s = open()
			Expect(s.Deliveries()).To(HaveExactElements(HaveField("ID", before[0].ID), HaveField("ID", before[1].ID)), "they wait for the subscription")
			again := &hook{}
			s.DeliverEvents(again, options)
			settle(s)
			Expect(s.Deliveries()).To(Equal(before))
			Expect(again.received()).To(BeEmpty(), "it waits")
			s.Advance(10 * time.Second)
			settle(s)
			Expect(again.texts()).To(Equal([]any{"kept"}))
			Expect(again.received()[0].body).To(Equal(h.received()[1].body))
			Expect(again.received()[0].header).To(HaveKeyWithValue("Aeg-Delivery-Count", []string{"1"}))
			Expect(statuses(s)).To(ConsistOf(chattest.DeliveryDelivered, chattest.DeliveryFailed))

			s = open()
			s.DeliverEvents(&hook{}, options)
			Expect(statuses(s)).To(HaveExactElements(chattest.DeliveryFailed))
			s.Subscriptions()[0].Remove()
			Expect(s.StoredDeliveries()).To(BeZero())
		})
	})

	It("wait visibly for a subscription with their name, and may be removed", func() {
		keeping(func(open func() *chattest.Service) {
			s := open()
			s.DeliverEvents(&hook{answer: func(delivery) int { return 500 }}, &chattest.SubscriptionOptions{Name: "gone", EventTypes: []string{received}})
			ana := newPerson(s)
			thread := ana.thread("Kept")
			ana.send(thread, "one")
			ana.send(thread, "two")
			settle(s)

			s = open()
			h := &hook{}
			s.DeliverEvents(h, options)
			settle(s)
			list := s.Deliveries()
			Expect(list).To(HaveExactElements(HaveField("Event.Message.Content.Message", "one"), HaveField("Event.Message.Content.Message", "two")))
			Expect(list).To(HaveEach(And(HaveField("Subscription", "gone"), HaveField("Status", chattest.DeliveryWaiting), HaveField("Attempts", 1))))
			s.Advance(time.Hour)
			settle(s)
			Expect(h.received()).To(BeEmpty())
			Expect(s.Redeliver(list[0].ID)).To(MatchError(`chattest: redeliver: there is no subscription "gone"`))
			Expect(s.RemoveDelivery(list[0].ID)).To(Succeed())
			Expect(s.Deliveries()).To(HaveExactElements(HaveField("ID", list[1].ID)))
			Expect(s.StoredDeliveries()).To(Equal(2), "the event and its delivery")
			s.Reset()
			Expect(s.Deliveries()).To(BeEmpty())
			Expect(s.StoredDeliveries()).To(BeZero())
		})
	})

	It("remain if they can't be stored when they are sent again or removed", func() {
		keeping(func(open func() *chattest.Service) {
			s := open()
			s.DeliverEvents(&hook{answer: func(delivery) int { return 400 }}, options)
			ana := newPerson(s)
			ana.send(ana.thread("Kept"), "hi")
			settle(s)
			before := s.Deliveries()
			s.BeforeCommit(func() { panic(errors.New("disk full")) })
			Expect(s.Redeliver(before[0].ID)).To(MatchError(ContainSubstring("disk full")))
			Expect(s.RemoveDelivery(before[0].ID)).To(MatchError(ContainSubstring("disk full")))
			s.BeforeCommit(nil)
			Expect(s.Deliveries()).To(Equal(before))
			Expect(before).To(HaveExactElements(HaveField("Status", chattest.DeliveryFailed)))
		})
	})

	It("are sent again if the service ended before the answer", func() {
		keeping(func(open func() *chattest.Service) {
			s := open()
			release := make(chan struct{})
			h := &hook{answer: func(delivery) int { <-release; return 200 }}
			s.DeliverEvents(h, options)
			ana := newPerson(s)
			ana.send(ana.thread("Kept"), "hi")
			synctest.Wait()
			Expect(h.texts()).To(Equal([]any{"hi"}))
			s = open()
			close(release)
			again := &hook{}
			s.DeliverEvents(again, options)
			settle(s)
			Expect(again.texts()).To(Equal([]any{"hi"}))
		})
	})

	It("do not expire while the service is closed, however long", func() {
		keeping(func(open func() *chattest.Service) {
			s := open()
			s.DeliverEvents(&hook{answer: func(delivery) int { return 500 }}, options)
			ana := newPerson(s)
			ana.send(ana.thread("Kept"), "hi")
			settle(s)
			Expect(s.Close()).To(Succeed())
			time.Sleep(30 * 24 * time.Hour)
			s = open()
			again := &hook{}
			s.DeliverEvents(again, options)
			settle(s)
			Expect(again.texts()).To(Equal([]any{"hi"}))
			Expect(s.Deliveries()).To(HaveExactElements(And(HaveField("Status", chattest.DeliveryDelivered), HaveField("Attempts", 2))))
		})
	})

	It("are given up at once if their events can't be formatted, and do not hold up the others of their batch", func() {
		keeping(func(open func() *chattest.Service) {
			s := open()
			batches := &chattest.SubscriptionOptions{EventTypes: []string{received, "ChatTypingIndicatorReceivedInThread"}, MaxEventsPerBatch: 10}
			s.DeliverEvents(&hook{answer: func(delivery) int { return 500 }}, batches)
			ana := newPerson(s)
			thread := ana.thread("Kept")
			ana.send(thread, "one")
			ana.post(thread+"/typing", "{}").must(200)
			ana.send(thread, "two")
			settle(s)
			Expect(s.RewriteStoredEvents(`"typingIndicatorReceived"`, `"ofALaterVersion"`)).To(Succeed())
			s = open()
			again := &hook{}
			s.DeliverEvents(again, batches)
			s.Advance(chattest.RetryDelay(1))
			settle(s)
			Expect(again.texts()).To(ConsistOf("one", "two"))
			Expect(s.Deliveries()).To(HaveExactElements(
				HaveField("Status", chattest.DeliveryDelivered),
				And(HaveField("Status", chattest.DeliveryFailed), HaveField("Attempts", 1),
					HaveField("Outcome", "the event can't be sent: events: format unknown: Event Grid has no such events")),
				HaveField("Status", chattest.DeliveryDelivered)))
		})
	})

	It("are made again, with the same event, if their outcome could not be stored", func() {
		keeping(func(open func() *chattest.Service) {
			s := open()
			h := &hook{answer: func(delivery) int {
				s.BeforeCommit(func() { panic("no space") })
				return 200
			}}
			s.DeliverEvents(h, options)
			ana := newPerson(s)
			ana.send(ana.thread("Kept"), "hi")
			settle(s)
			Expect(statuses(s)).To(HaveExactElements(chattest.DeliveryDelivered))
			s = open()
			again := &hook{}
			s.DeliverEvents(again, options)
			settle(s)
			Expect(again.received()).To(HaveLen(1))
			Expect(again.received()[0].body).To(Equal(h.received()[0].body))
		})
	})

	It("do not wait for a clock that was ahead before", func() {
		keeping(func(open func() *chattest.Service) {
			s := open()
			s.Advance(100 * time.Hour)
			s.DeliverEvents(&hook{answer: func(delivery) int { return 500 }}, options)
			ana := newPerson(s)
			ana.send(ana.thread("Kept"), "hi")
			settle(s)
			s = open()
			again := &hook{}
			s.DeliverEvents(again, options)
			time.Sleep(10 * time.Second)
			settle(s)
			Expect(again.texts()).To(Equal([]any{"hi"}))
		})
	})

	It("are stored by the commit of the change, and not if that fails", func() {
		keeping(func(open func() *chattest.Service) {
			s := open()
			ana := newPerson(s)
			thread := ana.thread("Kept")
			h := &hook{}
			s.DeliverEvents(h, options)
			settle(s)
			before := s.Commits()
			s.Fail(chattest.DeliverToWebhook, chattest.Fault{Every: 1, Delay: time.Hour})
			ana.send(thread, "one")
			Expect(s.StoredDeliveries()).To(Equal(2), "the event and its delivery")
			Expect(s.Commits()-before).To(BeNumerically("<=", 2), "one for the message, and one for the delay")

			settle(s)
			s.BeforeCommit(func() { panic(errors.New("disk full")) })
			ana.post(thread+"/messages", `{"content":"two"}`).must(500)
			s.BeforeCommit(nil)
			settle(s)
			Expect(s.Deliveries()).To(HaveLen(1))
			Expect(s.StoredDeliveries()).To(Equal(2))
			s.Advance(time.Hour)
			settle(s)
			Expect(h.texts()).To(Equal([]any{"one"}))
			Expect(s.StoredDeliveries()).To(BeZero())
		})
	})

	It("store an event once, for all that receive it", func() {
		keeping(func(open func() *chattest.Service) {
			s := open()
			people := newPeople(s, 5)
			thread := people[0].thread("Kept", people...)
			s.Fail(chattest.DeliverToWebhook, chattest.Fault{Every: 1, Delay: time.Hour})
			h := &hook{}
			s.DeliverEvents(h, nil)
			people[0].send(thread, "hi")
			settle(s)
			Expect(s.StoredDeliveries()).To(Equal(1 + 5))
			s.Advance(time.Hour)
			settle(s)
			Expect(h.received()).To(HaveLen(5))
			Expect(s.StoredDeliveries()).To(BeZero())
		})
	})
})
