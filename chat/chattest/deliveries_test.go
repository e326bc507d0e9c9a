package chattest_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
)

// received is the type that a subscription selects to get one event for each message.
const received = "ChatMessageReceivedInThread"

var _ = Describe("Deliveries to a webhook", func() {
	// talking runs f with a subscription and a thread of two, in virtual time.
	talking := func(options chattest.SubscriptionOptions, f func(s *chattest.Service, h *hook, ana *person, thread string)) {
		GinkgoHelper()
		bubble(func(s *chattest.Service) {
			people := newPeople(s, 2)
			thread := people[0].thread("Hooked", people...)
			h := &hook{}
			s.DeliverEvents(h, &options)
			settle(s)
			f(s, h, people[0], thread)
		})
	}
	onlyMessages := chattest.SubscriptionOptions{EventTypes: []string{received}}

	It("begin with the handshake, and have each event in its order", func() {
		talking(onlyMessages, func(s *chattest.Service, h *hook, ana *person, thread string) {
			Expect(h.shaken()).To(Equal(1))
			for i := range 20 {
				ana.send(thread, fmt.Sprint(i))
			}
			settle(s)
			Expect(h.texts()).To(HaveLen(20))
			for i, d := range h.received() {
				Expect(d.events).To(HaveLen(1))
				Expect(d.events[0].Data).To(HaveKeyWithValue("messageBody", fmt.Sprint(i)))
			}
			Expect(h.shaken()).To(Equal(1))
			Expect(statuses(s)).To(HaveEach(chattest.DeliveryDelivered))
		})
	})

	It("have the headers and the topic of Event Grid", func() {
		talking(chattest.SubscriptionOptions{Name: "bot", EventTypes: []string{received}}, func(s *chattest.Service, h *hook, ana *person, thread string) {
			Expect(h.handshakes[0]).To(HaveKeyWithValue("Aeg-Subscription-Name", []string{"BOT"}))
			ana.send(thread, "hi")
			settle(s)
			d := h.received()[0]
			Expect(d.header).To(And(
				HaveKeyWithValue("Aeg-Event-Type", []string{"Notification"}), HaveKeyWithValue("Aeg-Delivery-Count", []string{"0"}),
				HaveKeyWithValue("Content-Type", []string{"application/json; charset=utf-8"})))
			Expect(d.body).To(HavePrefix("["))
			resource := strings.TrimPrefix(strings.SplitN(ana.ID, "_", 2)[0], "8:acs:")
			Expect(d.events[0].Topic).To(HaveSuffix("/providers/Microsoft.Communication/CommunicationServices/" + resource))
			Expect(d.events[0].Subject).To(Equal("thread/" + strings.TrimPrefix(thread, "/chat/threads/") + "/sender/" + ana.ID))
		})
	})

	It("have the schema of CloudEvents if the subscription has it, after the handshake of CloudEvents", func() {
		options := chattest.SubscriptionOptions{Schema: events.SchemaCloudEvents, EventTypes: []string{received}}
		talking(options, func(s *chattest.Service, h *hook, ana *person, thread string) {
			Expect(h.handshakes[0]).To(HaveKeyWithValue("Webhook-Request-Origin", []string{"eventgrid.azure.net"}))
			ana.send(thread, "hi")
			settle(s)
			d := h.received()[0]
			Expect(d.header).To(HaveKeyWithValue("Content-Type", []string{"application/cloudevents+json; charset=utf-8"}))
			Expect(d.body).To(HavePrefix("{"))
			Expect(d.events[0].name()).To(Equal(received))
			Expect(d.events[0].Source).To(ContainSubstring("Microsoft.Communication"))
		})
	})

	It("tell the thread, and each participant except the one who caused the event", func() {
		talking(chattest.SubscriptionOptions{}, func(s *chattest.Service, h *hook, ana *person, thread string) {
			bo, cleo := as(s, s.Users()[1]), as(s, s.NewUser())
			ana.post(thread+"/participants/:add", `{"participants":[`+participant(cleo.ID)+`]}`).must(201)
			settle(s)
			var told []string
			for _, d := range h.received() {
				_, recipient, _ := strings.Cut(d.events[0].Subject, "/recipient/")
				told = append(told, d.events[0].name()+" "+recipient)
			}
			Expect(told).To(ConsistOf(
				"ChatThreadParticipantAdded ",
				"ChatParticipantAddedToThreadWithUser "+bo.ID,
				"ChatParticipantAddedToThreadWithUser "+cleo.ID,
			))
		})
	})

	It("are one for each participant of a call that adds several", func() {
		talking(chattest.SubscriptionOptions{EventTypes: []string{"ChatThreadParticipantAdded"}}, func(s *chattest.Service, h *hook, ana *person, thread string) {
			cleo, dora := s.NewUser(), s.NewUser()
			ana.post(thread+"/participants/:add", `{"participants":[`+participant(cleo.ID)+`,`+participant(dora.ID)+`]}`).must(201)
			settle(s)
			var ids, added []string
			for _, d := range h.received() {
				ids = append(ids, d.events[0].ID)
				added = append(added, d.events[0].Subject)
			}
			Expect(added).To(HaveExactElements(HaveSuffix("/participantadded/"+cleo.ID), HaveSuffix("/participantadded/"+dora.ID)))
			Expect(ids[0]).NotTo(Equal(ids[1]))
		})
	})

	It("are listed at a cost that does not grow with the participants of a call", func() {
		talking(chattest.SubscriptionOptions{EventTypes: []string{"ChatThreadParticipantAdded"}}, func(s *chattest.Service, h *hook, ana *person, thread string) {
			const n = 150
			added := make([]string, n)
			for i, u := range s.NewUsers(n) {
				added[i] = participant(u.ID)
			}
			ana.post(thread+"/participants/:add", `{"participants":[`+strings.Join(added, ",")+`]}`).must(201)
			settle(s)
			Expect(s.Deliveries()).To(HaveLen(n))
			Expect(testing.AllocsPerRun(1, func() { s.Deliveries() })/n).To(BeNumerically("<", n/5), "for each delivery")
		})
	})

	It("are found by their id at a cost that does not grow with their number", func() {
		talking(onlyMessages, func(s *chattest.Service, h *hook, ana *person, thread string) {
			h.answer = func(d delivery) int { return []int{400, 500, 200}[d.number%3] }
			const n = 300
			for i := range n {
				ana.send(thread, fmt.Sprint(i))
			}
			settle(s)
			Expect(testing.AllocsPerRun(1, func() { Expect(s.Redeliver("9-9")).NotTo(Succeed()) })).To(BeNumerically("<", n/4))
			for _, i := range []int{0, 1, 2} {
				id := s.Deliveries()[i].ID
				for _, other := range []string{"", id + "0", "+" + id, "0" + id, id + "-0", strings.TrimSuffix(id, "-0")} {
					Expect(s.RemoveDelivery(other)).To(MatchError(ContainSubstring(fmt.Sprintf("there is no delivery %q", other))))
				}
				Expect(s.RemoveDelivery(id)).To(Succeed())
			}
			Expect(s.Deliveries()).To(HaveLen(n - 3))
		})
	})

	It("have no receipts, and the typing of a user once", func() {
		talking(chattest.SubscriptionOptions{}, func(s *chattest.Service, h *hook, ana *person, thread string) {
			id := ana.send(thread, "hi")
			ana.post(thread+"/typing", "{}").must(200)
			ana.post(thread+"/readReceipts", `{"chatMessageId":"`+id+`"}`).must(200)
			settle(s)
			Expect(h.names()).To(Equal([]string{received, "ChatMessageReceived", "ChatTypingIndicatorReceivedInThread"}))
		})
	})

	It("report the deletion by a retention policy when it is due", func() {
		talking(chattest.SubscriptionOptions{EventTypes: []string{"ChatThreadDeleted"}}, func(s *chattest.Service, h *hook, ana *person, thread string) {
			ana.mustPatch(thread, `{"retentionPolicy":{"kind":"threadCreationDate","deleteThreadAfterDays":30}}`)
			time.Sleep(31 * 24 * time.Hour)
			synctest.Wait()
			Expect(h.names()).To(Equal([]string{"ChatThreadDeleted"}))
		})
	})

	It("have the events of the selected types only, named with or without the prefix", func() {
		options := chattest.SubscriptionOptions{EventTypes: []string{"Microsoft.Communication.ChatMessageEditedInThread", "chatmessagereceived"}}
		talking(options, func(s *chattest.Service, h *hook, ana *person, thread string) {
			id := ana.send(thread, "hi")
			ana.mustPatch(thread+"/messages/"+id, `{"content":"hello"}`)
			settle(s)
			Expect(h.names()).To(Equal([]string{"ChatMessageReceived", "ChatMessageEditedInThread"}))
		})
	})

	It("go to every subscription, with the same ids", func() {
		talking(onlyMessages, func(s *chattest.Service, h *hook, ana *person, thread string) {
			other := &hook{}
			s.DeliverEvents(other, &onlyMessages)
			ana.send(thread, "hi")
			settle(s)
			Expect(other.received()).To(HaveLen(1))
			Expect(other.received()[0].body).To(Equal(h.received()[0].body))
			Expect(s.Subscriptions()).To(HaveExactElements(HaveField("Name()", "webhook"), HaveField("Name()", "webhook-2")))
		})
	})

	It("are batched as far as events wait", func() {
		options := onlyMessages
		options.MaxEventsPerBatch = 3
		talking(options, func(s *chattest.Service, h *hook, ana *person, thread string) {
			release := make(chan struct{})
			h.answer = func(delivery) int { <-release; return 200 }
			for i := range 6 {
				ana.send(thread, fmt.Sprint(i))
				synctest.Wait()
			}
			close(release)
			settle(s)
			var sizes []int
			for _, d := range h.received() {
				sizes = append(sizes, len(d.events))
			}
			Expect(sizes).To(Equal([]int{1, 3, 2}))
			Expect(h.texts()).To(Equal([]any{"0", "1", "2", "3", "4", "5"}))
		})
	})

	It("have batches of up to 1 MiB, and larger events alone", func() {
		options := chattest.SubscriptionOptions{EventTypes: []string{received, "ChatThreadCreatedWithUser"}, MaxEventsPerBatch: 5000}
		talking(options, func(s *chattest.Service, h *hook, ana *person, thread string) {
			release := make(chan struct{})
			h.answer = func(delivery) int { <-release; return 200 }
			ana.send(thread, "first")
			synctest.Wait()
			long := strings.Repeat("<", 20_000)
			for range 100 {
				ana.send(thread, long)
			}
			bo := s.Users()[1]
			ana.post("/chat/threads", `{"topic":"large","participants":[{"communicationIdentifier":{"communicationUser":{"id":"`+bo.ID+`"}},"displayName":"`+
				strings.Repeat("n", 600_000)+`"}]}`).must(201) // the event has the name twice
			ana.send(thread, "last")
			close(release)
			settle(s)
			var sizes []int
			for _, d := range h.received() {
				sizes = append(sizes, len(d.events))
				if d.events[0].name() == received {
					Expect(len(d.body)).To(BeNumerically("<=", 1<<20))
				} else {
					Expect(len(d.body)).To(BeNumerically(">", 1<<20))
				}
			}
			Expect(sizes).To(HaveExactElements(1, BeNumerically(">", 30), BeNumerically(">", 30), BeNumerically("<", 70), 1, 1))
			Expect(h.names()).To(HaveLen(1 + 100 + 2))
		})
	})

	It("have batches of the same form as any number of events", func() {
		for _, schema := range []events.Schema{events.SchemaEventGrid, events.SchemaCloudEvents} {
			options := chattest.SubscriptionOptions{EventTypes: []string{received}, MaxEventsPerBatch: 5000, Schema: schema}
			talking(options, func(s *chattest.Service, h *hook, ana *person, thread string) {
				release := make(chan struct{})
				h.answer = func(delivery) int { <-release; return 200 }
				for _, text := range []string{"first", "[<a>]", "[", "]"} {
					ana.send(thread, text)
					synctest.Wait()
				}
				close(release)
				settle(s)
				var list []events.Event
				for _, d := range s.Deliveries() {
					list = append(list, d.Event)
				}
				first := h.received()[0].events[0]
				topic := first.Topic + first.Source
				Expect(h.received()).To(HaveLen(2))
				Expect(h.received()[0].body).To(Equal(string(must(events.Format(schema, topic, list[0])))))
				Expect(h.received()[1].body).To(Equal(string(must(events.Format(schema, topic, list[1:]...)))))
			})
		}
	})

	It("have batches that are chosen, while writes wait, without formatting the events", func() {
		options := onlyMessages
		options.MaxEventsPerBatch = 5000
		talking(options, func(s *chattest.Service, h *hook, ana *person, thread string) {
			release := make(chan struct{})
			h.answer = func(delivery) int { <-release; return 200 }
			ana.send(thread, "first")
			synctest.Wait()
			const n = 200
			for i := range n {
				ana.send(thread, fmt.Sprint(i))
			}
			Expect(s.Subscriptions()[0].AllocsToChoose()).To(BeNumerically("<", n/2))
			close(release)
			settle(s)
			Expect(h.received()).To(HaveLen(2))
		})
	})

	It("are one at a time, or as many as the subscription allows", func() {
		for _, most := range []int{0, 4} {
			options := onlyMessages
			options.Concurrency = most
			talking(options, func(s *chattest.Service, h *hook, ana *person, thread string) {
				h.answer = func(delivery) int { time.Sleep(time.Second); return 204 }
				for i := range 8 {
					ana.send(thread, fmt.Sprint(i))
				}
				began := time.Now()
				settle(s)
				Expect(time.Since(began)).To(Equal(time.Duration(8/max(most, 1)) * time.Second))
			})
		}
	})

	It("are repeated on the schedule of Event Grid, by the clock of the service", func() {
		talking(onlyMessages, func(s *chattest.Service, h *hook, ana *person, thread string) {
			h.answer = func(d delivery) int { return map[bool]int{true: 500, false: 200}[d.number < 10] }
			ana.send(thread, "hi")
			settle(s)
			for i, wait := range []time.Duration{
				10 * time.Second, 30 * time.Second, time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, time.Hour, time.Hour,
			} {
				Expect(s.Deliveries()).To(HaveExactElements(And(
					HaveField("Status", chattest.DeliveryWaiting), HaveField("Attempts", i+1), HaveField("Outcome", "the webhook answered 500 Internal Server Error"),
					HaveField("Next", BeTemporally("==", s.Now().Add(wait))))))
				s.Advance(wait - time.Millisecond)
				settle(s)
				Expect(h.received()).To(HaveLen(i + 1))
				s.Advance(time.Millisecond)
				settle(s)
				Expect(h.received()).To(HaveLen(i + 2))
			}
			Expect(statuses(s)).To(HaveExactElements(chattest.DeliveryDelivered))
			Expect(h.received()[9].header).To(HaveKeyWithValue("Aeg-Delivery-Count", []string{"9"}))
			Expect(h.received()[9].body).To(Equal(h.received()[0].body))
		})
	})

	It("are repeated as time passes, without a request", func() {
		talking(onlyMessages, func(s *chattest.Service, h *hook, ana *person, thread string) {
			h.answer = func(d delivery) int { return map[bool]int{true: 503, false: 200}[d.number < 3] }
			ana.send(thread, "hi")
			time.Sleep(40 * time.Second)
			synctest.Wait()
			Expect(statuses(s)).To(HaveExactElements(chattest.DeliveryDelivered))
		})
	})

	DescribeTable("succeed with 200 to 204 only", func(status int, expected chattest.DeliveryStatus) {
		talking(onlyMessages, func(s *chattest.Service, h *hook, ana *person, thread string) {
			h.answer = func(delivery) int { return status }
			ana.send(thread, "hi")
			settle(s)
			Expect(statuses(s)).To(HaveExactElements(expected))
		})
	},
		Entry(nil, 200, chattest.DeliveryDelivered), Entry(nil, 201, chattest.DeliveryDelivered), Entry(nil, 202, chattest.DeliveryDelivered),
		Entry(nil, 203, chattest.DeliveryDelivered), Entry(nil, 204, chattest.DeliveryDelivered),
		Entry(nil, 205, chattest.DeliveryWaiting), Entry(nil, 302, chattest.DeliveryWaiting), Entry(nil, 404, chattest.DeliveryWaiting),
		Entry(nil, 429, chattest.DeliveryWaiting), Entry(nil, 503, chattest.DeliveryWaiting),
		Entry(nil, 400, chattest.DeliveryFailed), Entry(nil, 401, chattest.DeliveryFailed), Entry(nil, 403, chattest.DeliveryFailed),
		Entry(nil, 413, chattest.DeliveryFailed),
	)

	It("are given up after 30 attempts, and remain visible", func() {
		talking(onlyMessages, func(s *chattest.Service, h *hook, ana *person, thread string) {
			h.answer = func(delivery) int { return 500 }
			ana.send(thread, "hi")
			settle(s)
			for range 40 {
				s.Advance(30 * time.Minute) // half of the longest wait
				settle(s)
			}
			Expect(len(h.received())).To(BeNumerically("<", 30))
			for range 20 {
				s.Advance(30 * time.Minute)
				settle(s)
			}
			Expect(s.Deliveries()).To(HaveExactElements(HaveField("Status", chattest.DeliveryFailed)))
		})
	})

	It("are given up 24 hours after the first attempt", func() {
		talking(onlyMessages, func(s *chattest.Service, h *hook, ana *person, thread string) {
			h.answer = func(delivery) int { return 500 }
			ana.send(thread, "hi")
			settle(s)
			s.Advance(25 * time.Hour)
			settle(s)
			Expect(h.received()).To(HaveLen(1))
			Expect(s.Deliveries()).To(HaveExactElements(And(
				HaveField("Status", chattest.DeliveryFailed), HaveField("Attempts", 1), HaveField("Outcome", ContainSubstring("24h0m0s")))))
		})
	})

	It("fail if there is no answer within 30 seconds", func() {
		talking(onlyMessages, func(s *chattest.Service, h *hook, ana *person, thread string) {
			h.answer = func(delivery) int { time.Sleep(31 * time.Second); return 200 }
			ana.send(thread, "hi")
			began := time.Now()
			settle(s)
			Expect(time.Since(began)).To(Equal(30 * time.Second))
			Expect(s.Deliveries()).To(HaveExactElements(And(HaveField("Status", chattest.DeliveryWaiting), HaveField("Outcome", "there was no answer within 30s"))))
			time.Sleep(time.Second) // until the handler ends
		})
	})

	DescribeTable("fail if the handler panics, as if the connection were closed", func(value any, outcome string) {
		talking(onlyMessages, func(s *chattest.Service, h *hook, ana *person, thread string) {
			s.DeliverEvents(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Aeg-Event-Type") == "Notification" {
					panic(value)
				}
				h.ServeHTTP(w, r)
			}), &onlyMessages)
			ana.send(thread, "hi")
			settle(s)
			Expect(s.Deliveries()).To(ConsistOf(
				HaveField("Status", chattest.DeliveryDelivered), And(HaveField("Status", chattest.DeliveryWaiting), HaveField("Outcome", outcome))))
		})
	},
		Entry("to close it", http.ErrAbortHandler, "the connection was closed before the answer"),
		Entry("by mistake", "oops", "the handler panicked: oops"),
		Entry("with a long text", "a\nb "+strings.Repeat("x", 1000), "the handler panicked: a b "+strings.Repeat("x", 300-len("the handler panicked: a b "))+"…"),
	)

	It("wait in Close for no webhook", func() {
		synctest.Test(suiteT, func(*testing.T) {
			defer GinkgoRecover()
			release := make(chan struct{})
			defer close(release)
			s, err := chattest.Open(api.Watch(nil))
			Expect(err).NotTo(HaveOccurred())
			ana := newPerson(s)
			thread := ana.thread("Hooked")
			h := &hook{answer: func(delivery) int { <-release; return 200 }}
			s.DeliverEvents(h, &onlyMessages)
			ana.send(thread, "hi")
			synctest.Wait()
			Expect(h.received()).To(HaveLen(1))
			began := time.Now()
			Expect(s.Close()).To(Succeed())
			Expect(time.Since(began)).To(BeZero())
		})
	})

	It("are sent again when asked, whatever became of them, and removed when asked", func() {
		talking(onlyMessages, func(s *chattest.Service, h *hook, ana *person, thread string) {
			h.answer = func(d delivery) int {
				return map[bool]int{true: 400, false: 200}[d.events[0].Data["messageBody"] == "bad" && d.number < 3]
			}
			ana.send(thread, "good")
			ana.send(thread, "bad")
			settle(s)
			Expect(statuses(s)).To(Equal([]chattest.DeliveryStatus{chattest.DeliveryDelivered, chattest.DeliveryFailed}))
			for _, d := range s.Deliveries() {
				Expect(s.Redeliver(d.ID)).To(Succeed())
			}
			settle(s)
			Expect(statuses(s)).To(HaveEach(chattest.DeliveryDelivered))
			Expect(h.texts()).To(Equal([]any{"good", "bad", "good", "bad"}))
			Expect(h.received()[2].body).To(Equal(h.received()[0].body))

			Expect(s.RemoveDelivery(s.Deliveries()[0].ID)).To(Succeed())
			Expect(s.Deliveries()).To(HaveLen(1))
			Expect(s.Redeliver("9-9")).To(MatchError(ContainSubstring(`there is no delivery "9-9"`)))
			Expect(s.RemoveDelivery("9-9")).To(MatchError(ContainSubstring(`there is no delivery "9-9"`)))
		})
	})

	DescribeTable("are not sent while a call changes them, and not changed while they are sent",
		func(change func(*chattest.Service, string) error, sentAfter []string) {
			talking(onlyMessages, func(s *chattest.Service, h *hook, ana *person, thread string) {
				h.answer = func(delivery) int { return 500 }
				ana.send(thread, "hi")
				settle(s)
				id := s.Deliveries()[0].ID
				// duringCommit runs f in the middle of the next commit, and lets the delivery become due in it.
				duringCommit := func(f func()) {
					s.BeforeCommit(func() {
						s.BeforeCommit(nil)
						f()
						time.Sleep(time.Until(s.Deliveries()[0].Next))
						synctest.Wait()
					})
				}
				counts := func() (counts []string) {
					for _, d := range h.received() {
						counts = append(counts, d.header.Get("Aeg-Delivery-Count"))
					}
					return counts
				}

				var refused error
				var wg sync.WaitGroup
				duringCommit(func() {
					wg.Go(func() { refused = change(s, id) })
					synctest.Wait()
				})
				Expect(s.Keep("leader", func() error { return nil })).To(Succeed())
				wg.Wait()
				Expect(refused).To(MatchError(ContainSubstring("the delivery " + id + " is in progress")))
				settle(s)
				Expect(counts()).To(Equal([]string{"0", "1"}))

				duringCommit(func() {})
				Expect(change(s, id)).To(Succeed())
				settle(s)
				Expect(counts()).To(Equal(append([]string{"0", "1"}, sentAfter...)))
			})
		},
		Entry("by Redeliver", (*chattest.Service).Redeliver, []string{"0"}),
		Entry("by RemoveDelivery", (*chattest.Service).RemoveDelivery, []string{}),
	)

	It("are sent again once if they are asked for several times at the same time", func() {
		talking(onlyMessages, func(s *chattest.Service, h *hook, ana *person, thread string) {
			ana.send(thread, "hi")
			settle(s)
			id := s.Deliveries()[0].ID
			h.answer = func(delivery) int { time.Sleep(time.Second); return 200 }
			var errs [8]error
			var wg sync.WaitGroup
			s.BeforeCommit(func() {
				s.BeforeCommit(nil)
				for i := range errs {
					wg.Go(func() { errs[i] = s.Redeliver(id) })
				}
				synctest.Wait()
			})
			Expect(s.Keep("leader", func() error { return nil })).To(Succeed())
			wg.Wait()
			settle(s)
			Expect(errs[:]).To(ContainElements(BeNil(), MatchError(ContainSubstring("in progress"))))
			Expect(h.received()).To(HaveLen(1 + 1))
			Expect(statuses(s)).To(HaveExactElements(chattest.DeliveryDelivered))
			Expect(s.StoredDeliveries()).To(BeZero())
		})
	})

	It("that have failed are kept up to a number", func() {
		options := chattest.SubscriptionOptions{EventTypes: []string{"ChatMessageReceived"}, MaxEventsPerBatch: 5000}
		bubble(func(s *chattest.Service) {
			people := newPeople(s, 200)
			thread := people[0].thread("Hooked", people...)
			s.DeliverEvents(&hook{answer: func(delivery) int { return 400 }}, &options)
			for i := range 52 {
				people[0].send(thread, fmt.Sprint(i))
			}
			settle(s)
			synctest.Wait()
			Expect(s.StoredDeliveries()).To(Equal(10_000+51), "deliveries, and events that have any")
			list := s.Deliveries()
			Expect(list).To(HaveLen(10_000))
			Expect(list[0]).To(HaveField("Event.Message.Content.Message", "1"))
		})
	})

	It("are removed together in one commit", func() {
		talking(onlyMessages, func(s *chattest.Service, h *hook, ana *person, thread string) {
			h.answer = func(d delivery) int { return []int{400, 500, 200}[d.number%3] }
			for i := range 9 {
				ana.send(thread, fmt.Sprint(i))
			}
			settle(s)
			before := s.Commits()
			administer(s)("DELETE", "/deliveries?status=waiting", "").must(204)
			Expect(statuses(s)).To(HaveLen(6))
			administer(s)("DELETE", "/deliveries", "").must(204)
			Expect(s.Deliveries()).To(BeEmpty())
			Expect(s.StoredDeliveries()).To(BeZero())
			Expect(s.Commits() - before).To(Equal(2))
		})
	})

	It("that are removed are not sent", func() {
		talking(onlyMessages, func(s *chattest.Service, h *hook, ana *person, thread string) {
			h.answer = func(delivery) int { return 500 }
			ana.send(thread, "hi")
			settle(s)
			Expect(s.RemoveDelivery(s.Deliveries()[0].ID)).To(Succeed())
			s.Advance(time.Hour)
			settle(s)
			Expect(h.received()).To(HaveLen(1))
		})
	})

	It("are dropped by Reset and Restore, which keep the subscription", func() {
		talking(onlyMessages, func(s *chattest.Service, h *hook, ana *person, thread string) {
			h.answer = func(delivery) int { return 500 }
			before := s.Snapshot()
			ana.send(thread, "hi")
			settle(s)
			s.Restore(before)
			Expect(s.Deliveries()).To(BeEmpty())
			Expect(s.StoredDeliveries()).To(BeZero())
			ana.send(thread, "hello")
			settle(s)
			s.Advance(time.Minute)
			settle(s)
			Expect(h.texts()).To(Equal([]any{"hi", "hello", "hello"}))
			s.Reset()
			Expect(s.Deliveries()).To(BeEmpty())
			Expect(s.StoredDeliveries()).To(BeZero())
			Expect(s.Subscriptions()).To(HaveExactElements(HaveField("State()", chattest.SubscriptionActive)))
		})
	})

	It("are not lost if their event shares the commit of Restore", func(ctx SpecContext) {
		s := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		ana := newPerson(s.Service)
		thread := ana.thread("Hooked")
		s.DeliverEvents(&hook{answer: func(delivery) int { return 500 }}, &onlyMessages)
		settle(s.Service)
		before := s.Snapshot()
		release := must(s.HoldCommits())
		var wg sync.WaitGroup
		wg.Go(func() { _ = s.Keep("leader", func() error { return nil }) })
		Eventually(ctx, s.Committing).Should(BeTrue())
		wg.Go(func() { s.Restore(before) })
		Eventually(ctx, s.WaitingWriters).Should(Equal(1))
		wg.Go(func() {
			defer GinkgoRecover()
			ana.send(thread, "hi")
		})
		Eventually(ctx, s.WaitingWriters).Should(Equal(2))
		release()
		wg.Wait()
		settle(s.Service)
		Expect(s.Deliveries()).To(HaveExactElements(HaveField("Event.Message.Content.Message", "hi")))
		Expect(s.StoredDeliveries()).To(Equal(2), "the event and its delivery")
	}, SpecTimeout(time.Minute))

	It("end with their subscription", func() {
		talking(onlyMessages, func(s *chattest.Service, h *hook, ana *person, thread string) {
			h.answer = func(delivery) int { return 500 }
			ana.send(thread, "hi")
			settle(s)
			s.Subscriptions()[0].Remove()
			s.Subscriptions()
			ana.send(thread, "hello")
			s.Advance(time.Hour)
			settle(s)
			synctest.Wait()
			Expect(h.received()).To(HaveLen(1))
			Expect(s.Subscriptions()).To(BeEmpty())
			Expect(s.Deliveries()).To(BeEmpty())
			Expect(s.StoredDeliveries()).To(BeZero())
		})
	})

	It("cost nothing without a subscription", func() {
		bubble(func(s *chattest.Service) {
			ana := newPerson(s)
			thread := ana.thread("Plain")
			before := s.Commits()
			ana.post(thread+"/typing", "{}").must(200)
			Expect(s.Commits()).To(Equal(before))
			ana.send(thread, "hi")
			Expect(s.StoredDeliveries()).To(BeZero())
			Expect(s.WaitForDeliveries(context.Background())).To(Succeed())
		})
	})

	It("are waited for as long as the context allows", func() {
		talking(onlyMessages, func(s *chattest.Service, h *hook, ana *person, thread string) {
			h.answer = func(delivery) int { time.Sleep(10 * time.Second); return 200 }
			ana.send(thread, "hi")
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			Expect(s.WaitForDeliveries(ctx)).To(MatchError(context.DeadlineExceeded))
			settle(s)
		})
	})
})
