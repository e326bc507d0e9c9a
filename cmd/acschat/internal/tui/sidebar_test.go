package tui_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/tui"
)

// threads returns the rows of the sidebar, without the times.
func (p *person) threads() []string {
	var list []string
	for _, row := range p.rows() {
		if side := regexp.MustCompile(`^(.*?) +\d\d:\d\d │`).FindStringSubmatch(row); side != nil {
			list = append(list, strings.TrimSpace(side[1]))
		}
	}
	return list
}

var _ = Describe("The sidebar", func() {
	It("lists threads, the most recently active first, and marks the open one", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			time.Sleep(time.Minute)
			r.another("Lunch")
			time.Sleep(time.Minute)
			r.another("")
			p := r.sit()
			defer p.leave()
			Expect(p.threads()).To(HaveExactElements(HavePrefix("no topic"), "Lunch", "› Release 4.2"))
		})
	})

	It("offers a choice if no thread was named", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			r.says("hello")
			time.Sleep(time.Minute)
			r.another("Lunch")
			options := r.options()
			options.Thread = ""
			p := sit(options)
			defer p.leave()
			Expect(p.row("Choose a thread")).NotTo(BeEmpty())
			Expect(p.threads()[0]).To(Equal("▌ Lunch"))
			p.presses("down", "enter")
			Expect(p.rows()[0]).To(HavePrefix("Release 4.2 · 2: Alice (you), Bob"))
			Expect(p.row("hello")).NotTo(BeEmpty())
			p.sends("hi")
			Expect(r.texts()).To(Equal([]string{"hello", "hi"}))
		})
	})

	It("says how to create a thread if there is none", func() {
		bubble(func(s *chattest.Service) {
			p := sit(tui.Options{Service: tui.Over(s.Client(s.NewUser()), "")})
			defer p.leave()
			Expect(p.row("You are in no thread.")).NotTo(BeEmpty())
			Expect(p.row("To create a thread: acschat thread create")).NotTo(BeEmpty())
			p.presses("tab", "tab", "enter", "up", "pgup", "esc")
			p.types("ignored")
			p.presses("ctrl+c")
			Expect(p.left).To(BeTrue())
		})
	})

	It("keeps the position, the draft and failed messages of a thread", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			for i := range 60 {
				r.says("message %d.", i+1)
			}
			time.Sleep(time.Minute)
			r.another("Lunch")
			p := r.sit()
			defer p.leave()
			s.Fail(chattest.SendChatMessage, chattest.Fault{Status: http.StatusForbidden})
			p.sends("refused")
			p.types("a draft")
			p.presses("pgup")
			before := p.numbers()
			p.presses("tab", "up", "enter")
			Expect(p.rows()[0]).To(HavePrefix("Lunch"))
			Expect(p.row("a draft")).To(BeEmpty())
			Expect(p.row("refused")).To(BeEmpty())
			p.types("another draft")
			p.waits(time.Minute)
			p.presses("tab", "down", "enter")
			Expect(p.row("another draft")).To(BeEmpty())
			Expect(p.row("a draft")).NotTo(BeEmpty())
			Expect(p.numbers()).To(Equal(before))
			p.presses("ctrl+c")
			Expect(p.row("1 of your messages or changes were not sent")).NotTo(BeEmpty())
		})
	})

	It("polls only the open thread for messages", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			r.pollOnly()
			time.Sleep(time.Minute)
			r.another("Lunch")
			p := r.sit()
			defer p.leave()
			for range 6 {
				p.presses("tab", "home", "enter", "tab", "end", "enter")
			}
			before := len(s.Requests(chattest.ListChatMessages))
			p.waits(time.Minute)
			requests := s.Requests(chattest.ListChatMessages)[before:]
			Expect(len(requests)).To(BeNumerically("~", 30, 2))
			Expect(p.rows()[0]).To(HavePrefix("Release 4.2"))
			for _, request := range requests {
				Expect(request.Path).To(ContainSubstring(r.id))
			}
		})
	})

	It("marks a thread with new messages until it is opened", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			lunch := r.another("Lunch")
			p := r.sit()
			defer p.leave()
			Expect(p.sees()).NotTo(ContainSubstring("●"))
			time.Sleep(time.Minute)
			r.says("here too")
			time.Sleep(time.Minute)
			_, err := s.Client(r.bob).ThreadClient(lunch).SendMessage(context.Background(), "Pizza?", nil)
			Expect(err).NotTo(HaveOccurred())
			p.waits(20 * time.Second)
			Expect(p.threads()).To(HaveExactElements("●Lunch", "› Release 4.2"))
			p.presses("tab", "home", "enter")
			Expect(p.row("Pizza?")).NotTo(BeEmpty())
			Expect(p.sees()).NotTo(ContainSubstring("●"))
		})
	})

	It("does not mark a thread for messages that the user has seen or sent", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			time.Sleep(time.Minute)
			r.another("Lunch")
			p := r.sit()
			defer p.leave()
			time.Sleep(time.Minute)
			r.says("seen")
			p.waits(3 * time.Second)
			p.sends("written")
			p.presses("tab", "home")
			if strings.Contains(p.row("▌"), "Release") {
				p.presses("down")
			}
			p.presses("enter")
			Expect(p.rows()[0]).To(HavePrefix("Lunch"))
			p.waits(20 * time.Second)
			Expect(p.threads()).To(HaveExactElements("Release 4.2", "› Lunch"))
		})
	})

	It("loads pages as the user scrolls down", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Thread 0")
			for i := range 119 {
				r.another(fmt.Sprintf("Thread %d", i+1))
			}
			options := r.options()
			options.Thread = ""
			p := sit(options)
			defer p.leave()
			Expect(s.Requests(chattest.ListChatThreads)).To(HaveLen(1))
			for range 120 {
				p.presses("down")
			}
			Expect(p.row("▌")).To(ContainSubstring("Thread 0"))
			Expect(s.Requests(chattest.ListChatThreads)).To(HaveLen(3))
			for _, request := range s.Requests(chattest.ListChatThreads) {
				Expect(request.Query.Get("maxPageSize")).To(Equal("50"))
			}
		})
	})

	It("follows new threads, deleted threads and new topics", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			lunch := r.another("Lunch")
			p := r.sit()
			defer p.leave()
			Expect(s.Client(r.bob).DeleteThread(context.Background(), lunch)).To(Succeed())
			r.another("Dinner")
			Expect(r.bobs.UpdateTopic(context.Background(), "Release 5")).To(Succeed())
			p.waits(20 * time.Second)
			Expect(p.threads()).To(ConsistOf("●Dinner", "› Release 5"))
		})
	})

	It("shows why threads cannot be listed, while the open thread continues", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			s.Fail(chattest.ListChatThreads, chattest.Fault{Status: http.StatusForbidden, Times: -1})
			p := r.sit()
			defer p.leave()
			Expect(p.row("Not loaded: ")).NotTo(BeEmpty())
			p.sends("still here")
			Expect(r.texts()).To(Equal([]string{"still here"}))
		})
	})

	It("shows why a thread cannot be read", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			options := r.options()
			options.Thread = ""
			p := sit(options)
			defer p.leave()
			Expect(r.bobs.RemoveParticipant(context.Background(), r.alice)).To(Succeed())
			p.presses("enter")
			Expect(p.sees()).To(MatchRegexp(`The thread could not be loaded: .*403`))
		})
	})

	It("replaces the history on a narrow screen while it has the focus", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			r.says("hello")
			p := r.sit()
			defer p.leave()
			p.takes(tea.WindowSizeMsg{Width: 40, Height: 12})
			Expect(p.sees()).NotTo(ContainSubstring("│"))
			Expect(p.row("hello")).NotTo(BeEmpty())
			p.presses("tab")
			Expect(p.row("hello")).To(BeEmpty())
			Expect(p.row("▌ Release 4.2")).NotTo(BeEmpty())
			p.presses("esc")
			Expect(p.row("hello")).NotTo(BeEmpty())
		})
	})
})

var _ = Describe("New", func() {
	It("fails with the service's error if the user cannot chat", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			options := r.options()
			s.DeleteUser(r.alice)
			_, err := tui.New(context.Background(), options)
			Expect(err).To(MatchError(chat.ErrUnauthorized))
		})
	})

	It("fails if the user is not a participant of the thread", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			options := r.options()
			options.Service = tui.Over(s.Client(s.NewUser()), "")
			_, err := tui.New(context.Background(), options)
			Expect(err).To(MatchError(chat.ErrForbidden))
		})
	})
})
