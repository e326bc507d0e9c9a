// Package harmless makes text that somebody else wrote fit for a terminal: whoever writes a message, a name or a topic must not move
// the cursor, set colours or the title, or turn the direction of reading. What would do so is spelled out, and not left out.
package harmless

import (
	"fmt"
	"strings"
	"unicode"
)

// Text keeps the lines of a text. A tab is four spaces, control characters are shown as cat -v does, other characters that do
// something by their number, and bytes that are no UTF-8 as U+FFFD. Text that is harmless already stays as it is.
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

// Line is Text on one line: a ↵ stands where another would begin.
func Line(text string) string {
	return strings.ReplaceAll(Text(text), "\n", "↵")
}

// Rune reports whether a terminal shows a character and does nothing else; the end of a line does more. Emoji and several scripts
// are not right without the two that join and part letters.
func Rune(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	return unicode.IsGraphic(r) && !isBlank(r) || r == nonJoiner || r == joiner
}

// isBlank reports whether a character counts as a letter, a mark or a symbol, and shows nothing: a name of such looks like none.
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
