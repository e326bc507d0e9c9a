package tui

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// rect is the size of a part of the screen.
type rect struct{ width, height int }

const (
	sideWidth    = 26
	minWideWidth = 72 // of a screen that shows both panes
)

// side returns the size of the list of threads. On a narrow screen it replaces the history while it has the focus.
func (m *Model) side() rect {
	height := max(m.height-4-m.composer.area.Height(), 0) // less the header, two rules and the last line
	switch {
	case m.width >= minWideWidth:
		return rect{sideWidth, height}
	case m.pane == sidebarPane:
		return rect{m.width, height}
	}
	return rect{0, height}
}

// body returns the size of the history.
func (m *Model) body() rect {
	side := m.side()
	if side.width == 0 {
		return rect{m.width, side.height}
	}
	return rect{max(m.width-side.width-1, 0), side.height}
}

// timeline returns the history as it is drawn.
func (m *Model) timeline() *timeline {
	s := newSheet(m.open, m.options.Self, m.look, m.body().width)
	return newTimeline(s.entries, max(m.body().height, 1), s.draw)
}

// View draws the screen.
func (m *Model) View() tea.View {
	view := tea.NewView("")
	view.AltScreen, view.ReportFocus = true, true
	if m.width == 0 || m.height == 0 {
		return view
	}
	rows := []string{m.header(), m.look.faint.Render(rule("", m.width))}
	if m.helping {
		rows = append(rows, m.helpPage(m.helpHeight())...)
	} else {
		rows = append(rows, m.middle()...)
		rows = append(rows, m.divider())
		view.Cursor = m.cursor(len(rows))
		rows = append(rows, strings.Split(m.composer.area.View(), "\n")...)
	}
	rows = append(rows, m.lastLine())
	if above := len(rows) - m.height; above > 0 { // a tiny screen shows its end, with the composer
		rows = rows[above:]
		if view.Cursor != nil {
			view.Cursor.Y = max(view.Cursor.Y-above, 0)
		}
	}
	for i, row := range rows {
		rows[i] = ansi.Truncate(row, m.width, "")
	}
	view.SetContent(strings.Join(rows, "\n"))
	return view
}

// cursor returns the cursor of the composer, which is below so many rows; nil if it has not the focus.
func (m *Model) cursor(above int) *tea.Cursor {
	cursor := m.composer.area.Cursor()
	if cursor == nil || m.question != nil {
		return nil
	}
	cursor.Y += above
	return cursor
}

// header shows the topic and the participants.
func (m *Model) header() string {
	c := m.open
	if c == nil {
		return m.look.strong.Render(cell("acschat", m.width))
	}
	var names []string
	for _, p := range c.people {
		name := c.name(p.Identifier, p.DisplayName)
		if p.Identifier == m.options.Self {
			name += " (you)"
		}
		names = append(names, name)
	}
	text := m.look.strong.Render(c.title())
	if len(names) > 0 {
		text += m.look.faint.Render(fmt.Sprintf(" · %d: %s", len(names), strings.Join(names, ", ")))
	}
	return cell(text, m.width)
}

// middle shows the threads and the history side by side.
func (m *Model) middle() []string {
	side, body := m.side(), m.body()
	rows := make([]string, side.height)
	threads := m.threadRows(side)
	history := m.historyRows(body)
	for i := range rows {
		switch {
		case side.width == 0:
			rows[i] = history[i]
		case body.width == 0:
			rows[i] = threads[i]
		default:
			rows[i] = threads[i] + m.look.faint.Render("│") + history[i]
		}
	}
	return rows
}

// historyRows returns the rows of the history, aligned to the bottom.
func (m *Model) historyRows(r rect) []string {
	rows := make([]string, r.height)
	if r.height == 0 {
		return rows
	}
	if m.open == nil {
		rows[r.height-1] = "  Choose a thread: ↑ ↓ and enter."
		if len(m.sidebar.threads) == 0 && m.sidebar.trouble == nil {
			rows[r.height-1] = "  To create a thread: acschat thread create --topic TOPIC"
		}
		return rows
	}
	seen, _, _ := m.timeline().window(m.open.bottom)
	copy(rows[r.height-len(seen):], seen)
	return rows
}

// divider separates the history and the composer, and shows the state.
func (m *Model) divider() string {
	c := m.open
	if c == nil {
		return m.look.faint.Render(rule("", m.width))
	}
	if c.trouble != nil && c.history.begun {
		return m.look.trouble.Render(rule("Retrying: "+reason(c.trouble), m.width))
	}
	var words []string
	switch {
	case m.composer.editing != "":
		words = append(words, "Editing a message")
	case c.bottom != place{}:
		words = append(words, "There are newer messages: esc")
	}
	if typing := c.whoTypes(time.Now()); typing != "" {
		words = append(words, typing)
	}
	if m.options.Quiet {
		words = append(words, "Quiet: no typing notifications and read receipts")
	}
	if err := m.live.trouble; err != nil {
		words = append(words, "No live connection, polling instead: "+reason(err))
	}
	return m.look.faint.Render(rule(strings.Join(words, " · "), m.width))
}

// lastLine shows a question or a notice, or else the keys.
func (m *Model) lastLine() string {
	switch {
	case m.question != nil:
		return m.look.strong.Render(cell(m.question.text, m.width))
	case m.notice != "":
		return m.look.strong.Render(cell(m.notice, m.width))
	}
	return cell(m.shortHelp(), m.width)
}
