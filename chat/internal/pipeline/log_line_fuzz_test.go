package pipeline_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

var token = regexp.MustCompile(`eyJ[\w+/=-]{4,}\.`)

// FuzzLogLine checks that LogLine returns one printable line of bounded length without a token for any text, and that it does not
// change such a line.
func FuzzLogLine(f *testing.F) {
	for _, seed := range []string{
		"", "plain", "a\r\nb", "eyJhbGciOiJub25lIn0.eyJleHAiOjF9.c2ln", "eyJ\xff.\xffeyJ.", "https://host/p?q=1 'x?y=z'", "\u2028\u202e\x1b[0m",
		strings.Repeat("é", 500), strings.Repeat(" ", 2398) + "eyJ.eyJ", "Bearer " + strings.Repeat("a", 40), "accesskey=Zm9v", "??a=b", "[redacted]",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		line := pipeline.LogLine(text)
		if len(line) > 300+len("…") {
			t.Errorf("%d bytes", len(line))
		}
		for _, r := range line {
			if !strconv.IsPrint(r) {
				t.Errorf("%q is not printable", r)
			}
		}
		if token.MatchString(line) {
			t.Errorf("a token is left: %q", line)
		}
		if again := pipeline.LogLine(line); len(line) <= 300 && again != line {
			t.Errorf("%q becomes %q", line, again)
		}
	})
}
