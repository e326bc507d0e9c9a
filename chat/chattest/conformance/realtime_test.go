//go:build conformance

package conformance_test

import (
	"fmt"
	"os"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
)

// describeRealtime has the specs of the official client in Chromium and of ours, which are the same.
func describeRealtime(b *browser, e *emulator) {
	Describe("The official JavaScript client in Chromium, and ours, against "+e.name, func() {
		var s *session

		BeforeEach(func() { s = openSession(b, e) })

		It("receive all ten kinds of events, each once, in order, with every field, and no event of a thread of others", func() {
			s.join("ann", "bob", "cy", "dee")
			expected := s.runSteps()
			for name, p := range s.people {
				expectReceived(p, expected[name])
			}
			for _, kind := range events.Kinds() {
				Expect(kinds(expected["ann"])).To(ContainElement(kind))
			}
			Expect(expected["dee"]).To(BeEmpty())
			Eventually(s.ctx, s.connections).Should(And(HaveLen(2*len(s.people)),
				HaveEach(HaveField("Refused", 0)), HaveEach(WithTransform(func(c connection) int { return c.Delivered - c.Answered }, BeZero()))))
		})

		It("receive one event of a thread that is created twice with the same idempotency token", func() {
			s.join("ann", "bob")
			const create = `chat.createChatThread({ topic: "once" }, { participants: [{ id: bob }], idempotencyToken: "9b6b7e0e-3c5f-4a57-8a39-0d6d5c1f3a10" })`
			id := s.act("ann", create)
			Expect(s.act("ann", create)).To(Equal(id))
			s.settle()
			for _, p := range s.people {
				Expect(p.receivedByOurs()).To(ConsistOf(BeAssignableToTypeOf(events.ThreadCreated{})))
				Expect(p.official().Received).To(ConsistOf(HaveField("Kind", events.KindThreadCreated)))
			}
		})

		It("reconnect when their sockets are dropped, and receive nothing twice", func() {
			s.join("ann", "bob")
			s.act("ann", `chat.createChatThread({ topic: "cut" }, { participants: [{ id: bob }] })`)
			bob := s.people["bob"]
			var sent []string
			for range 3 {
				back := bob.cut()
				sent = append(sent, s.act("ann", `thread.sendMessage({ content: "meanwhile" })`))
				back()
				sent = append(sent, s.act("ann", `thread.sendMessage({ content: "back again" })`))
			}
			s.settle()
			for client, ids := range bob.messages() {
				Expect(slices.Compact(slices.Clone(ids))).To(Equal(ids), "%s: nothing twice", client)
				Expect(slices.IsSorted(ids)).To(BeTrue(), "%s: in order", client)
				for i := 1; i < len(sent); i += 2 {
					Expect(ids).To(ContainElement(sent[i]), "%s: what was sent when it was back", client)
				}
			}
			for client, ids := range s.people["ann"].messages() {
				Expect(ids).To(Equal(sent), "%s of a user whose sockets were not cut", client)
			}
		})

		It("reconnect with a fresh token when theirs is revoked", func() {
			s.join("ann")
			bob := s.joinAs("bob", false)
			s.act("ann", `chat.createChatThread({ topic: "renewed" }, { participants: [{ id: bob }] })`)
			asked := bob.holdToken()
			s.emulator.admin(s.ctx, "DELETE", "/requests", nil, nil)
			Expect(s.identities.RevokeTokens(s.ctx, bob.user)).To(Succeed())
			bob.cut()()
			Expect(asked()).To(BeNumerically(">=", 2))
			Expect(s.emulator.statuses(s.ctx, chattest.AllocateRealtimeConnection)).To(ContainElements(401, 200))
			sent := s.act("ann", `thread.sendMessage({ content: "still there?" })`)
			s.settle()
			for client, ids := range bob.messages() {
				Expect(ids).To(HaveExactElements(sent), client)
			}
		})

		It("reconnect when the service restarts", func() {
			s.join("ann", "bob")
			s.act("ann", `chat.createChatThread({ topic: "restart" }, { participants: [{ id: bob }] })`)
			sent := []string{s.act("ann", `thread.sendMessage({ content: "before" })`)}
			s.settle()
			ann, bob := s.people["ann"].reconnection(), s.people["bob"].reconnection()
			s.emulator.restart()
			ann()
			bob()
			sent = append(sent, s.act("bob", `thread.sendMessage({ content: "after" })`))
			s.settle()
			for _, p := range s.people {
				for client, ids := range p.messages() {
					Expect(ids).To(Equal(sent), client)
				}
			}
		})

		It("show faults of delivery: a duplicated event in the official client, and a lost one in neither", func() {
			s.join("ann", "bob")
			s.act("ann", `chat.createChatThread({ topic: "faulty" }, { participants: [{ id: bob }] })`)
			const connections = 4
			s.emulator.fail(s.ctx, chattest.DeliverEvent, chattest.Fault{Event: events.KindMessageReceived, Times: connections, DuplicateEvent: true})
			twice := s.act("ann", `thread.sendMessage({ content: "twice" })`)
			s.settle()
			s.emulator.fail(s.ctx, chattest.DeliverEvent, chattest.Fault{Event: events.KindMessageReceived, Times: connections, LoseEvent: true})
			s.act("ann", `thread.sendMessage({ content: "lost" })`)
			s.settle()
			last := s.act("ann", `thread.sendMessage({ content: "last" })`)
			s.settle()
			bob := s.people["bob"].messages()
			Expect(bob[theirs]).To(Equal([]string{twice, twice, last}))
			Expect(bob[ours]).To(Equal([]string{twice, last}))
		})

		It("call the other operations from another origin, and read their errors", func() {
			s.join("ann", "bob")
			s.act("ann", `chat.createChatThread({ topic: "REST" }, { participants: [{ id: bob }] })`)
			s.act("ann", `thread.sendMessage({ content: "hi" })`)
			s.act("bob", `thread.sendReadReceipt({ chatMessageId: messageId })`)
			Expect(read[string](s, `thread.getProperties().then(({ topic }) => topic)`)).To(Equal("REST"))
			Expect(read[string](s, `thread.getMessage(messageId).then(({ content }) => content.message)`)).To(Equal("hi"))
			Expect(read[int](s, `count(thread.listMessages())`)).To(Equal(3))
			Expect(read[int](s, `count(thread.listParticipants())`)).To(Equal(2))
			Expect(read[int](s, `count(thread.listReadReceipts())`)).To(Equal(1))
			Expect(read[int](s, `count(chat.listChatThreads())`)).To(Equal(1))

			s.emulator.fail(s.ctx, chattest.SendChatMessage, chattest.Fault{Status: 429})
			s.emulator.fail(s.ctx, chattest.GetChatMessage, chattest.Fault{Status: 503})
			Expect(s.refusal(`thread.sendMessage({ content: "hi" })`)).To(Equal(refusal{"RestError", 429}))
			Expect(s.refusal(`thread.getMessage(messageId)`)).To(Equal(refusal{"RestError", 503}))
			Expect(s.refusal(`thread.getMessage("1")`)).To(Equal(refusal{"RestError", 404}))
			Expect(s.refusal(`thread.sendMessage({ content: "x".repeat(70_000) })`)).To(Equal(refusal{"RestError", 413}))
			Expect(s.identities.RevokeTokens(s.ctx, s.people["ann"].user)).To(Succeed())
			Expect(s.refusal(`thread.getProperties()`)).To(Equal(refusal{"RestError", 401}))
		})

		It("receive each of a hundred messages once and in order", func() {
			const count = 100
			s.join("ann", "bob")
			s.act("ann", `chat.createChatThread({ topic: "soon" }, { participants: [{ id: bob }] })`)
			times, err := evaluate[[]float64](s, `measure("ann", "bob", %d)`, count)
			Expect(err).NotTo(HaveOccurred())
			s.settle()
			for client, ids := range s.people["bob"].messages() {
				Expect(ids).To(HaveLen(count), client)
				Expect(slices.IsSorted(ids)).To(BeTrue(), client)
			}
			slices.Sort(times)
			load, _ := os.ReadFile("/proc/loadavg") // on Linux
			fmt.Printf("conformance: %s: from the call to the event at the page of another user: median %.1f ms, 95%% within %.1f ms (load %.4s)\n",
				e.name, times[count/2], times[count*95/100], load)
		})
	})
}
