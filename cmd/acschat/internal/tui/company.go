package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/acschat/acs-chat-go/chat"
)

// peopleMsg is who is in a thread.
type peopleMsg struct {
	of     *conversation
	people []chat.Participant
	err    error
}

// receiptsMsg is how far everybody in it has read.
type receiptsMsg struct {
	of       *conversation
	turn     int
	receipts []chat.ReadReceipt
	err      error
}

// lookForCompany asks how far everybody has read and, when people came or went, who they are.
func (m *Model) lookForCompany() tea.Cmd {
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

// peopleCame keeps the names there are when the service gave none: it is asked again.
func (m *Model) peopleCame(msg peopleMsg) {
	if msg.err == nil {
		msg.of.meet(msg.people)
	}
}

func (m *Model) receiptsCame(msg receiptsMsg) tea.Cmd {
	c := msg.of
	c.read.known = true
	if msg.err == nil {
		c.receipts = msg.receipts
	}
	for _, r := range c.receipts {
		if r.Sender == m.options.Self {
			c.read.told = max(c.read.told, number(r.MessageID))
		}
	}
	if !m.schedule.current(msg.turn) {
		return nil
	}
	return m.after(companyJob, msg.err)
}

// reading is how far the user has read a thread, as the others are told.
type reading struct {
	known bool      // the service has been asked
	told  int64     // the id of the latest message
	at    time.Time // when
}

// readMsg is what became of a receipt.
type readMsg struct{ err error }

// tellRead sends a receipt for the newest message of somebody else that is to be seen, when the person is looking.
func (m *Model) tellRead() tea.Cmd {
	const least = 2 * time.Second // the service takes 10 in ten seconds
	c := m.open
	if m.options.Quiet || m.away || m.helping || !c.read.known || time.Since(c.read.at) < least {
		return nil
	}
	seen := m.newestSeen()
	if number(seen) <= c.read.told {
		return nil
	}
	c.read.told, c.read.at = number(seen), time.Now() // a receipt that fails is not sent again; the next one says more
	return m.ask(func(ctx context.Context, s Service) tea.Msg { return readMsg{s.Read(ctx, c.id, seen)} })
}

// newestSeen is the id of a message, "" for none.
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

func (m *Model) wasRead(msg readMsg) {
	if msg.err != nil && m.ctx.Err() == nil {
		m.notice = "The others don't see what you have read: " + why(msg.err)
	}
}

// tellTyping tells the others that the user is typing, as often as they need it and the service allows: 5 in ten seconds, 15 a
// minute.
func (m *Model) tellTyping() tea.Cmd {
	const again = 8 * time.Second
	c := m.open
	if m.options.Quiet || time.Since(c.typing) < again {
		return nil
	}
	c.typing = time.Now()
	return m.ask(func(ctx context.Context, s Service) tea.Msg {
		_ = s.Typing(ctx, c.id) // nobody can do anything about one that is lost
		return nil
	})
}
