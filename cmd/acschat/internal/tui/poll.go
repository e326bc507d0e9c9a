package tui

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/acschat/acs-chat-go/chat"
)

// job is something that is done again and again, since the service tells of nothing by itself.
type job int

const (
	messagesJob job = iota
	companyJob      // who is in the thread, and how far they have read
	threadsJob
	jobs
)

// schedule says when. The published limits, for each user, are 200 looks at messages a minute, 5 at receipts and 10 at people in ten
// seconds, and 50 at threads in ten seconds.
type schedule struct {
	every    [jobs]time.Duration
	failures [jobs]int // in a row
	turn     int       // what was due in an earlier turn is not any more
}

func newSchedule(interval time.Duration) schedule {
	return schedule{every: [jobs]time.Duration{messagesJob: interval, companyJob: 5 * time.Second, threadsJob: 15 * time.Second}}
}

// begin begins a turn: with another thread, or after a rest.
func (s *schedule) begin() {
	s.turn++
	s.failures = [jobs]int{}
}

func (s *schedule) current(turn int) bool { return turn == s.turn }

// pause is how long to wait after a job that ended with err: longer after each failure, and no less than the service asks for.
func (s *schedule) pause(j job, err error) time.Duration {
	const longest = 30 * time.Second
	if err == nil {
		s.failures[j] = 0
		return s.every[j]
	}
	s.failures[j] = min(s.failures[j]+1, 6)
	pause := min(s.every[j]<<s.failures[j], longest)
	if refusal, ok := errors.AsType[*chat.Error](err); ok {
		pause = max(pause, refusal.RetryAfter)
	}
	return pause
}

// dueMsg says that it is time for a job.
type dueMsg struct {
	job  job
	turn int
}

// after has a job done again.
func (m *Model) after(j job, err error) tea.Cmd {
	turn := m.schedule.turn
	return tea.Tick(m.schedule.pause(j, err), func(time.Time) tea.Msg { return dueMsg{j, turn} })
}

func (m *Model) due(j job) tea.Cmd {
	switch {
	case j == threadsJob:
		return m.listThreads("")
	case m.open == nil:
		return nil
	case j == messagesJob:
		return m.lookForMessages()
	}
	return m.lookForCompany()
}

// listen looks at the open thread at once, and from then on.
func (m *Model) listen() tea.Cmd {
	return tea.Batch(m.due(messagesJob), m.due(companyJob))
}

// pageMsg is a page of the history: the first one, or the one behind token.
type pageMsg struct {
	of    *conversation
	turn  int
	token string
	page  chat.Page[chat.Message]
	err   error
}

// changesMsg is what has changed since the last look.
type changesMsg struct {
	of       *conversation
	turn     int
	messages []chat.Message
	complete bool
	err      error
}

// lookBack is how long a message may take to appear behind one with a higher version: many machines write a thread.
const lookBack = 10_000 // milliseconds, as versions count

func (m *Model) lookForMessages() tea.Cmd {
	c, turn, after := m.open, m.schedule.turn, m.open.history.newest-lookBack
	if !c.history.begun {
		return m.page(c, "")
	}
	return m.ask(func(ctx context.Context, s Service) tea.Msg {
		messages, complete, err := s.Changes(ctx, c.id, after)
		return changesMsg{c, turn, messages, complete, err}
	})
}

// morePast asks for the page before when its place comes near.
func (m *Model) morePast() tea.Cmd {
	const near = 10 // entries
	c := m.open
	if !c.history.begun || c.history.whole || c.loadingOlder || c.olderTrouble != nil {
		return nil
	}
	if _, first, _ := m.timeline().window(c.bottom); first > near {
		return nil
	}
	c.loadingOlder = true
	return m.page(c, c.history.older)
}

func (m *Model) page(c *conversation, token string) tea.Cmd {
	turn := m.schedule.turn
	return m.ask(func(ctx context.Context, s Service) tea.Msg {
		page, err := s.Messages(ctx, c.id, token)
		return pageMsg{c, turn, token, page, err}
	})
}

func (m *Model) pageCame(msg pageMsg) tea.Cmd {
	c, older := msg.of, msg.token != ""
	if older {
		c.loadingOlder, c.olderTrouble = false, msg.err
	} else {
		c.trouble = msg.err
	}
	if msg.err == nil && older == c.history.begun && msg.token == c.history.older { // else the history was begun anew meanwhile
		c.history.read(msg.page)
	}
	if older || !m.schedule.current(msg.turn) {
		return nil
	}
	return m.after(messagesJob, msg.err)
}

func (m *Model) changesCame(msg changesMsg) tea.Cmd {
	c := msg.of
	c.trouble = msg.err
	switch {
	case msg.err != nil:
	case msg.complete:
		c.hear(msg.messages)
	default: // nobody has looked for long, and reading all of it would take longer than starting over
		c.history, c.bottom, c.stale = history{}, place{}, true
		m.notice = "Much was written meanwhile: here is the newest."
		if m.schedule.current(msg.turn) {
			return m.lookForMessages()
		}
	}
	if !m.schedule.current(msg.turn) {
		return nil
	}
	return m.after(messagesJob, msg.err)
}
