package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// shortHelp returns the keys that work now, the most important first, since the screen may be too narrow for all.
func (m *Model) shortHelp() string {
	k := m.keys
	bindings := []key.Binding{k.send, k.help, k.quit, k.newline, k.toMessages, k.pageUp, k.next}
	switch {
	case m.helping:
		bindings = []key.Binding{k.help, k.quit, k.up, k.down}
	case m.pane == sidebarPane:
		bindings = []key.Binding{k.open, k.help, k.quit, k.up, k.down, k.next}
	case m.pane == historyPane:
		bindings = []key.Binding{k.back, k.help, k.edit, k.remove, k.retry, k.drop, k.quit}
	case m.composer.editing != "":
		k.send.SetHelp("enter", "save")
		k.cancel.SetHelp("esc", "leave it as it was")
		bindings = []key.Binding{k.send, k.cancel, k.help, k.quit, k.newline}
	}
	var words []string
	for _, b := range bindings {
		words = append(words, m.look.strong.Render(b.Help().Key)+" "+m.look.faint.Render(b.Help().Desc))
	}
	return strings.Join(words, m.look.faint.Render(" · "))
}

// helpPage returns the visible rows of the help.
func (m *Model) helpPage(height int) []string {
	rows := m.helpRows()[m.helpTop:]
	for len(rows) < height {
		rows = append(rows, "")
	}
	return rows[:height]
}

// scrollHelp scrolls the help if it is longer than the screen.
func (m *Model) scrollHelp(msg tea.KeyPressMsg) {
	switch k := m.keys; {
	case key.Matches(msg, k.up):
		m.helpTop = max(m.helpTop-1, 0)
	case key.Matches(msg, k.down):
		m.helpTop = max(m.helpTop, min(m.helpTop+1, len(m.helpRows())-m.helpHeight()))
	}
}

// helpHeight returns the rows between the header and its rule, and the last line.
func (m *Model) helpHeight() int { return max(m.height-3, 0) }

// helpRows returns all keys, and explains which indicators are not shown.
func (m *Model) helpRows() []string {
	k := m.keys
	writing := m.helpGroup("Writing", k.send, k.newline, k.toMessages, k.cancel)
	messages := m.helpGroup("In the messages", k.up, k.down, k.first, k.last, k.edit, k.remove, k.retry, k.drop, k.back)
	threads := m.helpGroup("In the threads", k.up, k.down, k.open)
	everywhere := m.helpGroup("Everywhere", k.pageUp, k.pageDown, k.next, k.previous, k.help, k.suspend, k.quit)
	var rows []string
	if m.width >= minWideWidth {
		rows = columns(slices.Concat(writing, everywhere), slices.Concat(messages, threads), m.width/2)
	} else {
		rows = slices.Concat(writing, messages, threads, everywhere)
	}
	for _, line := range []string{
		"✓ read by … marks the last message that a participant has read. The service supports read receipts and typing notifications in " +
			"threads of up to 20 participants.",
		"Who is typing is shown while there is a live connection. Without one, the line above the text says so, and new messages are polled.",
	} {
		rows = append(rows, wrapped(line, m.width)...)
	}
	return rows
}

func (m *Model) helpGroup(title string, bindings ...key.Binding) []string {
	rows := []string{m.look.strong.Render(title)}
	for _, b := range bindings {
		rows = append(rows, "  "+cell(b.Help().Key, 11)+b.Help().Desc)
	}
	return append(rows, "")
}

// columns arranges rows side by side.
func columns(left, right []string, width int) []string {
	var rows []string
	for i := range max(len(left), len(right)) {
		row := cell("", width)
		if i < len(left) {
			row = cell(left[i], width)
		}
		if i < len(right) {
			row += right[i]
		}
		rows = append(rows, row)
	}
	return rows
}
