package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/follow"
)

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

func (m *Model) pollMessages() tea.Cmd {
	c, turn, after := m.open, m.schedule.turn, follow.BeforeLate(m.open.history.newest)
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
	var cmd tea.Cmd
	switch {
	case msg.err != nil:
	case msg.complete:
		if c.addMessages(msg.messages) && m.open == c {
			cmd = m.soon(peopleJob)
		}
	default: // after a long pause, starting over is faster than loading all changes
		c.history, c.bottom, c.stale = history{}, place{}, true
		m.notice = "There are many new messages: these are the latest."
		if m.schedule.current(msg.turn) {
			return m.pollMessages()
		}
	}
	if !m.schedule.current(msg.turn) {
		return cmd
	}
	return tea.Batch(cmd, m.after(messagesJob, msg.err))
}
