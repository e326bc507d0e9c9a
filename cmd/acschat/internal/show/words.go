package show

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// Time formats a time in the local time zone; the zero time is "".
func Time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format(time.DateTime)
}

// Until formats the end of something, and how far from now it is.
func Until(end, now time.Time) string {
	switch left := end.Sub(now); {
	case end.IsZero():
		return "unknown"
	case left <= 0:
		return fmt.Sprintf("%s, %s ago", Time(end), span(-left))
	default:
		return fmt.Sprintf("%s, in %s", Time(end), span(left))
	}
}

// Duration formats a duration without units that are 0 at its end: "1m", not "1m0s".
func Duration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// span formats a positive duration in whole seconds, or in whole days from two on.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	if d < 2*day {
		return d.Round(time.Second).String()
	}
	return Count(int(d/day), "day")
}

// Metadata formats one pair per line, sorted by key.
func Metadata(pairs map[string]string) string {
	var lines []string
	for _, key := range slices.Sorted(maps.Keys(pairs)) {
		lines = append(lines, key+"="+pairs[key])
	}
	return strings.Join(lines, "\n")
}

// RawID returns the raw id of an identifier; nil is "".
func RawID(id chat.Identifier) string {
	if id == nil {
		return ""
	}
	return id.RawID()
}

// ShortID returns enough of a raw id to tell the participants of a thread apart.
func ShortID(id chat.Identifier) string {
	const enough = 12
	text := RawID(id)
	if len(text) > 2*enough {
		return "…" + text[len(text)-enough:]
	}
	return text
}

// Count formats a number of items: "1 message", "2 messages".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
