package tui_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("A message of the user", func() {
	It("can be edited", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			p := r.sit()
			defer p.leave()
			p.sends("Canary is red.")
			p.types("a draft")
			p.presses("up")
			p.types("e")
			Expect(p.row("── Editing a message")).NotTo(BeEmpty())
			p.presses("backspace", "backspace", "backspace", "backspace")
			p.sends("green.")
			Expect(p.row("Canary is green.")).NotTo(BeEmpty())
			Expect(p.row("(edited)")).NotTo(BeEmpty())
			Expect(r.texts()).To(Equal([]string{"Canary is green."}))
			Expect(p.row("a draft")).NotTo(BeEmpty(), "the draft is restored")
			p.waits(5 * time.Second)
			Expect(p.row("Canary is green.")).NotTo(BeEmpty())
		})
	})

	It("is unchanged if the user cancels", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			p := r.sit()
			defer p.leave()
			p.sends("as it was")
			p.presses("up")
			p.types("e and more")
			p.presses("esc")
			Expect(p.row("Editing a message")).To(BeEmpty())
			Expect(p.row("Write a message")).NotTo(BeEmpty())
			Expect(s.Requests(chattest.UpdateChatMessage)).To(BeEmpty())
		})
	})

	It("cannot be emptied by an edit", func() {
		bubble(func(s *chattest.Service) {
			p := newRoom(s, "Release 4.2").sit()
			defer p.leave()
			p.sends("text")
			p.presses("up")
			p.types("e")
			p.presses("ctrl+u", "enter")
			Expect(p.row("Nothing is left of the message.")).NotTo(BeEmpty())
			Expect(s.Requests(chattest.UpdateChatMessage)).To(BeEmpty())
		})
	})

	It("is deleted only after a confirmation", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			p := r.sit()
			defer p.leave()
			p.sends("regrettable")
			p.presses("up")
			p.types("dn")
			p.types("d")
			p.presses("ctrl+c")
			Expect(s.Requests(chattest.DeleteChatMessage)).To(BeEmpty())
			Expect(p.left).To(BeFalse())
			p.types("d")
			Expect(p.row("Delete this message for all participants?")).NotTo(BeEmpty())
			p.types("y")
			Expect(p.row("regrettable")).To(BeEmpty())
			Expect(p.row("(deleted)")).NotTo(BeEmpty())
			Expect(r.texts()).To(Equal([]string{""}))
			p.types("e")
			Expect(p.row("It is deleted.")).NotTo(BeEmpty())
		})
	})

	It("shows why an edit failed, and can be retried", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			p := r.sit()
			defer p.leave()
			p.sends("before")
			s.Fail(chattest.UpdateChatMessage, chattest.Fault{Status: http.StatusForbidden})
			p.presses("up")
			p.types("e")
			p.presses("ctrl+u")
			p.sends("after")
			Expect(p.row("✗ Not changed: ")).NotTo(BeEmpty())
			Expect(p.row("before")).NotTo(BeEmpty())
			p.presses("up")
			p.types("r")
			Expect(p.row("after")).NotTo(BeEmpty())
			Expect(r.texts()).To(Equal([]string{"after"}))
		})
	})

	It("shows why a deletion failed, and stays if the user drops the deletion", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			p := r.sit()
			defer p.leave()
			p.sends("stays")
			s.Fail(chattest.DeleteChatMessage, chattest.Fault{Status: http.StatusForbidden})
			p.presses("up")
			p.types("dy")
			Expect(p.row("✗ Not deleted: ")).NotTo(BeEmpty())
			p.types("x")
			Expect(p.row("✗")).To(BeEmpty())
			Expect(p.row("stays")).NotTo(BeEmpty())
		})
	})
})

var _ = Describe("A message of another participant", func() {
	It("cannot be edited or deleted, without a request", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			r.says("mine")
			p := r.sit()
			defer p.leave()
			p.presses("up")
			for _, key := range []string{"e", "d"} {
				p.types(key)
				Expect(p.row("Bob sent this message: only its sender can change it.")).NotTo(BeEmpty())
			}
			p.presses("up", "up")
			p.types("e")
			Expect(p.row("System messages cannot be changed.")).NotTo(BeEmpty())
			p.types("r")
			Expect(p.row("That key applies to messages that could not be sent or changed.")).NotTo(BeEmpty())
			Expect(s.Requests(chattest.UpdateChatMessage, chattest.DeleteChatMessage)).To(BeEmpty())
		})
	})

	It("is protected only by the service if the user is unknown", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			r.says("mine")
			options := r.options()
			options.Self = nil
			p := sit(options)
			defer p.leave()
			p.presses("up")
			p.types("dy")
			Expect(p.sees()).To(MatchRegexp(`✗ Not deleted: .*403`))
			Expect(r.texts()).To(Equal([]string{"mine"}))
		})
	})
})

var _ = Describe("The selection", func() {
	It("moves up through the whole history, and back to the composer", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			for i := range 70 {
				r.says("message %d.", i+1)
			}
			p := r.sit()
			defer p.leave()
			p.presses("up")
			for n := 70; n > 0; n-- {
				Expect(p.row("▌")).To(HaveSuffix(fmt.Sprintf(" message %d.", n)))
				p.presses("up")
			}
			p.presses("end")
			Expect(p.row("▌")).To(HaveSuffix(" message 70."))
			p.presses("home")
			Expect(p.row("▌")).To(ContainSubstring("The thread begins here."))
			p.presses("enter")
			Expect(p.row("▌")).To(BeEmpty())
			p.sends("here")
			Expect(r.texts()).To(HaveLen(71))
		})
	})

	It("shows the first rows of a message that is longer than the screen", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			r.says("top of it\n%s\nend of it", strings.Repeat("line\n", 40))
			r.says("short")
			p := r.sit()
			defer p.leave()
			p.presses("up", "up")
			Expect(p.row("top of it")).NotTo(BeEmpty())
			p.presses("down")
			Expect(p.row("short")).NotTo(BeEmpty())
		})
	})

	It("stays at its message when others are added and deleted", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			r.says("this one")
			p := r.sit()
			defer p.leave()
			p.presses("up")
			r.says("another")
			Expect(r.bobs.UpdateTopic(context.Background(), "Release 4.3")).To(Succeed())
			p.waits(3 * time.Second)
			Expect(p.row("▌")).To(ContainSubstring("this one"))
			Expect(p.rows()[0]).To(HavePrefix("Release 4.3"))
		})
	})
})
