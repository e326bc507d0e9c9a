package tui

import (
	"hash/fnv"
	"image/color"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/acschat/acs-chat-go/chat"
)

// look has the styles. No meaning depends on color alone, since a terminal may have none. The colors are the first sixteen, which
// users configure.
type look struct {
	strong, faint, self, trouble, mark lipgloss.Style
	others                             []lipgloss.Style
}

func newLook() look {
	plain := lipgloss.NewStyle()
	l := look{
		strong: plain.Bold(true), faint: plain.Faint(true), self: plain.Bold(true),
		trouble: plain.Foreground(lipgloss.Red), mark: plain.Bold(true).Foreground(lipgloss.Cyan),
	}
	for _, c := range []color.Color{lipgloss.Green, lipgloss.Yellow, lipgloss.Blue, lipgloss.Magenta, lipgloss.Cyan} {
		l.others = append(l.others, plain.Foreground(c))
	}
	return l
}

// person returns the style of a user's name, always the same.
func (l look) person(id, self chat.Identifier) lipgloss.Style {
	if id == self {
		return l.self
	}
	if id == nil {
		return l.faint
	}
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(id.RawID()))
	return l.others[int(sum.Sum32()>>1)%len(l.others)]
}

// cell returns a text in exactly width columns.
func cell(text string, width int) string {
	text = ansi.Truncate(text, max(width, 0), "…")
	return text + strings.Repeat(" ", max(0, width-ansi.StringWidth(text)))
}

// rule returns a horizontal line with words in it.
func rule(words string, width int) string {
	if words == "" {
		return strings.Repeat("─", max(width, 0))
	}
	words = ansi.Truncate("── "+words+" ", max(width, 0), "…")
	return words + strings.Repeat("─", max(0, width-ansi.StringWidth(words)))
}

// wrapped returns the lines of a text, wrapped to width.
func wrapped(text string, width int) []string {
	return strings.Split(ansi.Wrap(text, max(width, 1), ""), "\n")
}
