package tui_test

import (
	"context"
	"fmt"
	"strings"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/tui"
)

// person uses a chat in a bubble: without a terminal or a program, in virtual time.
type person struct {
	*tui.Model
	came chan tea.Msg // messages of commands
	stop context.CancelFunc
	left bool // the chat has quit
}

// sit starts a chat on a screen of 100 columns and 24 rows. Call leave to end it.
func sit(options tui.Options) *person {
	GinkgoHelper()
	ctx, stop := context.WithCancel(context.Background())
	model, err := tui.New(ctx, options)
	Expect(err).NotTo(HaveOccurred())
	p := &person{Model: model, came: make(chan tea.Msg, 1000), stop: stop}
	p.takes(tea.WindowSizeMsg{Width: 100, Height: 24})
	p.start(model.Init())
	p.settle()
	return p
}

// leave ends the chat and its commands.
func (p *person) leave() {
	p.stop()
	time.Sleep(5 * time.Minute) // until the last tick
}

// takes passes messages to the chat and waits for their immediate effects.
func (p *person) takes(messages ...tea.Msg) {
	for _, msg := range messages {
		_, cmd := p.Update(msg)
		p.start(cmd)
		p.settle()
	}
}

func (p *person) start(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		msg := cmd()
		if batch, ok := msg.(tea.BatchMsg); ok {
			for _, cmd := range batch {
				p.start(cmd)
			}
			return
		}
		p.came <- msg
	}()
}

// settle runs until the chat waits for time to pass or for a key.
func (p *person) settle() {
	for {
		synctest.Wait()
		select {
		case msg := <-p.came:
			if _, quit := msg.(tea.QuitMsg); quit {
				p.left = true
				continue
			}
			_, cmd := p.Update(msg)
			p.start(cmd)
		default:
			return
		}
	}
}

// waits lets a duration pass.
func (p *person) waits(d time.Duration) {
	const step = 100 * time.Millisecond
	for ; d > 0; d -= step {
		time.Sleep(step)
		p.settle()
	}
}

// types enters a text, key by key.
func (p *person) types(text string) {
	for _, r := range text {
		p.takes(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

// presses presses named keys.
func (p *person) presses(names ...string) {
	GinkgoHelper()
	keys := map[string]tea.KeyPressMsg{
		"enter": {Code: tea.KeyEnter}, "alt+enter": {Code: tea.KeyEnter, Mod: tea.ModAlt}, "esc": {Code: tea.KeyEscape},
		"tab": {Code: tea.KeyTab}, "shift+tab": {Code: tea.KeyTab, Mod: tea.ModShift}, "f1": {Code: tea.KeyF1},
		"up": {Code: tea.KeyUp}, "down": {Code: tea.KeyDown}, "pgup": {Code: tea.KeyPgUp}, "pgdown": {Code: tea.KeyPgDown},
		"home": {Code: tea.KeyHome}, "end": {Code: tea.KeyEnd}, "backspace": {Code: tea.KeyBackspace},
		"ctrl+c": {Code: 'c', Mod: tea.ModCtrl}, "ctrl+z": {Code: 'z', Mod: tea.ModCtrl}, "ctrl+u": {Code: 'u', Mod: tea.ModCtrl},
	}
	for _, name := range names {
		Expect(keys).To(HaveKey(name))
		p.takes(keys[name])
	}
}

// sends enters a message and sends it.
func (p *person) sends(text string) {
	p.types(text)
	p.presses("enter")
}

// sees returns the screen as rows of text.
func (p *person) sees() string { return ansi.Strip(p.View().Content) }

// rows returns the rows of the screen.
func (p *person) rows() []string { return strings.Split(p.sees(), "\n") }

// row returns the first row that contains a text, "" if there is none.
func (p *person) row(text string) string {
	for _, row := range p.rows() {
		if strings.Contains(row, text) {
			return row
		}
	}
	return ""
}

// room is a thread of Alice, who uses the chat, and Bob.
type room struct {
	service    *chattest.Service
	alice, bob chat.CommunicationUser
	id         string
	alices     *chat.Client
	bobs       *chat.ThreadClient
}

func newRoom(s *chattest.Service, topic string) *room {
	GinkgoHelper()
	r := &room{service: s, alice: s.NewUser(), bob: s.NewUser()}
	r.alices = s.Client(r.alice)
	r.id = r.another(topic)
	r.bobs = s.Client(r.bob).ThreadClient(r.id)
	return r
}

// another creates another thread with both.
func (r *room) another(topic string) string {
	GinkgoHelper()
	created, err := r.alices.CreateThread(context.Background(), topic, &chat.CreateThreadOptions{Participants: []chat.Participant{
		{Identifier: r.alice, DisplayName: "Alice"}, {Identifier: r.bob, DisplayName: "Bob"},
	}})
	Expect(err).NotTo(HaveOccurred())
	return created.Thread.ID
}

// says has Bob send a message, and returns its id.
func (r *room) says(format string, args ...any) string {
	GinkgoHelper()
	sent, err := r.bobs.SendMessage(context.Background(), fmt.Sprintf(format, args...), nil)
	Expect(err).NotTo(HaveOccurred())
	return sent.ID
}

// options returns the options of Alice's chat, with the thread open.
func (r *room) options() tui.Options {
	return tui.Options{Service: tui.Over(r.alices, ""), Self: r.alice, Thread: r.id}
}

// sit starts Alice's chat.
func (r *room) sit() *person {
	GinkgoHelper()
	return sit(r.options())
}

// texts returns the text of the messages that participants sent to the thread, oldest first.
func (r *room) texts() []string {
	GinkgoHelper()
	messages, err := r.bobs.ListMessages(nil).Collect(context.Background(), 0)
	Expect(err).NotTo(HaveOccurred())
	texts := []string{}
	for _, m := range messages {
		if m.Sender != nil {
			texts = append([]string{m.Content.Message}, texts...)
		}
	}
	return texts
}

// HaveSuffixOf succeeds if a list ends with these numbers.
func HaveSuffixOf(numbers ...int) OmegaMatcher {
	return WithTransform(func(list []int) []int { return list[max(0, len(list)-len(numbers)):] }, Equal(numbers))
}
