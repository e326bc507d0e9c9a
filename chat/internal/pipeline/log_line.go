package pipeline

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/acschat/acs-chat-go/chat/redact"
)

const maxLogLine = 300

// query is the query of a URL, in which links from elsewhere may have secrets of any form.
var query = regexp.MustCompile(`\?[\w%][^\s'"]*`)

// LogLine makes text from elsewhere fit for a log: one line, printable, without secrets and queries, bounded.
func LogLine(text string) string {
	if len(text) > 8*maxLogLine {
		text = text[:8*maxLogLine]
	}
	text = strings.Map(func(r rune) rune {
		if !strconv.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	text = strings.Join(strings.Fields(text), " ")
	text = redact.Text(query.ReplaceAllLiteralString(text, "[redacted]")) // last, for cleaning may have put a secret together
	if len(text) > maxLogLine {
		text = strings.ToValidUTF8(text[:maxLogLine], "") + "…"
	}
	return text
}
