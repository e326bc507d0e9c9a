package tui

import (
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
)

// typist is a user who is typing.
type typist struct {
	id    chat.Identifier
	name  string // of the notification
	until time.Time
}

// typingOverMsg says that a notification is no longer shown.
type typingOverMsg struct{}

// typingReceived shows that another user is typing. Clients repeat the notification every eight seconds.
func (m *Model) typingReceived(e events.TypingIndicatorReceived) tea.Cmd {
	const shown = 10 * time.Second
	c := m.visited[e.ThreadID]
	if c == nil || e.Sender == nil || e.Sender == m.options.Self {
		return nil
	}
	c.typingOver(e.Sender)
	c.typists = append(c.typists, typist{e.Sender, e.SenderDisplayName, time.Now().Add(shown)})
	return tea.Tick(shown, func(time.Time) tea.Msg { return typingOverMsg{} })
}

func (c *conversation) typingOver(id chat.Identifier) {
	c.typists = slices.DeleteFunc(c.typists, func(t typist) bool { return t.id == id })
}

// whoTypes describes who is typing; it is "" if no one is.
func (c *conversation) whoTypes(now time.Time) string {
	var names []string
	for _, t := range c.typists {
		if t.until.After(now) {
			names = append(names, c.name(t.id, t.name))
		}
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0] + " is typing"
	case 2:
		return names[0] + " and " + names[1] + " are typing"
	}
	return fmt.Sprintf("%d people are typing", len(names))
}
