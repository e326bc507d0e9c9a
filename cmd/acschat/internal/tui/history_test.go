package tui_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

// numbers returns the numbers of the visible messages such as "message 17.", in order.
func (p *person) numbers() []int {
	var list []int
	for _, match := range regexp.MustCompile(`message (\d+)\.`).FindAllStringSubmatch(p.sees(), -1) {
		var n int
		_, err := fmt.Sscan(match[1], &n)
		Expect(err).NotTo(HaveOccurred())
		list = append(list, n)
	}
	return list
}

// readsBack scrolls up to the beginning and returns the numbers that were visible, the latest first.
func (p *person) readsBack() []int {
	GinkgoHelper()
	var seen []int
	lowest := 1 << 30
	for range 100 {
		for _, n := range slices.Backward(p.numbers()) {
			if n < lowest {
				lowest = n
				seen = append(seen, lowest)
			}
		}
		if p.row("The thread begins here.") != "" {
			return seen
		}
		p.presses("pgup")
	}
	Fail("the beginning never came:\n" + p.sees())
	return nil
}

// downwards returns the numbers from n down to 1.
func downwards(n int) []int {
	var list []int
	for ; n > 0; n-- {
		list = append(list, n)
	}
	return list
}

var _ = Describe("The history", func() {
	It("starts at the newest message, and loads pages back to the beginning without gaps or duplicates", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			for i := range 180 {
				r.says("message %d.", i+1)
			}
			p := r.sit()
			defer p.leave()
			Expect(p.numbers()).To(HaveLen(19)) // only as many as fit
			Expect(p.numbers()).To(HaveSuffixOf(179, 180))
			Expect(p.readsBack()).To(Equal(downwards(180)))
			Expect(p.row("Alice added Alice, Bob")).NotTo(BeEmpty())
			Expect(p.row("Alice called the thread “Release 4.2”")).NotTo(BeEmpty())
			Expect(p.row("Friday, 1 May 2026")).NotTo(BeEmpty())
			for _, request := range s.Requests(chattest.ListChatMessages) {
				Expect(request.Query.Get("maxPageSize")).To(Or(Equal("50"), Equal("20")))
			}
		})
	})

	It("shows a message that was edited much later at the position where it was sent", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			first := r.says("message 1.")
			for i := range 119 {
				r.says("message %d.", i+2)
			}
			Expect(r.bobs.UpdateMessage(context.Background(), first, chat.MessageUpdate{Content: new("message 1. Mended.")})).To(Succeed())
			p := r.sit()
			defer p.leave()
			Expect(p.readsBack()).To(Equal(downwards(120)))
			Expect(p.row("message 1. Mended.")).NotTo(BeEmpty())
		})
	})

	It("keeps its position when a message arrives, and says that there is more below", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			for i := range 60 {
				r.says("message %d.", i+1)
			}
			p := r.sit()
			defer p.leave()
			p.presses("pgup")
			before := p.numbers()
			r.says("message 61.")
			p.waits(3 * time.Second)
			Expect(p.numbers()).To(Equal(before))
			Expect(p.row("There are newer messages")).NotTo(BeEmpty())
			p.presses("esc")
			Expect(p.numbers()).To(HaveSuffixOf(60, 61))
			Expect(p.row("There are newer messages")).To(BeEmpty())
		})
	})

	It("scrolls down by pages, and then follows new messages", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			for i := range 100 {
				r.says("message %d.", i+1)
			}
			p := r.sit()
			defer p.leave()
			p.presses("pgup", "pgup", "pgup", "pgdown", "pgdown", "pgdown", "pgdown")
			Expect(p.numbers()).To(HaveSuffixOf(99, 100))
			r.says("message 101.")
			p.waits(3 * time.Second)
			Expect(p.numbers()).To(HaveSuffixOf(100, 101))
		})
	})

	It("shows why older messages cannot be loaded, and tries again on request", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			for i := range 80 {
				r.says("message %d.", i+1)
			}
			fault := s.Fail(chattest.ListChatMessages, chattest.Fault{Nth: 2, Times: -1, Status: http.StatusServiceUnavailable})
			p := r.sit()
			defer p.leave()
			for range 10 {
				p.presses("pgup")
			}
			Expect(p.sees()).To(MatchRegexp(`Older messages could not be loaded: .*503`))
			fault.Remove()
			p.presses("pgup")
			Expect(p.row("Older messages could not be loaded")).To(BeEmpty())
			Expect(p.readsBack()).To(HaveSuffixOf(2, 1))
		})
	})

	It("shows why the thread cannot be read, and keeps trying", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			r.says("message 1.")
			s.Fail(chattest.ListChatMessages, chattest.Fault{Status: http.StatusServiceUnavailable})
			p := r.sit()
			defer p.leave()
			Expect(p.sees()).To(MatchRegexp(`The thread could not be loaded: .*503`))
			p.waits(5 * time.Second)
			Expect(p.numbers()).To(Equal([]int{1}))
		})
	})
})
