package tui

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/acschat/acs-chat-go/chat"
)

// sheet is what entries are drawn on: the place of the history.
type sheet struct {
	of    *conversation
	self  chat.Identifier
	look  look
	width int
}

const (
	clockWidth = 6 // "09:30 "
	markWidth  = 2
)

// nameWidth is that of the longest name in the thread, but no more than leaves room for what is said.
func (s sheet) nameWidth() int {
	const least, most = 4, 14
	longest := least
	for _, name := range s.of.names {
		longest = max(longest, ansi.StringWidth(name))
	}
	return min(longest, most, max(least, s.width/5))
}

// entry draws one thing: rows of at least one.
func (s sheet) entry(e entry) []string {
	var rows []string
	if e.newDay {
		rows = append(rows, s.look.faint.Render(rule(e.message.CreatedOn.Local().Format("Monday, 2 January 2006"), s.width)))
	}
	if e.remark != "" {
		for _, line := range wrapped(e.remark, s.width-markWidth) {
			rows = append(rows, s.marked(e, s.look.faint.Render(line)))
		}
		return rows
	}
	head := s.look.faint.Render(e.message.CreatedOn.Local().Format("15:04")) + " " + s.author(e.message)
	indent := strings.Repeat(" ", clockWidth+s.nameWidth()+1)
	for _, line := range s.body(e) {
		rows = append(rows, s.marked(e, head+" "+line))
		head = indent[:len(indent)-1]
	}
	if len(e.readers) > 0 {
		rows = append(rows, s.marked(e, indent+s.look.faint.Render(cell("✓ read by "+strings.Join(e.readers, ", "), s.textWidth()))))
	}
	return rows
}

func (s sheet) textWidth() int { return max(8, s.width-markWidth-clockWidth-s.nameWidth()-1) }

// marked shows which entry is selected.
func (s sheet) marked(e entry, row string) string {
	if s.of.selected == e.key {
		return s.look.mark.Render("▌") + " " + row
	}
	return "  " + row
}

// author is the column of names, in which the service has none.
func (s sheet) author(m chat.Message) string {
	name, style := "*", s.look.faint
	if written(m) {
		name, style = s.of.name(m.Sender, m.SenderDisplayName), s.look.person(m.Sender, s.self)
		if m.Sender == s.self {
			name = "you"
		}
	}
	return style.Render(cell(name, s.nameWidth()))
}

// written reports whether somebody wrote a message, and not the service.
func written(m chat.Message) bool {
	switch m.Type {
	case chat.MessageTypeTopicUpdated, chat.MessageTypeParticipantAdded, chat.MessageTypeParticipantRemoved:
		return false
	}
	return true
}

// body is what a message says, and what the user does with it.
func (s sheet) body(e entry) []string {
	var lines []string
	add := func(style lipgloss.Style, text string) {
		for _, line := range wrapped(text, s.textWidth()) {
			lines = append(lines, style.Render(line))
		}
	}
	m, a := e.message, e.attempt
	switch {
	case a != nil && a.deed != deleting && !(a.over() && a.deed == editing):
		add(lipgloss.NewStyle(), plain(a.text))
	case !m.DeletedOn.IsZero():
		add(s.look.faint, "(deleted)")
	case !written(m):
		add(s.look.faint, s.event(m))
	default:
		add(lipgloss.NewStyle(), textOf(m))
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

// event is what a message of the service tells.
func (s sheet) event(m chat.Message) string {
	who := s.of.name(m.Content.Initiator, "")
	switch m.Type {
	case chat.MessageTypeTopicUpdated:
		return fmt.Sprintf("%s called the thread “%s”", who, plainLine(m.Content.Topic))
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

// status says how far an attempt is.
func (a *attempt) status() string {
	reason := plainLine(a.reason)
	switch {
	case a.stage == unsure:
		return "? It may have been sent, or not: " + reason + ". Look whether it is there before you send it again (↑, r), or drop it (x)."
	case a.stage == refused:
		return "✗ " + [...]string{"Not sent: ", "Not changed: ", "Not deleted: "}[a.deed] + reason + ". ↑ and r tries again, x drops it."
	case a.stage == waiting:
		return "… waiting"
	}
	return "… " + [...]string{"sending", "saving", "deleting"}[a.deed]
}
