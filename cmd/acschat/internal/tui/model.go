package tui

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/acschat/acs-chat-go/chat"
)

// Model is the state of a chat, a [tea.Model]. It is for one program.
type Model struct {
	ctx     context.Context // of all requests
	options Options
	broken  error // the chat has ended with it

	width, height int
	keys          keys
	look          look

	pane     pane
	helping  bool
	helpTop  int // its first row to be seen
	question *question
	notice   string
	away     bool // the person looks elsewhere, as far as the terminal tells

	sidebar  sidebar
	composer composer
	open     *conversation // nil until one is chosen
	visited  map[string]*conversation
	schedule schedule
}

// pane is a part of the screen that keys go to.
type pane int

const (
	composerPane pane = iota
	sidebarPane
	historyPane
	panes // as many as there are
)

// question is asked where a key would do what can't be taken back. Any answer but yes is no.
type question struct {
	text    string
	yes     func() tea.Cmd
	leaving bool // to press the key for leaving once more is a yes
}

// New makes the model of a chat. It asks for the threads and for the one to open, so that it fails, with the error of the service,
// where somebody could not chat at all: with a token that is not good, or a thread that they are not in. ctx is that of all requests
// to come.
func New(ctx context.Context, options Options) (*Model, error) {
	if options.Interval == 0 {
		options.Interval = 2 * time.Second
	}
	m := &Model{
		ctx: ctx, options: options,
		keys: newKeys(), look: newLook(), composer: newComposer(),
		visited: map[string]*conversation{}, schedule: newSchedule(options.Interval),
	}
	threads, err := options.Service.Threads(ctx, "")
	if err != nil && !errors.Is(err, chat.ErrForbidden) { // a thread may be open to somebody to whom the list is not
		return nil, err
	}
	m.sidebar.begin(threads, err)
	if options.Thread == "" {
		m.focus(sidebarPane)
		return m, nil
	}
	topic, err := options.Service.Topic(ctx, options.Thread)
	if err != nil {
		return nil, err
	}
	m.enter(options.Thread, topic)
	return m, nil
}

// Init begins to look for what is new.
func (m *Model) Init() tea.Cmd {
	m.schedule.begin()
	return tea.Batch(m.listen(), m.after(threadsJob, nil))
}

// Update takes a message, and asks for what is missing after it.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := m.take(msg)
	return m, tea.Batch(cmd, m.pursue())
}

func (m *Model) take(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		m.composer.fit(m.width)
		m.helpTop = 0
	case tea.KeyPressMsg:
		return m.press(msg)
	case tea.PasteMsg:
		return m.paste(msg)
	case tea.FocusMsg:
		m.away = false
	case tea.BlurMsg:
		m.away = true
	case brokenMsg:
		m.broken = msg.err
		return tea.Quit
	case tea.ResumeMsg:
		m.schedule.begin()
		return tea.Batch(m.listen(), m.due(threadsJob))
	case dueMsg:
		if m.schedule.current(msg.turn) {
			return m.due(msg.job)
		}
	case pageMsg:
		return m.pageCame(msg)
	case changesMsg:
		return m.changesCame(msg)
	case peopleMsg:
		m.peopleCame(msg)
	case receiptsMsg:
		return m.receiptsCame(msg)
	case threadsMsg:
		return m.threadsCame(msg)
	case sentMsg:
		m.wasSent(msg)
	case changedMsg:
		m.wasChanged(msg)
	case readMsg:
		m.wasRead(msg)
	}
	return nil
}

// brokenMsg says that the program is at fault.
type brokenMsg struct{ err error }

// ask is a command that asks something of the service. If that panics the chat ends, and the terminal is given back before it says
// why.
func (m *Model) ask(f func(context.Context, Service) tea.Msg) tea.Cmd {
	ctx, service := m.ctx, m.options.Service
	return func() (msg tea.Msg) {
		defer func() {
			if cause := recover(); cause != nil {
				msg = brokenMsg{fmt.Errorf("panic: %v\n\n%s", cause, debug.Stack())}
			}
		}()
		return f(ctx, service)
	}
}

// pursue asks for what the state of things calls for, whatever led to it.
func (m *Model) pursue() tea.Cmd {
	if m.open == nil || m.height == 0 {
		return m.moreThreads()
	}
	return tea.Batch(m.moreThreads(), m.morePast(), m.sendNext(), m.tellRead())
}

// enter opens a thread, or comes back to it.
func (m *Model) enter(id, topic string) {
	if m.open != nil {
		m.open.draft = m.composer.leave()
		m.sidebar.saw(m.open.id, time.UnixMilli(m.open.history.newest))
	}
	c := m.visited[id]
	if c == nil {
		c = newConversation(id, topic)
		m.visited[id] = c
	}
	m.open = c
	m.composer.begin(c.draft)
	m.sidebar.opened(id, topic)
	m.focus(composerPane)
}

func (m *Model) focus(p pane) {
	m.pane = p
	if p != historyPane && m.open != nil {
		m.open.selected = ""
	}
	m.composer.focus(p == composerPane)
}

// unsent are the texts of all threads that have not reached them.
func (m *Model) unsent() []Unsent {
	var list []Unsent
	for _, id := range m.sidebar.order(m.visited) {
		list = append(list, m.visited[id].outbox.unsent(id)...)
	}
	return list
}
