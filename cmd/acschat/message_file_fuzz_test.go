package main_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	main "github.com/acschat/acs-chat-go/cmd/acschat"
)

// FuzzMessageFile checks that each line of a file is sent unchanged or reported, and that an object is sent only if it is strict JSON:
// with one value for each name, in valid Unicode, and nothing after it.
func FuzzMessageFile(f *testing.F) {
	for _, seed := range []string{
		"", "one\ntwo\r\n\n three", "\ufeffone", "\xff\xfeo\x00", "o\x00ne", "caf\xe9\ntwo",
		`{"content":"one"}` + "\n" + `{"content":"two","type":"html","senderDisplayName":"A","metadata":{"k":"v"}}`,
		`{"content":"one"}]{"content":"two"}`, `{"content":"one","content":"two"}`, `{"Content":"x","CONTENT":"y"}`, `{"content":"\ud800"}`,
		`{"content":null}`, `[{"content":"x"}]`, `{"content":{}}`, `{"content":"x","metadata":{"a":"1","a":"2"}}`, "null",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var lines []string // those that are not blank
		for line := range strings.SplitSeq(strings.TrimPrefix(text, "\ufeff"), "\n") {
			if line = strings.TrimSuffix(line, "\r"); strings.TrimSpace(line) != "" {
				lines = append(lines, line)
			}
		}
		for _, format := range []string{"lines", "jsonl"} {
			contents, invalid, err := main.ReadMessages(t.Context(), format, text)
			if err != nil {
				continue
			}
			if len(contents)+len(invalid) != len(lines) {
				t.Fatalf("%s: %d messages and %d invalid lines of %q", format, len(contents), len(invalid), lines)
			}
			valid := func(line string) bool { return format == "lines" || jsontext.Value(line).IsValid() }
			for _, line := range lines {
				if (!utf8.ValidString(line) || !valid(line)) && len(invalid) == 0 {
					t.Errorf("%s: %q is sent as %q", format, line, contents)
				}
			}
			if format == "lines" && len(invalid) == 0 && strings.Join(contents, "\n") != strings.Join(lines, "\n") {
				t.Errorf("%q is sent as %q", lines, contents)
			}
		}
	})
}
