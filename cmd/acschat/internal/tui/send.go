package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/follow"
)

// sentMsg is the result of sending a message.
type sentMsg struct {
	of  *conversation
	a   *attempt
	id  string
	err error
}

// changedMsg is the result of an edit or a deletion.
type changedMsg struct {
	of  *conversation
	a   *attempt
	err error
}

// sendNext sends the next message of the queue.
func (m *Model) sendNext() tea.Cmd {
	var cmds []tea.Cmd
	for _, c := range m.visited { // also of a thread that was left meanwhile
		if a := c.outbox.next(); a != nil {
			cmds = append(cmds, m.send(c, a))
		}
	}
	return tea.Batch(cmds...)
}

func (m *Model) send(c *conversation, a *attempt) tea.Cmd {
	a.stage = inProgress
	text := a.text
	return m.ask(func(ctx context.Context, s Service) tea.Msg {
		id, err := s.Send(ctx, c.id, text)
		return sentMsg{c, a, id, err}
	})
}

// sendDone shows the sent message before it is listed.
func (m *Model) sendDone(msg sentMsg) {
	if msg.err != nil {
		msg.a.failed(msg.err)
		return
	}
	c := msg.of
	c.outbox.drop(msg.a)
	m.sidebar.markSeen(c.id, time.UnixMilli(follow.Number(msg.id)))
	c.history.keep(chat.Message{
		ID: msg.id, Version: msg.id, Type: chat.MessageTypeText, Content: chat.MessageContent{Message: msg.a.text},
		Sender: m.options.Self, CreatedOn: time.UnixMilli(follow.Number(msg.id)),
	})
	if c.selected == msg.a.id {
		c.selected = msg.id
	}
}

// attempt edits or deletes.
func (m *Model) attempt(a *attempt) tea.Cmd {
	a.stage = inProgress
	c, action, id, text := m.open, a.action, a.id, a.text
	return m.ask(func(ctx context.Context, s Service) tea.Msg {
		if action == deleting {
			return changedMsg{c, a, s.Delete(ctx, c.id, id)}
		}
		return changedMsg{c, a, s.Edit(ctx, c.id, id, text)}
	})
}

// changeDone shows the changed message before it is listed.
func (m *Model) changeDone(msg changedMsg) {
	if msg.err != nil {
		msg.a.failed(msg.err)
		return
	}
	msg.of.outbox.drop(msg.a)
	msg.of.history.rewrite(msg.a.id, func(message *chat.Message) {
		if msg.a.action == deleting {
			message.Content, message.DeletedOn = chat.MessageContent{}, time.Now()
			return
		}
		message.Content.Message, message.EditedOn = msg.a.text, time.Now()
	})
}
