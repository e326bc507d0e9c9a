package tui

import (
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textarea"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

// composer is the input of a message, new or edited.
type composer struct {
	area    textarea.Model
	editing string // the id of the message that is changed, "" when a new one is written
	draft   string // of a new one, while another is changed
}

const composerHeight = 6 // at most

func newComposer() composer {
	area := textarea.New()
	area.Prompt, area.ShowLineNumbers = "", false
	area.CharLimit, area.MaxContentHeight = 0, 10_000 // how long a message may be is the service's to say
	area.DynamicHeight, area.MinHeight, area.MaxHeight = true, 1, composerHeight
	area.Placeholder = "Write a message"
	area.KeyMap.InsertNewline = key.NewBinding(key.WithKeys("alt+enter", "shift+enter", "ctrl+j"))
	area.KeyMap.Paste.Unbind() // the terminal pastes; the clipboard would be read by other programs
	area.KeyMap.CopySelection.Unbind()
	area.SetVirtualCursor(false)
	plain := textarea.StyleState{Placeholder: lipgloss.NewStyle().Faint(true)}
	area.SetStyles(textarea.Styles{Focused: plain, Blurred: plain, Cursor: textarea.CursorStyle{Blink: true}})
	return composer{area: area}
}

func (c *composer) fit(width int) {
	c.area.SetWidth(max(width, 1))
	c.area, _ = c.area.Update(nil) // which scrolls to the cursor
}

func (c *composer) focus(on bool) {
	if on {
		c.area.Focus()
	} else {
		c.area.Blur()
	}
}

// begin shows a draft.
func (c *composer) begin(text string) {
	c.area.SetValue(text)
	c.area.MoveToEnd()
}

// change starts to edit a message.
func (c *composer) change(m chat.Message) {
	if c.editing == "" {
		c.draft = c.area.Value()
	}
	c.editing = m.ID
	c.begin(m.Content.Message)
}

// leave ends an edit, and returns the draft of a new message.
func (c *composer) leave() string {
	if c.editing != "" {
		c.begin(c.draft)
		c.editing, c.draft = "", ""
	}
	return c.area.Value()
}

// atTop reports whether the cursor is in the first row.
func (c *composer) atTop() bool { return c.area.Line() == 0 && c.area.LineInfo().RowOffset == 0 }

// write passes a key to the input.
func (m *Model) write(msg tea.Msg) tea.Cmd {
	before := m.composer.area.Value()
	var cmd tea.Cmd
	m.composer.area, cmd = m.composer.area.Update(msg)
	if text := m.composer.area.Value(); text == before || strings.TrimSpace(text) == "" || m.composer.editing != "" || m.open == nil {
		return cmd
	}
	return tea.Batch(cmd, m.sendTyping())
}

// paste inserts a text without invisible characters.
func (m *Model) paste(msg tea.PasteMsg) tea.Cmd {
	if m.pane != composerPane || m.helping {
		return nil
	}
	text := strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || harmless.Rune(r) {
			return r
		}
		return -1
	}, strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(msg.Content))
	return m.write(tea.PasteMsg{Content: text})
}

// submit sends the message, or saves the edit.
func (m *Model) submit() tea.Cmd {
	c, text := m.open, strings.TrimRight(m.composer.area.Value(), " \n")
	switch {
	case c == nil || strings.TrimSpace(text) == "" && m.composer.editing == "":
		return nil
	case strings.TrimSpace(text) == "":
		m.notice = "Nothing is left of the message. Esc keeps it as it was; d among the messages deletes it."
		return nil
	case m.composer.editing != "":
		id := m.composer.editing
		m.composer.leave()
		return m.attempt(c.outbox.change(editing, id, text))
	}
	c.outbox.add(text, time.Now())
	c.bottom = place{}
	m.composer.begin("")
	return nil // nextRequests sends it
}
