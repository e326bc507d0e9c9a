package pipeline

import (
	"regexp"
	"strconv"
	"strings"
)

const maxLogLine = 300

// secrets are a JSON Web Token and the query of a URL, should the service ever quote one.
var secrets = regexp.MustCompile(`eyJ[\w-]*(\.[\w-]*)+|\?[^\s'"]+=[^\s'"]*`)

// LogLine makes text from elsewhere fit for a log: one line, printable, without secrets, bounded.
func LogLine(text string) string {
	if len(text) > 8*maxLogLine {
		text = text[:8*maxLogLine]
	}
	text = secrets.ReplaceAllString(text, "[redacted]")
	text = strings.Map(func(r rune) rune {
		if !strconv.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > maxLogLine {
		text = strings.ToValidUTF8(text[:maxLogLine], "") + "…"
	}
	return text
}
