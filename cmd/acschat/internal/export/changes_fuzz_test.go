package export_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/export"
)

// FuzzChanges checks that a file of changes keeps its whole lines, and that one with a line that is no change is refused and left unchanged.
func FuzzChanges(f *testing.F) {
	for _, seed := range []string{
		"", `{"cursor":"1abc","event":{}}` + "\n", `{"cursor":"a"}` + "\n" + `{"cursor":"b"`, `{"cursor":""}` + "\n", "{}\n", "\n", "null\n", `{"cursor":"a"}` + "\n\n" + `{"cursor":"b"}`,
		`{"CURSOR":"a","cursor":1}` + "\n", "\x00", `{"cursor":"a"}` + "\r\n",
	} {
		f.Add(seed)
	}
	name := filepath.Join(f.TempDir(), "changes.jsonl")
	f.Fuzz(func(t *testing.T, text string) {
		_ = os.Remove(name) // much faster than to truncate it on some file systems
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cursor, err := export.OpenChanges(name)
		left, readErr := os.ReadFile(name)
		if readErr != nil {
			t.Fatal(readErr)
		}
		want := text
		if err == nil {
			want = text[:strings.LastIndex(text, "\n")+1]
		}
		if string(left) != want || err == nil && (cursor == "") != (want == "") {
			t.Errorf("%q: cursor %q, error %v, and %q is left", text, cursor, err, left)
		}
	})
}
