package tui

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

// sheet draws the entries of the history.
type sheet struct {
	of      *conversation
	entries []entry
	self    chat.Identifier
	look    look

	width, nameWidth, textWidth int
}

const (
	clockWidth = 6 // "09:30 "
	markWidth  = 2
)

// newSheet makes the column of names as wide as the longest name, within a limit that leaves room for the text.
func newSheet(c *conversation, self chat.Identifier, l look, width int) sheet {
	const least, most = 4, 14
	s := sheet{of: c, entries: c.entries(self), self: self, look: l, width: width, nameWidth: least}
	for _, e := range s.entries {
		if e.message != nil {
			s.nameWidth = max(s.nameWidth, ansi.StringWidth(s.authorName(*e.message)))
		}
	}
	s.nameWidth = min(s.nameWidth, most, max(least, width/5))
	s.textWidth = max(8, width-markWidth-clockWidth-s.nameWidth-1)
	return s
}

// draw draws the i-th entry, in at least one row.
func (s sheet) draw(i int) []string {
	e := s.entries[i]
	if e.message == nil {
		return s.remark(e)
	}
	var rows []string
	at := e.message.CreatedOn.Local()
	if i == 0 || s.entries[i-1].message == nil || !sameDay(s.entries[i-1].message.CreatedOn.Local(), at) {
		rows = append(rows, s.look.faint.Render(rule(at.Format("Monday, 2 January 2006"), s.width)))
	}
	head := s.look.faint.Render(at.Format("15:04")) + " " + s.author(*e.message) + " "
	indent := strings.Repeat(" ", clockWidth+s.nameWidth+1)
	for _, line := range s.body(e) {
		rows = append(rows, s.marked(e, head+line))
		head = indent
	}
	if len(e.readers) > 0 {
		rows = append(rows, s.marked(e, indent+s.look.faint.Render(cell("✓ read by "+strings.Join(e.readers, ", "), s.textWidth))))
	}
	return rows
}

func (s sheet) remark(e entry) []string {
	var rows []string
	for _, line := range wrapped(e.remark, s.width-markWidth) {
		rows = append(rows, s.marked(e, s.look.faint.Render(line)))
	}
	return rows
}

func sameDay(a, b time.Time) bool { return a.YearDay() == b.YearDay() && a.Year() == b.Year() }

// marked marks the selected entry.
func (s sheet) marked(e entry, row string) string {
	if s.of.selected == e.key {
		return s.look.mark.Render("▌") + " " + row
	}
	return "  " + row
}

// author draws the column of names.
func (s sheet) author(m chat.Message) string {
	style := s.look.faint
	if written(m) {
		style = s.look.person(m.Sender, s.self)
	}
	return style.Render(cell(s.authorName(m), s.nameWidth))
}

// authorName returns the name in the column: * in a system message.
func (s sheet) authorName(m chat.Message) string {
	switch {
	case !written(m):
		return "*"
	case m.Sender == s.self:
		return "you"
	}
	return s.of.name(m.Sender, m.SenderDisplayName)
}

// written reports whether a user wrote a message, not the service.
func written(m chat.Message) bool {
	switch m.Type {
	case chat.MessageTypeTopicUpdated, chat.MessageTypeParticipantAdded, chat.MessageTypeParticipantRemoved:
		return false
	}
	return true
}

// body returns the text of a message, and the state of an action on it.
func (s sheet) body(e entry) []string {
	var lines []string
	add := func(style lipgloss.Style, text string) {
		for _, line := range wrapped(text, s.textWidth) {
			lines = append(lines, style.Render(line))
		}
	}
	m, a := *e.message, e.attempt
	switch {
	case a.replaces():
		add(lipgloss.NewStyle(), harmless.Text(a.text))
	case !m.DeletedOn.IsZero():
		add(s.look.faint, "(deleted)")
	case !written(m):
		add(s.look.faint, s.event(m))
	default:
		add(lipgloss.NewStyle(), cmp.Or(textOf(m), "(no text: "+harmless.Line(string(m.Type))+")"))
		if !m.EditedOn.IsZero() {
			add(s.look.faint, "(edited)")
		}
	}
	if a != nil {
		style := s.look.faint
		if a.over() {
			style = s.look.trouble
		}
		add(style, a.status())
	}
	return lines
}

// replaces reports whether to show the text of the attempt: of a send always, of an edit until it fails.
func (a *attempt) replaces() bool {
	return a != nil && (a.action == sending || a.action == editing && !a.over())
}

// event describes a system message.
func (s sheet) event(m chat.Message) string {
	who := s.of.name(m.Content.Initiator, "")
	switch m.Type {
	case chat.MessageTypeTopicUpdated:
		return fmt.Sprintf("%s called the thread “%s”", who, visibleName(m.Content.Topic))
	case chat.MessageTypeParticipantAdded:
		return who + " added " + s.names(m.Content.Participants)
	}
	return who + " removed " + s.names(m.Content.Participants)
}

func (s sheet) names(people []chat.Participant) string {
	var names []string
	for _, p := range people {
		names = append(names, s.of.name(p.Identifier, p.DisplayName))
	}
	return strings.Join(names, ", ")
}

// status describes the state of an attempt.
func (a *attempt) status() string {
	switch {
	case a.stage == unsure:
		return "? It may have been sent, or not: " + reason(a.err) + ". Look whether it is there before you send it again (↑, r), or drop it (x)."
	case a.stage == refused:
		return "✗ " + [...]string{"Not sent: ", "Not changed: ", "Not deleted: "}[a.action] + reason(a.err) + ". ↑ and r tries again, x drops it."
	case a.stage == waiting:
		return "… waiting"
	}
	return "… " + [...]string{"sending", "saving", "deleting"}[a.action]
}
