package tui

import (
	"fmt"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/acschat/acs-chat-go/chat"
)

// handleHistoryKey handles a key in the history.
func (m *Model) handleHistoryKey(msg tea.KeyPressMsg) tea.Cmd {
	switch k := m.keys; {
	case key.Matches(msg, k.up):
		m.selectBy(-1)
	case key.Matches(msg, k.down):
		m.selectBy(1)
	case key.Matches(msg, k.first):
		m.selectBy(-len(m.timeline().entries))
	case key.Matches(msg, k.last):
		m.selectBy(len(m.timeline().entries))
	case key.Matches(msg, k.back):
		m.focus(composerPane)
	default:
		return m.act(msg)
	}
	return nil
}

// act acts on the selected entry.
func (m *Model) act(msg tea.KeyPressMsg) tea.Cmd {
	t := m.timeline()
	e := t.entries[t.index(m.open.selected)]
	switch k := m.keys; {
	case key.Matches(msg, k.retry) && e.attempt.over():
		return m.retry(e.attempt)
	case key.Matches(msg, k.drop) && e.attempt.over():
		m.open.outbox.drop(e.attempt)
		m.open.selected = ""
		m.selectLastSeen()
	case key.Matches(msg, k.retry, k.drop):
		m.notice = "That key applies to messages that could not be sent or changed."
	case key.Matches(msg, k.edit):
		m.edit(e)
	case key.Matches(msg, k.remove):
		m.remove(e)
	}
	return nil
}

func (m *Model) retry(a *attempt) tea.Cmd {
	if a.action != sending {
		return m.attempt(a)
	}
	a.stage = waiting
	return nil // nextRequests sends it
}

func (m *Model) edit(e entry) {
	if why := m.unchangeable(e); why != "" {
		m.notice = why
		return
	}
	m.composer.change(*e.message)
	m.focus(composerPane)
}

func (m *Model) remove(e entry) {
	if why := m.unchangeable(e); why != "" {
		m.notice = why
		return
	}
	c := m.open
	m.question = &question{text: "Delete this message for all participants? y", yes: func() tea.Cmd {
		return m.attempt(c.outbox.change(deleting, e.key, ""))
	}}
}

// unchangeable returns why a message cannot be changed; "" if it can, as far as the client knows.
func (m *Model) unchangeable(e entry) string {
	switch {
	case e.message == nil || e.message.ID == "":
		return "Only a message that was sent can be changed."
	case e.attempt != nil && !e.attempt.over():
		return "It is already being changed."
	case !e.message.DeletedOn.IsZero():
		return "It is deleted."
	case e.message.Type != chat.MessageTypeText && e.message.Type != chat.MessageTypeHTML:
		return "System messages cannot be changed."
	case m.options.Self != nil && e.message.Sender != m.options.Self:
		return fmt.Sprintf("%s sent this message: only its sender can change it.", m.open.name(e.message.Sender, e.message.SenderDisplayName))
	}
	return ""
}

// selectBy moves the selection, and scrolls to it.
func (m *Model) selectBy(n int) {
	t, c := m.timeline(), m.open
	i := min(max(t.index(c.selected)+n, 0), len(t.entries)-1)
	c.selected = t.entries[i].key
	c.bottom = t.reveal(c.bottom, c.selected)
	if i == 0 {
		c.olderErr = nil // so that it is tried again
	}
}

// selectLastSeen selects the last visible entry.
func (m *Model) selectLastSeen() {
	t := m.timeline()
	_, _, last := t.window(m.open.bottom)
	m.open.selected = t.entries[last].key
}

// scroll scrolls by n rows, up if n is negative, and moves the selection.
func (m *Model) scroll(n int) {
	t, c := m.timeline(), m.open
	if n < 0 {
		c.bottom = t.up(c.bottom, -n)
		c.olderErr = nil // so that it is tried again
	} else {
		c.bottom = t.down(c.bottom, n)
	}
	if m.pane == historyPane {
		m.selectLastSeen()
	}
}
