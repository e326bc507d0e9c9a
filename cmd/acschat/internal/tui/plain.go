package tui

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/net/html"

	"github.com/acschat/acs-chat-go/chat"
)

// plain is text from elsewhere as a terminal may have it: lines of characters that it shows, and that do nothing. Whoever writes a
// message, a name or a topic must not move the cursor, set colours or turn the direction of reading: such characters are spelled
// out.
func plain(text string) string {
	var b strings.Builder
	for _, r := range strings.ReplaceAll(text, "\r\n", "\n") {
		switch {
		case r == '\n', shown(r):
			b.WriteRune(r)
		case r == '\t':
			b.WriteString("    ")
		case r < ' ':
			b.WriteString("^" + string(r+'@')) // as cat -v does
		default:
			fmt.Fprintf(&b, "<U+%04X>", r)
		}
	}
	return b.String()
}

// plainLine is plain on one line.
func plainLine(text string) string {
	return strings.Join(strings.Fields(plain(text)), " ")
}

// why is the reason in an error, on a line that is not longer than it must be: where there was no answer, the address says nothing.
func why(err error) string {
	if failed, ok := errors.AsType[*url.Error](err); ok {
		err = failed.Err
	}
	return plainLine(err.Error())
}

// shown reports whether a character is one to see. Two are not, and some scripts and emoji are wrong without them.
func shown(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	return unicode.IsGraphic(r) || r == nonJoiner || r == joiner
}

// textOf is what somebody wrote, without the markup of HTML.
func textOf(m chat.Message) string {
	text := m.Content.Message
	if m.Type == chat.MessageTypeHTML {
		text = withoutMarkup(text)
	}
	for _, a := range m.Content.Attachments {
		text += fmt.Sprintf("\n[%s: %s]", a.Type, a.Name)
	}
	return strings.Trim(plain(text), "\n")
}

func withoutMarkup(source string) string {
	var b strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(source))
	hidden := ""
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return b.String() // there is no end but that of the text
		case html.TextToken:
			if hidden == "" {
				b.Write(tokens.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := tokens.TagName()
			switch string(name) {
			case "br", "li":
				b.WriteByte('\n')
			case "script", "style":
				hidden = string(name)
			}
		case html.EndTagToken:
			switch name, _ := tokens.TagName(); string(name) {
			case "p", "div", "blockquote", "pre":
				b.WriteByte('\n')
			case hidden:
				hidden = ""
			}
		}
	}
}
