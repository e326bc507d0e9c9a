// Package harmless makes text of other users safe for a terminal: a message, a name or a topic must not move the cursor, set colors or
// the title, or change the direction of text. Characters that would are shown in a readable form.
package harmless

import (
	"fmt"
	"strings"
	"unicode"
)

// Text keeps the lines of a text. It replaces a tab by four spaces, shows control characters as cat -v does and other characters with
// an effect by their number, and invalid UTF-8 as U+FFFD. Harmless text is returned unchanged.
func Text(text string) string {
	var b strings.Builder
	for _, r := range strings.ReplaceAll(text, "\r\n", "\n") {
		switch {
		case r == '\n' || Rune(r):
			b.WriteRune(r)
		case r == '\t':
			b.WriteString("    ")
		case r < ' ':
			b.WriteString("^" + string(r+'@'))
		case r == 0x7f:
			b.WriteString("^?")
		default:
			fmt.Fprintf(&b, "<U+%04X>", r)
		}
	}
	return b.String()
}

// Line is Text on one line, with ↵ for line ends.
func Line(text string) string {
	return strings.ReplaceAll(Text(text), "\n", "↵")
}

// Rune reports whether a character is shown and has no other effect. The zero width joiner and non-joiner are allowed: emoji and
// several scripts need them.
func Rune(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	return unicode.IsGraphic(r) && !isBlank(r) || r == nonJoiner || r == joiner
}

// isBlank reports whether a letter, mark or symbol is invisible: a name of such characters looks empty.
func isBlank(r rune) bool {
	switch r {
	case '\u034f', // combining grapheme joiner
		'\u115f', '\u1160', '\u3164', '\uffa0', // Hangul fillers
		'\u17b4', '\u17b5', // Khmer inherent vowels
		'\u2800': // Braille without a dot
		return true
	}
	return false
}
