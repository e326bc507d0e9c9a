package pipeline

import (
	"regexp"
	"strconv"
	"strings"
)

const maxLogLine = 300

// secrets are what the service might quote of a request: a token, known by its beginning or by its scheme, a key or a signature,
// and the query of a URL.
var secrets = regexp.MustCompile(`eyJ[\w+/=-]*(\.[\w+/=-]*)+` +
	`|(?i:bearer [\w+/=.-]{20,})` +
	`|(?i:(accesskey|signature)=[^\s;&'"]+)` +
	`|\?[\w%][^\s'"]*`)

// LogLine makes text from elsewhere fit for a log: one line, printable, without secrets, bounded.
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
	text = secrets.ReplaceAllLiteralString(text, "[redacted]") // last, for cleaning may have put one together
	if len(text) > maxLogLine {
		text = strings.ToValidUTF8(text[:maxLogLine], "") + "…"
	}
	return text
}
