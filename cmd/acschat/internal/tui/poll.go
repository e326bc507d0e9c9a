package tui

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/acschat/acs-chat-go/chat"
)

// job is something that is polled.
type job int

const (
	messagesJob job = iota
	peopleJob       // participants and read receipts
	threadsJob
	jobs
)

// schedule says when. The published limits per user are 200 requests per minute for messages and, per ten seconds, 5 for receipts,
// 10 for participants and 50 for threads.
type schedule struct {
	every    [jobs]time.Duration
	failures [jobs]int // in a row
	turn     int       // jobs of an earlier turn are dropped
}

func newSchedule(interval time.Duration) schedule {
	return schedule{every: [jobs]time.Duration{messagesJob: interval, peopleJob: 5 * time.Second, threadsJob: 15 * time.Second}}
}

// begin starts a turn: with another thread, or after a suspension.
func (s *schedule) begin() {
	s.turn++
	s.failures = [jobs]int{}
}

func (s *schedule) current(turn int) bool { return turn == s.turn }

// pause returns how long to wait after a job: longer after each failure in a row, and at least as long as the service asks.
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

// dueMsg says that a job is due.
type dueMsg struct {
	job  job
	turn int
}

// after schedules the next run of a job.
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
		return m.pollMessages()
	}
	return m.pollPeople()
}

// listen starts polling the open thread.
func (m *Model) listen() tea.Cmd {
	return tea.Batch(m.due(messagesJob), m.due(peopleJob))
}

// pageMsg is a page of the history: the first, or the one at token.
type pageMsg struct {
	of    *conversation
	turn  int
	token string
	page  chat.Page[chat.Message]
	err   error
}

// changesMsg has the changes since the last poll.
type changesMsg struct {
	of       *conversation
	turn     int
	messages []chat.Message
	complete bool
	err      error
}

// lookBack is how late a message may appear behind one with a higher version: several machines write a thread.
const lookBack = 10_000 // milliseconds, as versions count

func (m *Model) pollMessages() tea.Cmd {
	c, turn, after := m.open, m.schedule.turn, m.open.history.newest-lookBack
	if !c.history.begun {
		return m.page(c, "")
	}
	return m.ask(func(ctx context.Context, s Service) tea.Msg {
		messages, complete, err := s.Changes(ctx, c.id, after)
		return changesMsg{c, turn, messages, complete, err}
	})
}

// loadOlder loads the previous page when it is nearly visible.
func (m *Model) loadOlder() tea.Cmd {
	const near = 10 // entries
	c := m.open
	if !c.history.begun || c.history.whole || c.loadingOlder || c.olderErr != nil {
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

func (m *Model) pageReceived(msg pageMsg) tea.Cmd {
	c, older := msg.of, msg.token != ""
	if older {
		c.loadingOlder, c.olderErr = false, msg.err
	} else {
		c.trouble = msg.err
	}
	if msg.err == nil && older == c.history.begun && msg.token == c.history.older { // else the history was reset meanwhile
		c.history.read(msg.page)
	}
	if older || !m.schedule.current(msg.turn) {
		return nil
	}
	return m.after(messagesJob, msg.err)
}

func (m *Model) changesReceived(msg changesMsg) tea.Cmd {
	c := msg.of
	c.trouble = msg.err
	switch {
	case msg.err != nil:
	case msg.complete:
		c.addMessages(msg.messages)
	default: // after a long pause, starting over is faster than loading all changes
		c.history, c.bottom, c.stale = history{}, place{}, true
		m.notice = "There are many new messages: these are the latest."
		if m.schedule.current(msg.turn) {
			return m.pollMessages()
		}
	}
	if !m.schedule.current(msg.turn) {
		return nil
	}
	return m.after(messagesJob, msg.err)
}
