package main

import (
	"fmt"
	"strings"
	"unicode"
)

// printable is text from elsewhere on one line of a terminal. What others write must not move the cursor, set the title or turn
// the direction of reading: control characters are shown, as cat -v does, and not sent.
func printable(text string) string {
	return strings.ReplaceAll(printableLines(text), "\n", "↵")
}

// printableLines is text from elsewhere that keeps its lines.
func printableLines(text string) string {
	var b strings.Builder
	for _, r := range strings.ReplaceAll(text, "\r\n", "\n") {
		switch {
		case r == '\n' || harmless(r):
			b.WriteRune(r)
		case r == '\t':
			b.WriteByte(' ')
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

// harmless reports whether a terminal shows a character and does nothing else. Emoji and several scripts are not right without the
// two that join and part letters.
func harmless(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	return unicode.IsGraphic(r) || r == nonJoiner || r == joiner
}
