package chattest_test

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
)

var _ = Describe("A real-time fault", func() {
	var (
		s       *chattest.Server
		ana, bo *person
		thread  string
	)
	BeforeEach(func() {
		s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		people := newPeople(s.Service, 2)
		ana, bo = people[0], people[1]
		thread = ana.thread("Live", ana, bo)
	})
	// heard are the texts of the messages that come to Bo of those that Ana sends.
	heard := func(l *listener, n int) (texts []any) {
		GinkgoHelper()
		for i := range n {
			ana.send(thread, fmt.Sprint(i))
		}
		Expect(l.ping()).To(Equal(`["pong"]`))
		for len(l.came) > 0 {
			texts = append(texts, (<-l.came).payload["messageBody"])
		}
		return texts
	}

	DescribeTable("has events",
		func(fault chattest.Fault, expected ...any) {
			l := listen(bo)
			injected := s.Fail(chattest.DeliverEvent, fault)
			Expect(heard(l, 4)).To(Equal(expected))
			Expect(injected.Fired()).To(BeNumerically(">", 0))
			Expect(s.Events(events.KindMessageReceived)).To(HaveLen(4))
		},
		Entry("lost", chattest.Fault{Nth: 2, LoseEvent: true}, "0", "2", "3"),
		Entry("lost by the zero value", chattest.Fault{}, "1", "2", "3"),
		Entry("lost again and again", chattest.Fault{Every: 2}, "0", "2"),
		Entry("doubled", chattest.Fault{Nth: 2, DuplicateEvent: true}, "0", "1", "1", "2", "3"),
		Entry("reordered", chattest.Fault{Nth: 2, ReorderEvent: true}, "0", "2", "1", "3"),
		Entry("doubled and reordered", chattest.Fault{Nth: 2, DuplicateEvent: true, ReorderEvent: true}, "0", "2", "1", "1", "3"),
		Entry("replaced by a message loss", chattest.Fault{Nth: 3, MessageLoss: true}, "0", "1", "3"),
	)

	It("for a kind of event counts only that kind", func() {
		l := listen(bo)
		s.Fail(chattest.DeliverEvent, chattest.Fault{Event: events.KindTypingIndicatorReceived})
		ana.send(thread, "hi")
		ana.post(thread+"/typing", `{}`).must(200)
		ana.post(thread+"/typing", `{}`).must(200)
		Expect(l.names()).To(Equal([]string{"chatMessageReceived", "typingIndicatorReceived"}))
	})

	It("delays an event and those after it", func() {
		bubble(func(s *chattest.Service) {
			people := newPeople(s, 2)
			ana, bo := people[0], people[1]
			thread := ana.thread("Live", ana, bo)
			l := listen(bo)
			s.Fail(chattest.DeliverEvent, chattest.Fault{Delay: 3 * time.Second})
			start := time.Now()
			ana.send(thread, "one")
			ana.send(thread, "two")
			Expect(time.Since(start)).To(BeZero())
			Expect(l.next()).To(HaveKeyWithValue("messageBody", "one"))
			Expect(time.Since(start)).To(Equal(3 * time.Second))
			Expect(l.next()).To(HaveKeyWithValue("messageBody", "two"))
			Expect(time.Since(start)).To(Equal(3 * time.Second))
			l.stop()
		})
	})

	It("hits events that are held, too", func() {
		l := newListener(bo)
		l.connect()
		s.Fail(chattest.DeliverEvent, chattest.Fault{DuplicateEvent: true})
		ana.send(thread, "held")
		l.register().must(202)
		Expect(l.names()).To(HaveLen(2))
	})

	It("announces a message loss, in the form of the service", func() {
		l := listen(bo)
		s.Fail(chattest.DeliverEvent, chattest.Fault{MessageLoss: true})
		ana.send(thread, "lost")
		Expect(l.frame()).To(MatchRegexp(`^5:::\{"name":"trouter\.message_loss","args":\[\{"droppedIndicators":\[\{"tag":"messaging","etag":"\d{4}-[^"]*Z"\}\]\}\]\}$`))
		s.Fail(chattest.AcknowledgeFrame, chattest.Fault{MessageLoss: true})
		Expect(l.ping()).To(Equal(`["pong"]`))
		Expect(l.frame()).To(ContainSubstring("trouter.message_loss"))
		l.cut()
		s.Fail(chattest.OpenRealtimeSocket, chattest.Fault{MessageLoss: true})
		l.connect()
		Expect(l.frame()).To(ContainSubstring("trouter.message_loss"))
	})

	It("withholds an acknowledgement", func() {
		bubble(func(s *chattest.Service) {
			l := listen(newPerson(s))
			for _, fault := range []chattest.Fault{{}, {WithholdAcknowledgement: true}} {
				s.Fail(chattest.AcknowledgeFrame, fault)
				Expect(l.ping()).To(Equal("nothing"))
				Expect(l.ping()).To(Equal(`["pong"]`))
			}
			l.stop()
		})
	})

	It("drops a socket: in place of an event or an acknowledgement, or before the first frame", func() {
		l := listen(bo)
		s.Fail(chattest.DeliverEvent, chattest.Fault{DropSocket: true})
		ana.send(thread, "hi")
		Eventually(l.ended).Should(BeClosed())
		Expect(l.came).To(BeEmpty())

		l = listen(bo)
		s.Fail(chattest.AcknowledgeFrame, chattest.Fault{DropSocket: true})
		Expect(l.write(`5:9+::{"name":"ping"}`)).To(Succeed())
		Eventually(l.ended).Should(BeClosed())

		l.allocate().must(200)
		s.Fail(chattest.OpenRealtimeSocket, chattest.Fault{DropSocket: true})
		Expect(l.open("x")).To(Succeed())
		Expect(l.frame()).To(Equal("the end"))
	})

	It("ends a connection as if the token had expired", func() {
		for operation, trigger := range map[chattest.Operation]func(l *listener){
			chattest.DeliverEvent:     func(*listener) { ana.send(thread, "hi") },
			chattest.AcknowledgeFrame: func(l *listener) { Expect(l.write(`5:9+::{"name":"ping"}`)).To(Succeed()) },
		} {
			l := listen(bo)
			s.Fail(operation, chattest.Fault{ExpiredToken: true})
			trigger(l)
			Expect(l.frame()).To(Equal(`0:::{"reason":"unauthorized"}`))
			Eventually(l.ended).Should(BeClosed())
		}
	})

	It("refuses the requests of a connection with a status", func() {
		l := listen(bo)
		for _, operation := range []chattest.Operation{
			chattest.GetRealtimeConfiguration, chattest.AllocateRealtimeConnection, chattest.HandshakeRealtime, chattest.RegisterRealtime,
			chattest.UnregisterRealtime,
		} {
			s.Fail(operation, chattest.Fault{Status: 429, RetryAfter: 7 * time.Second})
		}
		bo.get("/chat/config/realTimeNotifications?api-version=2024-09-01").must(429)
		for _, a := range []answer{
			l.allocate(), l.handshake(), l.register(), l.request("DELETE", l.registrar+"/v3/registrations/"+l.endpoint, ""),
		} {
			Expect(a.must(429).Header.Get("Retry-After")).To(Equal("7"))
		}
		s.Fail(chattest.OpenRealtimeSocket, chattest.Fault{Status: 503})
		Expect(l.open("x")).To(MatchError(ContainSubstring("503")))
	})

	It("of any operation hits requests, and no event", func() {
		l := listen(bo)
		s.Fail(chattest.Any, chattest.Fault{})
		Expect(l.ping()).To(Equal(`["pong"]`))
		l.register().must(503)
	})

	DescribeTable("is refused if it is",
		func(operation chattest.Operation, fault chattest.Fault, reason string) {
			Expect(func() { s.Fail(operation, fault) }).To(PanicWith(ContainSubstring(reason)))
		},
		Entry("a lost event of a request", chattest.SendChatMessage, chattest.Fault{LoseEvent: true}, "Realtime_DeliverEvent"),
		Entry("a reordered event of a request", chattest.SendChatMessage, chattest.Fault{ReorderEvent: true}, "EventGrid_DeliverToWebhook"),
		Entry("a dropped socket of any request", chattest.Any, chattest.Fault{DropSocket: true}, "Realtime_DeliverEvent"),
		Entry("a status of an event", chattest.DeliverEvent, chattest.Fault{Status: 429}, "Realtime_DeliverEvent"),
		Entry("a lost acknowledgement of an event", chattest.DeliverEvent, chattest.Fault{WithholdAcknowledgement: true}, "Realtime_DeliverEvent"),
		Entry("an event of an acknowledgement", chattest.AcknowledgeFrame, chattest.Fault{DuplicateEvent: true}, "Realtime_AcknowledgeFrame"),
		Entry("of an unknown event", chattest.DeliverEvent, chattest.Fault{Event: "MessageReceived"}, "MessageReceived"),
	)

	It("is injected by the admin handler, which lists connections and drops them", func() {
		ask := administer(s.Service)
		ask("POST", "/faults", `{"operation":"Realtime_DeliverEvent","event":"chatMessageReceived","duplicateEvent":true}`).
			matches(201, `{"id":1,"operation":"Realtime_DeliverEvent","fired":0,"event":"chatMessageReceived","duplicateEvent":true}`)
		Expect(ask("POST", "/faults", `{"operation":"Realtime_DeliverEvent","status":429}`).must(400).Body).To(ContainSubstring("Realtime_DeliverEvent"))
		a, b := listen(ana), listen(bo)
		ana.send(thread, "hi")
		Expect(len(a.names()) + len(b.names())).To(Equal(3))
		list := items(ask("GET", "/connections", "").must(200).Body)
		Expect(fields(list, "user")).To(ConsistOf(ana.ID, bo.ID))
		Expect(fields(list, "registered")).To(HaveEach("true"))
		ask("DELETE", "/connections?user="+bo.ID, "").must(204)
		Eventually(b.ended).Should(BeClosed())
		Expect(a.ping()).To(Equal(`["pong"]`))
		ask("DELETE", "/connections", "").must(204)
		Eventually(a.ended).Should(BeClosed())
	})

	It("drops the connections of some users, or of all", func() {
		a, b := listen(ana), listen(bo)
		s.DropConnections(bo.User)
		Eventually(b.ended).Should(BeClosed())
		Expect(a.ping()).To(Equal(`["pong"]`))
		s.DropConnections()
		Eventually(a.ended).Should(BeClosed())
	})
})
