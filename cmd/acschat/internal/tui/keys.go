package tui

import (
	"fmt"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// keys are the key bindings, with their help.
type keys struct {
	send, newline, toMessages, cancel key.Binding // in the text

	up, down, first, last, edit, remove, retry, drop, back key.Binding // among messages and threads

	open key.Binding // among threads

	pageUp, pageDown, next, previous, help, suspend, quit key.Binding // everywhere
}

func newKeys() keys {
	bind := func(shown, does string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(shown, does))
	}
	return keys{
		send:       bind("enter", "send", "enter"),
		newline:    bind("alt+enter", "new line", "alt+enter", "shift+enter", "ctrl+j"),
		toMessages: bind("↑", "to the messages", "up"),
		cancel:     bind("esc", "to the newest, or cancel a change", "esc"),

		up:     bind("↑", "up", "up", "k"),
		down:   bind("↓", "down", "down", "j"),
		first:  bind("g", "to the oldest read", "home", "g"),
		last:   bind("G", "to the newest", "end", "G"),
		edit:   bind("e", "change", "e"),
		remove: bind("d", "delete", "d", "delete"),
		retry:  bind("r", "try again", "r"),
		drop:   bind("x", "drop", "x"),
		back:   bind("esc", "back to the text", "esc", "enter", "i"),

		open: bind("enter", "open", "enter"),

		pageUp:   bind("pgup", "older", "pgup"),
		pageDown: bind("pgdn", "newer", "pgdown"),
		next:     bind("tab", "threads, messages", "tab"),
		previous: bind("shift+tab", "the other way", "shift+tab"),
		help:     bind("f1", "help", "f1", "ctrl+g"),
		suspend:  bind("ctrl+z", "suspend", "ctrl+z"),
		quit:     bind("ctrl+c", "leave", "ctrl+c"),
	}
}

// handleKey passes a key to the pane that handles it.
func (m *Model) handleKey(msg tea.KeyPressMsg) tea.Cmd {
	m.notice = ""
	if q := m.question; q != nil {
		m.question = nil
		if msg.String() == "y" || q.leaving && key.Matches(msg, m.keys.quit) {
			return q.yes()
		}
		return nil
	}
	switch k := m.keys; {
	case key.Matches(msg, k.quit):
		return m.quit()
	case key.Matches(msg, k.suspend):
		return tea.Suspend
	case key.Matches(msg, k.help), m.helping && key.Matches(msg, k.cancel):
		m.helping, m.helpTop = !m.helping, 0
	case m.helping:
		m.scrollHelp(msg)
	case key.Matches(msg, k.next):
		m.focusNext(1)
	case key.Matches(msg, k.previous):
		m.focusNext(-1)
	case m.open != nil && key.Matches(msg, k.pageUp):
		m.scroll(-m.body().height + 1)
	case m.open != nil && key.Matches(msg, k.pageDown):
		m.scroll(m.body().height - 1)
	case m.pane == sidebarPane:
		return m.handleThreadKey(msg)
	case m.pane == historyPane:
		return m.handleHistoryKey(msg)
	default:
		return m.handleComposerKey(msg)
	}
	return nil
}

func (m *Model) handleComposerKey(msg tea.KeyPressMsg) tea.Cmd {
	switch k := m.keys; {
	case m.open == nil:
		m.focus(sidebarPane)
	case key.Matches(msg, k.send):
		return m.submit()
	case key.Matches(msg, k.cancel) && m.composer.editing != "":
		m.composer.leave()
	case key.Matches(msg, k.cancel):
		m.open.bottom = place{}
	case key.Matches(msg, k.toMessages) && m.composer.atTop():
		m.focus(historyPane)
		m.selectLastSeen()
	default:
		return m.write(msg)
	}
	return nil
}

// focusNext cycles through the panes.
func (m *Model) focusNext(by pane) {
	m.focus((m.pane + by + panes) % panes)
	if m.pane == historyPane && m.open != nil {
		m.selectLastSeen()
	}
	if m.open == nil {
		m.focus(sidebarPane)
	}
}

// quit asks before it discards messages that were not sent.
func (m *Model) quit() tea.Cmd {
	n := len(m.unsent())
	if n == 0 {
		return tea.Quit
	}
	text := fmt.Sprintf("%d of your messages or changes were not sent. Leave anyway? y", n)
	m.question = &question{text: text, leaving: true, yes: func() tea.Cmd { return tea.Quit }}
	return nil
}
