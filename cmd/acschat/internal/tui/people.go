package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/follow"
)

// peopleMsg has the participants of a thread.
type peopleMsg struct {
	of     *conversation
	people []chat.Participant
	err    error
}

// receiptsMsg has the read receipts of a thread.
type receiptsMsg struct {
	of       *conversation
	turn     int
	receipts []chat.ReadReceipt
	err      error
}

// pollPeople loads the read receipts and, if participants have changed, the participants.
func (m *Model) pollPeople() tea.Cmd {
	c, turn := m.open, m.schedule.turn
	receipts := m.ask(func(ctx context.Context, s Service) tea.Msg {
		receipts, err := s.Receipts(ctx, c.id)
		return receiptsMsg{c, turn, receipts, err}
	})
	if !c.stale {
		return receipts
	}
	return tea.Batch(receipts, m.ask(func(ctx context.Context, s Service) tea.Msg {
		people, err := s.People(ctx, c.id)
		return peopleMsg{c, people, err}
	}))
}

// peopleReceived keeps the known names after an error; they are loaded again later.
func (m *Model) peopleReceived(msg peopleMsg) {
	if msg.err == nil {
		msg.of.setPeople(msg.people)
	}
}

func (m *Model) receiptsReceived(msg receiptsMsg) tea.Cmd {
	c := msg.of
	c.read.known = true
	if msg.err == nil {
		c.addReceipts(msg.receipts...)
	}
	for _, r := range c.receipts {
		if r.Sender == m.options.Self {
			c.read.told = max(c.read.told, follow.Number(r.MessageID))
		}
	}
	if !m.schedule.current(msg.turn) {
		return nil
	}
	return m.after(peopleJob, msg.err)
}

// reading is the state of the user's own read receipts.
type reading struct {
	known   bool      // the receipts have been loaded
	told    int64     // the id of the message in the latest receipt
	at      time.Time // when
	waiting bool      // for the next receipt to be allowed
}

// receiptDueMsg says that another receipt may be sent.
type receiptDueMsg struct{ of *conversation }

// readMsg is the result of sending a receipt.
type readMsg struct{ err error }

// sendReceipt sends a receipt for the newest visible message of another user, if the terminal has the focus.
func (m *Model) sendReceipt() tea.Cmd {
	const least = 2 * time.Second // the service accepts 10 in ten seconds
	c := m.open
	if m.options.Quiet || m.away || m.helping || !c.read.known || c.read.waiting {
		return nil
	}
	seen := m.newestSeen()
	if follow.Number(seen) <= c.read.told {
		return nil
	}
	if wait := least - time.Since(c.read.at); wait > 0 {
		c.read.waiting = true
		return tea.Tick(wait, func(time.Time) tea.Msg { return receiptDueMsg{c} })
	}
	c.read.told, c.read.at = follow.Number(seen), time.Now() // a failed receipt is not repeated; the next one replaces it
	return m.ask(func(ctx context.Context, s Service) tea.Msg { return readMsg{s.Read(ctx, c.id, seen)} })
}

// newestSeen returns the id of that message, "" if there is none.
func (m *Model) newestSeen() string {
	if m.body().height == 0 {
		return ""
	}
	t := m.timeline()
	_, first, last := t.window(m.open.bottom)
	for i := last; i >= first; i-- {
		if e := t.entries[i]; e.message != nil && e.message.ID != "" && e.message.Sender != nil && e.message.Sender != m.options.Self {
			return e.message.ID
		}
	}
	return ""
}

func (m *Model) receiptDone(msg readMsg) {
	if msg.err != nil && m.ctx.Err() == nil {
		m.notice = "The read receipt was not sent: " + reason(msg.err)
	}
}

// sendTyping sends a typing notification every eight seconds. The service accepts 5 in ten seconds and 15 per minute.
func (m *Model) sendTyping() tea.Cmd {
	const again = 8 * time.Second
	c := m.open
	if m.options.Quiet || time.Since(c.typing) < again {
		return nil
	}
	c.typing = time.Now()
	return m.ask(func(ctx context.Context, s Service) tea.Msg {
		_ = s.Typing(ctx, c.id) // a lost notification does not matter
		return nil
	})
}
