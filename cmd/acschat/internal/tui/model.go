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

// Model is the state of a chat, a [tea.Model]. Use it in one program only.
type Model struct {
	ctx     context.Context // of all requests
	options Options
	broken  error // the error that ended the chat

	width, height int
	keys          keys
	look          look

	pane     pane
	helping  bool
	helpTop  int // its first visible row
	question *question
	notice   string
	away     bool // the terminal has lost the focus

	sidebar  sidebar
	composer composer
	open     *conversation // nil if none is chosen
	visited  map[string]*conversation
	schedule schedule
	live     live
}

// pane is a part of the screen that can have the focus.
type pane int

const (
	composerPane pane = iota
	sidebarPane
	historyPane
	panes // the number of panes
)

// question asks before an action that cannot be undone. Any key but y means no.
type question struct {
	text    string
	yes     func() tea.Cmd
	leaving bool // the key for leaving means yes too
}

// New returns the model of a chat. It loads the list of threads and the thread to open, and returns the error of the service, for
// example for an invalid token or for a thread that the user is not a participant of. ctx is used for all requests.
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
	if err != nil && !errors.Is(err, chat.ErrForbidden) { // a scope may allow a thread but not the list
		return nil, err
	}
	m.sidebar.begin(threads, err)
	m.schedule.start(threadsJob)
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

// Init connects, and starts polling.
func (m *Model) Init() tea.Cmd {
	m.schedule.begin()
	return tea.Batch(m.connect(), m.pollOpen(), m.after(threadsJob, nil))
}

// Close closes the live connection. It does nothing without one.
func (m *Model) Close() { m.live.close() }

// Update handles a message, and starts the requests that are due after it.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := m.take(msg)
	return m, tea.Batch(cmd, m.nextRequests())
}

func (m *Model) take(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		m.composer.fit(m.width)
		m.helpTop = 0
	case tea.KeyPressMsg:
		return m.handleKey(msg)
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
		return tea.Batch(m.pollOpen(), m.run(threadsJob))
	case dueMsg:
		if m.schedule.ready(msg) {
			return m.run(msg.job)
		}
	case connectMsg:
		return m.connect()
	case connectedMsg:
		return m.connected(msg)
	case eventMsg:
		return m.eventReceived(msg)
	case stateMsg:
		return m.stateChanged(msg)
	case pageMsg:
		return m.pageReceived(msg)
	case changesMsg:
		return m.changesReceived(msg)
	case peopleMsg:
		m.peopleReceived(msg)
	case receiptsMsg:
		return m.receiptsReceived(msg)
	case threadsMsg:
		return m.threadsReceived(msg)
	case sentMsg:
		m.sendDone(msg)
	case changedMsg:
		m.changeDone(msg)
	case readMsg:
		m.receiptDone(msg)
	case receiptDueMsg:
		msg.of.read.waiting = false
	}
	return nil
}

// brokenMsg reports a bug in the program.
type brokenMsg struct{ err error }

// ask returns a command that calls the service. A panic ends the chat, after the terminal is restored.
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

// nextRequests returns the requests that the state requires.
func (m *Model) nextRequests() tea.Cmd {
	if m.open == nil || m.height == 0 {
		return m.moreThreads()
	}
	return tea.Batch(m.moreThreads(), m.loadOlder(), m.sendNext(), m.sendReceipt())
}

// enter opens a thread, or returns to it.
func (m *Model) enter(id, topic string) {
	if m.open != nil {
		m.open.draft = m.composer.leave()
		m.sidebar.markSeen(m.open.id, time.UnixMilli(m.open.history.newest))
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

// unsent returns the messages of all threads that were not sent.
func (m *Model) unsent() []Unsent {
	var list []Unsent
	for _, id := range m.sidebar.order(m.visited) {
		list = append(list, m.visited[id].outbox.unsent(id)...)
	}
	return list
}
