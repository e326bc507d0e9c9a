package tui_test

import (
	"context"
	"net/http"
	"time"

	tea "charm.land/bubbletea/v2"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("The participants of a thread", func() {
	It("are shown in the header, which follows additions and removals", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			p := r.sit()
			defer p.leave()
			Expect(p.rows()[0]).To(HavePrefix("Release 4.2 · 2: Alice (you), Bob "))
			carol := s.NewUser()
			_, err := r.bobs.AddParticipants(context.Background(), []chat.Participant{{Identifier: carol, DisplayName: "Carol"}})
			Expect(err).NotTo(HaveOccurred())
			p.waits(8 * time.Second)
			Expect(p.rows()[0]).To(HavePrefix("Release 4.2 · 3: Alice (you), Bob, Carol "))
			Expect(p.row("Bob added Carol")).NotTo(BeEmpty())
			Expect(r.bobs.RemoveParticipant(context.Background(), carol)).To(Succeed())
			p.waits(8 * time.Second)
			Expect(p.rows()[0]).To(HavePrefix("Release 4.2 · 2: Alice (you), Bob "))
			Expect(p.row("Bob removed Carol")).NotTo(BeEmpty())
		})
	})

	It("without a display name are shown by the name in the message, or by the end of the id", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			dave := s.NewUser()
			_, err := r.bobs.AddParticipants(context.Background(), []chat.Participant{{Identifier: dave}})
			Expect(err).NotTo(HaveOccurred())
			daves := s.Client(dave).ThreadClient(r.id)
			_, err = daves.SendMessage(context.Background(), "named", &chat.SendMessageOptions{SenderDisplayName: "Dave"})
			Expect(err).NotTo(HaveOccurred())
			_, err = daves.SendMessage(context.Background(), "nameless", nil)
			Expect(err).NotTo(HaveOccurred())
			p := r.sit()
			defer p.leave()
			Expect(p.row(" named")).To(ContainSubstring(" Dave "))
			Expect(p.row("nameless")).To(ContainSubstring(" …" + dave.ID[len(dave.ID)-12:len(dave.ID)-10]))
		})
	})

	It("are shown at the last message that they have read", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			p := r.sit()
			defer p.leave()
			p.sends("one")
			p.sends("two")
			messages, err := r.bobs.ListMessages(nil).Collect(context.Background(), 2)
			Expect(err).NotTo(HaveOccurred())
			for i, id := range []string{messages[1].ID, messages[0].ID} {
				Expect(r.bobs.SendReadReceipt(context.Background(), id)).To(Succeed())
				p.waits(6 * time.Second)
				rows := p.rows()
				for n, row := range rows {
					if row == p.row([]string{"you   one", "you   two"}[i]) {
						Expect(rows[n+1]).To(MatchRegexp(`✓ read by Bob *$`))
					}
				}
				Expect(p.row("✓ read by Bob")).NotTo(BeEmpty())
			}
		})
	})
})

var _ = Describe("Read receipts and typing indicators", func() {
	receipts := func(s *chattest.Service) []string {
		var bodies []string
		for _, request := range s.Requests(chattest.SendChatReadReceipt) {
			bodies = append(bodies, string(request.Body))
		}
		return bodies
	}

	It("are sent once for the newest visible message of another participant", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			first := r.says("first")
			p := r.sit()
			defer p.leave()
			p.waits(10 * time.Second)
			Expect(receipts(s)).To(ConsistOf(ContainSubstring(first)))
			p.sends("mine")
			p.waits(10 * time.Second)
			Expect(receipts(s)).To(HaveLen(1))
			second := r.says("second")
			p.waits(10 * time.Second)
			Expect(receipts(s)).To(HaveExactElements(ContainSubstring(first), ContainSubstring(second)))
		})
	})

	It("are not sent for a message that has a receipt", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			first := r.says("first")
			Expect(r.alices.ThreadClient(r.id).SendReadReceipt(context.Background(), first)).To(Succeed())
			p := r.sit()
			defer p.leave()
			p.waits(10 * time.Second)
			Expect(receipts(s)).To(HaveLen(1), "only the one sent before the chat")
		})
	})

	It("are sent when the window has the focus and the newest message is visible", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			p := r.sit()
			defer p.leave()
			p.takes(tea.BlurMsg{})
			for i := range 60 {
				r.says("message %d.", i+1)
			}
			p.waits(10 * time.Second)
			Expect(receipts(s)).To(BeEmpty())
			p.presses("pgup", "pgup")
			p.takes(tea.FocusMsg{})
			Expect(receipts(s)).To(HaveLen(1))
			Expect(receipts(s)[0]).NotTo(ContainSubstring(r.says("message 61.")))
			p.waits(5 * time.Second)
			Expect(receipts(s)).To(HaveLen(1))
			p.presses("esc")
			Expect(receipts(s)).To(HaveLen(2))
		})
	})

	It("keep to the rate limit, however many messages arrive", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			options := r.options()
			options.Interval = 500 * time.Millisecond
			p := sit(options)
			defer p.leave()
			for i := range 20 {
				r.says("message %d.", i+1)
				p.waits(500 * time.Millisecond)
			}
			Expect(len(receipts(s))).To(BeNumerically("~", 5, 1))
			p.waits(3 * time.Second)
			Expect(receipts(s)[len(receipts(s))-1]).To(ContainSubstring(p.newest(r)))
		})
	})

	It("are not retried after a failure, which is shown", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			s.Fail(chattest.SendChatReadReceipt, chattest.Fault{Status: http.StatusForbidden, Times: -1})
			r.says("first")
			p := r.sit()
			defer p.leave()
			p.waits(30 * time.Second)
			Expect(p.sees()).To(MatchRegexp(`The read receipt was not sent: .*403`))
			Expect(receipts(s)).To(HaveLen(1))
		})
	})

	It("are sent every eight seconds while the user types", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			p := r.sit()
			defer p.leave()
			p.types("   ")
			Expect(s.Requests(chattest.SendTypingNotification)).To(BeEmpty())
			for range 20 {
				p.types("x")
				p.waits(time.Second)
			}
			Expect(s.Requests(chattest.SendTypingNotification)).To(HaveLen(3))
			p.waits(20 * time.Second)
			Expect(s.Requests(chattest.SendTypingNotification)).To(HaveLen(3), "none is sent after the user has stopped")
		})
	})

	It("are not sent if the chat is quiet", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			r.says("first")
			options := r.options()
			options.Quiet = true
			p := sit(options)
			defer p.leave()
			p.types("psst")
			p.waits(20 * time.Second)
			Expect(s.Requests(chattest.SendTypingNotification, chattest.SendChatReadReceipt)).To(BeEmpty())
			Expect(p.row("Quiet: ")).NotTo(BeEmpty())
		})
	})
})

// newest returns the id of the latest message.
func (p *person) newest(r *room) string {
	GinkgoHelper()
	messages, err := r.bobs.ListMessages(nil).Collect(context.Background(), 1)
	Expect(err).NotTo(HaveOccurred())
	return messages[0].ID
}
