package tui_test

import (
	"context"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

// pollOnly lets the service refuse live connections. It returns the fault.
func (r *room) pollOnly() *chattest.InjectedFault {
	return r.service.Fail(chattest.GetRealtimeConfiguration, chattest.Fault{Status: http.StatusForbidden, Times: -1})
}

var _ = Describe("The live connection", func() {
	ctx := context.Background()

	listings := func(s *chattest.Service) int { return len(s.Requests(chattest.ListChatMessages)) }

	It("shows messages, edits and deletions without polling", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			p := r.sit()
			defer p.leave()
			p.waits(5 * time.Second)
			before := listings(s)
			first, second := r.says("first"), r.says("second")
			p.settle()
			Expect(p.row("second")).To(MatchRegexp(`12:00 Bob +second`))
			Expect(r.bobs.UpdateMessage(ctx, first, chat.MessageUpdate{Content: new("first, mended")})).To(Succeed())
			Expect(r.bobs.DeleteMessage(ctx, second)).To(Succeed())
			p.settle()
			Expect(p.row("first, mended")).NotTo(BeEmpty())
			Expect(p.row("(edited)")).NotTo(BeEmpty())
			Expect(p.row("second")).To(BeEmpty())
			Expect(p.row("(deleted)")).NotTo(BeEmpty())
			Expect(listings(s)).To(Equal(before))
		})
	})

	It("shows the read receipts of others", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			p := r.sit()
			defer p.leave()
			p.sends("one")
			p.waits(5 * time.Second)
			before := len(s.Requests(chattest.ListChatReadReceipts))
			Expect(r.bobs.SendReadReceipt(ctx, p.newest(r))).To(Succeed())
			p.settle()
			Expect(p.row("✓ read by Bob")).NotTo(BeEmpty())
			Expect(s.Requests(chattest.ListChatReadReceipts)).To(HaveLen(before))
		})
	})

	It("shows who is typing, until the message arrives or ten seconds have passed", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			carol := s.NewUser()
			Expect(r.bobs.AddParticipants(ctx, []chat.Participant{{Identifier: carol}})).To(BeEmpty())
			p := r.sit()
			defer p.leave()
			p.types("hm") // which the service tells the sender, too
			Expect(p.row("typing")).To(BeEmpty())

			Expect(r.bobs.SendTypingNotification(ctx, nil)).To(Succeed())
			p.settle()
			Expect(p.row("── Bob is typing ──")).NotTo(BeEmpty())
			p.waits(8 * time.Second)
			Expect(s.Client(carol).ThreadClient(r.id).SendTypingNotification(ctx, &chat.SendTypingNotificationOptions{SenderDisplayName: "Carol"})).To(Succeed())
			p.settle()
			Expect(p.row("── Bob and Carol are typing ──")).NotTo(BeEmpty())
			p.waits(2 * time.Second)
			Expect(p.row("── Carol is typing ──")).NotTo(BeEmpty())

			Expect(r.bobs.SendTypingNotification(ctx, nil)).To(Succeed())
			p.settle()
			r.says("done")
			p.settle()
			Expect(p.row("── Carol is typing ──")).NotTo(BeEmpty())
			p.waits(8 * time.Second)
			Expect(p.row("typing")).To(BeEmpty())
		})
	})

	It("makes the model read what has changed in a thread, within two seconds", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			p := r.sit()
			defer p.leave()
			p.waits(10 * time.Second)
			carol := s.NewUser()
			Expect(r.bobs.AddParticipants(ctx, []chat.Participant{{Identifier: carol, DisplayName: "Carol"}})).To(BeEmpty())
			Expect(r.bobs.UpdateTopic(ctx, "Release 5")).To(Succeed())
			p.waits(2 * time.Second)
			Expect(p.rows()[0]).To(HavePrefix("Release 5 · 3: Alice (you), Bob, Carol "))
			Expect(p.row("Bob added Carol")).NotTo(BeEmpty())
			Expect(p.threads()).To(HaveExactElements("› Release 5"))
		})
	})

	It("shows new threads and activity in others", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			lunch := r.another("Lunch")
			p := r.sit()
			defer p.leave()
			p.waits(10 * time.Second)
			_, err := s.Client(r.bob).ThreadClient(lunch).SendMessage(ctx, "Pizza?", nil)
			Expect(err).NotTo(HaveOccurred())
			p.settle()
			Expect(p.threads()).To(HaveExactElements("●Lunch", "› Release 4.2"))
			r.another("Dinner")
			p.waits(2 * time.Second)
			Expect(p.threads()).To(ContainElement("●Dinner"))
			Expect(s.Client(r.bob).DeleteThread(ctx, lunch)).To(Succeed())
			p.waits(2 * time.Second)
			Expect(p.threads()).NotTo(ContainElement(ContainSubstring("Lunch")))
		})
	})

	It("shows an own message once", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			p := r.sit()
			defer p.leave()
			fault := s.Fail(chattest.SendChatMessage, chattest.Fault{Delay: 5 * time.Second})
			p.sends("from here")
			p.waits(4 * time.Second)
			Expect(fault.Fired()).To(Equal(1))
			Expect(strings.Count(p.sees(), "from here")).To(BeNumerically(">=", 1))
			p.waits(2 * time.Second)
			Expect(strings.Count(p.sees(), "from here")).To(Equal(1))
			_, err := r.alices.ThreadClient(r.id).SendMessage(ctx, "from elsewhere", nil)
			Expect(err).NotTo(HaveOccurred())
			p.settle()
			Expect(p.row("from elsewhere")).To(MatchRegexp(`you +from elsewhere`))
		})
	})

	It("slows polling down, which finds the events that were lost", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			p := r.sit()
			defer p.leave()
			p.waits(5 * time.Second)
			before := listings(s)
			s.Fail(chattest.DeliverEvent, chattest.Fault{LoseEvent: true})
			r.says("lost")
			p.waits(5 * time.Second)
			Expect(p.row("lost")).To(BeEmpty())
			p.waits(55 * time.Second)
			Expect(p.row("lost")).NotTo(BeEmpty())
			Expect(listings(s) - before).To(Equal(2))
			Expect(len(s.Requests(chattest.ListChatReadReceipts))).To(BeNumerically("<=", 4))
			Expect(len(s.Requests(chattest.ListChatThreads))).To(BeNumerically("<=", 4))
		})
	})

	It("makes the model read no more often than every two seconds, however much happens", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			p := r.sit()
			defer p.leave()
			p.waits(5 * time.Second)
			before := listings(s)
			for i := range 16 {
				Expect(r.bobs.UpdateTopic(ctx, strings.Repeat("!", i+1))).To(Succeed())
				p.waits(500 * time.Millisecond)
			}
			Expect(listings(s) - before).To(BeNumerically("~", 4, 1))
			p.waits(2 * time.Second)
			Expect(p.rows()[0]).To(HavePrefix(strings.Repeat("!", 16) + " "))
		})
	})

	It("reads what happened while it was interrupted", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			p := r.sit()
			defer p.leave()
			p.waits(10 * time.Second)
			s.DropConnections()
			r.says("meanwhile")
			p.waits(3 * time.Second)
			Expect(p.row("meanwhile")).NotTo(BeEmpty())
			Expect(p.row("No live connection")).To(BeEmpty())
		})
	})

	It("is replaced by polling as long as it is interrupted, and the screen says so", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			p := r.sit()
			defer p.leave()
			p.waits(10 * time.Second)
			fault := s.Fail(chattest.AllocateRealtimeConnection, chattest.Fault{Status: http.StatusServiceUnavailable, Times: -1})
			s.DropConnections()
			p.waits(5 * time.Second)
			Expect(p.sees()).To(MatchRegexp(`── No live connection, polling instead: .*503`))
			r.says("polled")
			p.waits(2 * time.Second)
			Expect(p.row("polled")).NotTo(BeEmpty())
			before := listings(s)
			p.waits(20 * time.Second)
			Expect(listings(s) - before).To(BeNumerically("~", 10, 1))

			fault.Remove()
			p.waits(time.Minute)
			Expect(p.row("No live connection")).To(BeEmpty())
			r.says("heard")
			p.settle()
			Expect(p.row("heard")).NotTo(BeEmpty())
		})
	})

	It("is replaced by polling where the service refuses it, and tried again every minute", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			fault := r.pollOnly()
			p := r.sit()
			defer p.leave()
			Expect(p.sees()).To(MatchRegexp(`── No live connection, polling instead: .*403`))
			p.waits(10 * time.Second)
			r.says("polled")
			p.waits(2 * time.Second)
			Expect(p.row("polled")).NotTo(BeEmpty())
			p.waits(110 * time.Second)
			Expect(fault.Fired()).To(Equal(3))
			fault.Remove()
			p.waits(time.Minute)
			Expect(p.row("No live connection")).To(BeEmpty())
			r.says("heard")
			p.settle()
			Expect(p.row("heard")).NotTo(BeEmpty())
		})
	})

	It("is closed with the chat", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			p := r.sit()
			Expect(s.Connections()).To(HaveLen(1))
			p.Close()
			Expect(s.Connections()).To(BeEmpty())
			Expect(s.Requests(chattest.UnregisterRealtime)).To(HaveLen(1))
			p.leave()
		})
	})
})
