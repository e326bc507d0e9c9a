package tui_test

import (
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/tui"
)

var _ = Describe("Sending", func() {
	It("shows the message at once and sends it", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			p := r.sit()
			defer p.leave()
			p.sends("Canary is green.")
			Expect(p.row("Canary is green.")).To(MatchRegexp(`12:00 you +Canary is green\.`))
			Expect(r.texts()).To(Equal([]string{"Canary is green."}))
			p.waits(5 * time.Second)
			Expect(strings.Count(p.sees(), "Canary is green.")).To(Equal(1), "the listing contains it too")
		})
	})

	It("sends several lines as one message, and no empty message", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			p := r.sit()
			defer p.leave()
			p.presses("enter")
			p.sends("   ")
			p.presses("ctrl+u")
			p.types("one")
			p.presses("alt+enter")
			p.sends("two")
			Expect(r.texts()).To(Equal([]string{"one\ntwo"}))
			Expect(p.row("two")).To(MatchRegexp(`│ +two`))
		})
	})

	It("keeps the order of messages, even if one takes long", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			p := r.sit()
			defer p.leave()
			s.Fail(chattest.SendChatMessage, chattest.Fault{Delay: 3 * time.Second})
			p.sends("first")
			p.sends("second")
			Expect(p.row("first")).NotTo(BeEmpty())
			Expect(p.row("… sending")).NotTo(BeEmpty())
			Expect(p.row("… waiting")).NotTo(BeEmpty())
			p.waits(4 * time.Second)
			Expect(r.texts()).To(Equal([]string{"first", "second"}))
			Expect(p.row("…  ")).To(BeEmpty())
		})
	})

	It("uses the display name of the options", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			options := r.options()
			options.Service = tui.Over(r.alices, "Alice of Support")
			p := sit(options)
			defer p.leave()
			p.sends("hello")
			Expect(s.Requests(chattest.SendChatMessage)).To(HaveLen(1))
			Expect(string(s.Requests(chattest.SendChatMessage)[0].Body)).To(ContainSubstring(`"senderDisplayName":"Alice of Support"`))
			Expect(string(s.Requests(chattest.SendTypingNotification)[0].Body)).To(ContainSubstring(`"senderDisplayName":"Alice of Support"`))
		})
	})

	Context("if the service rejects a message", func() {
		refused := func(s *chattest.Service) (*room, *person) {
			r := newRoom(s, "Release 4.2")
			p := r.sit()
			s.Fail(chattest.SendChatMessage, chattest.Fault{Status: http.StatusForbidden, Code: "Forbidden", Message: "Not on Sundays."})
			p.sends("hello")
			return r, p
		}

		It("shows why, and does not retry automatically", func() {
			bubble(func(s *chattest.Service) {
				r, p := refused(s)
				defer p.leave()
				Expect(p.sees()).To(MatchRegexp(`✗ Not sent: .*403 Forbidden: Not on\n.* Sundays`))
				p.waits(time.Minute)
				Expect(s.Requests(chattest.SendChatMessage)).To(HaveLen(1))
				Expect(r.texts()).To(BeEmpty())
			})
		})

		It("sends it again on request", func() {
			bubble(func(s *chattest.Service) {
				r, p := refused(s)
				defer p.leave()
				p.presses("up")
				p.types("r")
				Expect(r.texts()).To(Equal([]string{"hello"}))
				Expect(p.row("✗")).To(BeEmpty())
				Expect(p.row("hello")).To(ContainSubstring("▌"), "it stays selected")
			})
		})

		It("drops it on request", func() {
			bubble(func(s *chattest.Service) {
				r, p := refused(s)
				defer p.leave()
				p.presses("up")
				p.types("x")
				Expect(p.row("hello")).To(BeEmpty())
				Expect(r.texts()).To(BeEmpty())
				p.presses("ctrl+c")
				Expect(p.left).To(BeTrue())
			})
		})

		It("continues with the next message", func() {
			bubble(func(s *chattest.Service) {
				r, p := refused(s)
				defer p.leave()
				p.sends("and now?")
				Expect(r.texts()).To(Equal([]string{"and now?"}))
			})
		})
	})

	Context("if the outcome of a message is unknown", func() {
		It("reports it, and does not retry automatically", func() {
			bubble(func(s *chattest.Service) {
				r := newRoom(s, "Release 4.2")
				p := r.sit()
				defer p.leave()
				s.Fail(chattest.SendChatMessage, chattest.Fault{LoseReply: true})
				p.sends("did it arrive?")
				Expect(p.row("? It may have been sent, or not: ")).NotTo(BeEmpty())
				Expect(p.sees()).NotTo(ContainSubstring("https:"), "the URL does not help the user")
				p.waits(time.Minute)
				Expect(s.Requests(chattest.SendChatMessage)).To(HaveLen(1))
				Expect(r.texts()).To(Equal([]string{"did it arrive?"}))
				Expect(strings.Count(p.sees(), "did it arrive?")).To(Equal(2), "both are shown: the message that arrived, and the one that may not have")
				p.presses("up")
				p.types("x")
				Expect(strings.Count(p.sees(), "did it arrive?")).To(Equal(1))
			})
		})
	})

	Context("if the user quits before all messages are sent", func() {
		It("asks for confirmation", func() {
			bubble(func(s *chattest.Service) {
				r := newRoom(s, "Release 4.2")
				p := r.sit()
				defer p.leave()
				s.Fail(chattest.SendChatMessage, chattest.Fault{Delay: 5 * time.Second})
				p.sends("slow")
				p.presses("ctrl+c")
				Expect(p.left).To(BeFalse())
				Expect(p.row("1 of your messages or changes were not sent. Leave anyway?")).NotTo(BeEmpty())
				p.types("n")
				p.waits(6 * time.Second)
				Expect(p.left).To(BeFalse())
				p.presses("ctrl+c")
				Expect(p.left).To(BeTrue())
			})
		})

		It("accepts the same key again as confirmation", func() {
			bubble(func(s *chattest.Service) {
				p := newRoom(s, "Release 4.2").sit()
				defer p.leave()
				s.Fail(chattest.SendChatMessage, chattest.Fault{Status: http.StatusForbidden})
				p.sends("never")
				p.presses("ctrl+c", "ctrl+c")
				Expect(p.left).To(BeTrue())
			})
		})
	})
})
