package tui_test

import (
	"context"
	"regexp"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/tui"
)

var _ = Describe("The screen", func() {
	It("fits its contents at any size", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "A topic that is much longer than most screens are wide, with 漢字 in it")
			r.says("wide 漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字 and 🍕 and %s", strings.Repeat("x", 300))
			for range 10 {
				r.says("short")
			}
			p := r.sit()
			defer p.leave()
			p.types("something that is being written and goes on for longer than the line")
			for _, panes := range []string{"tab", "tab", "tab", "f1", "f1"} {
				p.presses(panes)
				for _, width := range []int{1, 7, 40, 71, 72, 200} {
					for _, height := range []int{1, 4, 6, 10, 60} {
						p.takes(tea.WindowSizeMsg{Width: width, Height: height})
						for _, row := range p.rows() {
							Expect(ansi.StringWidth(row)).To(BeNumerically("<=", width), "%d×%d: %s", width, height, row)
						}
						Expect(len(p.rows())).To(BeNumerically("<=", height), "%d×%d", width, height)
						if cursor := p.View().Cursor; cursor != nil {
							Expect(cursor.Y).To(And(BeNumerically(">=", 0), BeNumerically("<", height)))
						}
						p.presses("pgup", "pgdown")
					}
				}
			}
		})
	})

	It("makes the name column wide enough, including for senders without a display name in the thread", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			ctx := context.Background()
			carol := s.NewUser()
			_, err := r.alices.ThreadClient(r.id).AddParticipants(ctx, []chat.Participant{{Identifier: carol}})
			Expect(err).NotTo(HaveOccurred())
			_, err = s.Client(carol).ThreadClient(r.id).SendMessage(ctx, "hello", &chat.SendMessageOptions{SenderDisplayName: "Carol Smith"})
			Expect(err).NotTo(HaveOccurred())
			p := r.sit()
			defer p.leave()
			Expect(p.row("hello")).To(ContainSubstring("Carol Smith hello"))
		})
	})

	It("keeps the newest message visible when its size changes", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			for i := range 40 {
				r.says("message %d.", i+1)
			}
			p := r.sit()
			defer p.leave()
			for _, size := range []tea.WindowSizeMsg{{Width: 60, Height: 10}, {Width: 120, Height: 50}, {Width: 30, Height: 8}} {
				p.takes(size)
				Expect(p.numbers()).To(HaveSuffixOf(40))
				Expect(p.rows()).To(HaveLen(size.Height))
			}
		})
	})

	It("shows the cursor at the end of the text", func() {
		bubble(func(s *chattest.Service) {
			p := newRoom(s, "Release 4.2").sit()
			defer p.leave()
			p.types("one")
			p.presses("alt+enter")
			p.types("two")
			cursor := p.View().Cursor
			Expect(p.rows()[cursor.Y][:cursor.X]).To(Equal("two"))
			p.presses("tab")
			Expect(p.View().Cursor).To(BeNil())
		})
	})

	It("conveys nothing by color alone, and uses only the 16 theme colors", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			r.says("hello")
			p := r.sit()
			defer p.leave()
			p.presses("up")
			Expect(p.View().Content).NotTo(MatchRegexp(`\x1b\[[0-9;]*[34]8;`))
			Expect(p.row("▌")).To(ContainSubstring("hello"))
		})
	})

	It("shows help", func() {
		bubble(func(s *chattest.Service) {
			p := newRoom(s, "Release 4.2").sit()
			defer p.leave()
			p.presses("f1")
			for _, text := range []string{"In the messages", "try again", "suspend", "Who is typing is shown"} {
				Expect(p.row(text)).NotTo(BeEmpty())
			}
			p.types("this is not written")
			p.presses("esc")
			Expect(p.row("Write a message")).NotTo(BeEmpty())
			p.takes(tea.WindowSizeMsg{Width: 40, Height: 10})
			p.presses("f1")
			Expect(p.row("Without one, the line above the text says so, and new messages are polled.")).To(BeEmpty())
			for range 60 {
				p.presses("down")
			}
			Expect(strings.Join(strings.Fields(p.sees()), " ")).To(ContainSubstring("Without one, the line above the text says so, and new messages are polled."))
			Expect(p.rows()).To(HaveLen(10))
		})
	})
})

var _ = Describe("Untrusted text", func() {
	const hostile = "red \x1b[31m title \x1b]0;owned\x07 clip \x1b]52;c;b3duZWQ=\x07 c1 \u009b2J back \b\b\r bidi \u202ereversed\u202c line \u2028 mark \ufeff"

	// styles matches the only escape sequences of a view.
	styles := regexp.MustCompile(`\x1b\[[0-9;]*m`)

	expectHarmless := func(content string) {
		GinkgoHelper()
		rest := styles.ReplaceAllString(content, "")
		Expect(rest).NotTo(MatchRegexp(`[\x00-\x09\x0b-\x1f\x7f-\x{9f}\x{202a}-\x{202e}\x{2066}-\x{2069}\x{2028}\x{2029}\x{feff}]`))
	}

	It("sends no control sequences of topics, names, messages and errors to the terminal", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, hostile)
			_, err := r.bobs.AddParticipants(context.Background(), []chat.Participant{{Identifier: s.NewUser(), DisplayName: hostile}})
			Expect(err).NotTo(HaveOccurred())
			for _, kind := range []chat.MessageType{chat.MessageTypeText, chat.MessageTypeHTML} {
				_, err = r.bobs.SendMessage(context.Background(), hostile+" &#27;[2J", &chat.SendMessageOptions{Type: kind, SenderDisplayName: hostile})
				Expect(err).NotTo(HaveOccurred())
			}
			p := r.sit()
			defer p.leave()
			s.Fail(chattest.SendChatMessage, chattest.Fault{Status: 403, Message: hostile})
			p.sends("x")
			expectHarmless(p.View().Content)
			Expect(p.row("red ^[[31m title ^[]0;owned^G")).NotTo(BeEmpty(), "it is escaped")
			Expect(p.sees()).To(ContainSubstring("<U+202E>reversed"))
			p.presses("up", "up")
			p.types("e")
			expectHarmless(p.View().Content)
			p.presses("tab")
			expectHarmless(p.View().Content)
		})
	})

	It("sends no control sequences of pasted text to the terminal", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			p := r.sit()
			defer p.leave()
			p.takes(tea.PasteMsg{Content: hostile + "\r\nnext"})
			expectHarmless(p.View().Content)
			p.presses("enter")
			expectHarmless(r.texts()[0])
			Expect(r.texts()[0]).To(HaveSuffix("\nnext"))
		})
	})

	It("is shown in attachments and unknown message types", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			r.says("file")
			r.says("poll")
			options := r.options()
			options.Service = altering{options.Service, func(m *chat.Message) {
				switch m.Content.Message {
				case "file":
					m.Content.Attachments = []chat.Attachment{{Type: chat.AttachmentTypeFile, Name: "plan\x1b.pdf"}}
				case "poll":
					m.Type, m.Content.Message = "poll\x07", ""
				}
			}}
			p := sit(options)
			defer p.leave()
			Expect(p.row("[file: plan^[.pdf]")).NotTo(BeEmpty())
			Expect(p.row("(no text: poll^G)")).NotTo(BeEmpty())
		})
	})

	It("is read without the markup of HTML", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			_, err := r.bobs.SendMessage(context.Background(),
				`<div><p>Canary is <b>green</b> &amp; well.</p><ul><li>one</li><li>two</li></ul><script>alert(1)</script></div>`,
				&chat.SendMessageOptions{Type: chat.MessageTypeHTML})
			Expect(err).NotTo(HaveOccurred())
			r.says("<b>as it is</b>")
			p := r.sit()
			defer p.leave()
			p.waits(time.Second)
			Expect(p.row("Canary is green & well.")).NotTo(BeEmpty())
			Expect(p.row("  two")).NotTo(BeEmpty())
			Expect(p.sees()).NotTo(ContainSubstring("alert"))
			Expect(p.row("<b>as it is</b>")).NotTo(BeEmpty(), "text is text")
		})
	})
})

// altering is a service that alters the messages of the emulator.
type altering struct {
	tui.Service
	alter func(*chat.Message)
}

func (a altering) Messages(ctx context.Context, thread, token string) (chat.Page[chat.Message], error) {
	page, err := a.Service.Messages(ctx, thread, token)
	for i := range page.Items {
		a.alter(&page.Items[i])
	}
	return page, err
}
