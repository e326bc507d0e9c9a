package export_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/export"
)

// FuzzState checks that an export continues only from a state that fits the messages on disk, and otherwise leaves them as they are.
func FuzzState(f *testing.F) {
	const messages = `{"id":"3"}` + "\n" + `{"id":"2"}` + "\n" + `{"id":"1"` // the last one was cut off by a kill
	for _, seed := range []string{
		"", "null", "{}", "{}{}", `{"format":1,"threadId":"19:x"}`, `{"format":2,"threadId":"19:x"}`, `{"format":1,"threadId":"19:y"}`,
		`{"format":1,"threadId":"19:x","begun":true,"total":3,"messages":2,"messageBytes":22}`,
		`{"format":1,"threadId":"19:x","begun":true,"total":3,"messages":1,"messageBytes":11,"next":"/x"}`,
		`{"format":1,"threadId":"19:x","begun":true,"messages":1,"messageBytes":12}`,
		`{"format":1,"threadId":"19:x","begun":true,"messages":-1,"messageBytes":-1}`,
		`{"format":1,"threadId":"19:x","begun":true,"listed":true,"caughtUp":true,"messages":2,"messageBytes":22}`,
		`{"format":1,"threadId":"19:x","caughtUp":true,"messages":9,"messageBytes":99}`,
	} {
		f.Add(seed)
	}
	s, err := chattest.Open(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	thread := s.Client(s.NewUser()).ThreadClient("19:x")
	dir := f.TempDir()
	file := filepath.Join(dir, "messages.jsonl.part")
	f.Fuzz(func(t *testing.T, state string) {
		for name, text := range map[string]string{file: messages, filepath.Join(dir, "export-state.json"): state} {
			_ = os.Remove(name) // a file system may write one to disk that is truncated and written again, which takes a hundred times as long
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		resumed, opened, err := export.OpenState(thread, dir)
		left, readErr := os.ReadFile(file)
		if readErr != nil {
			t.Fatal(readErr)
		}
		switch {
		case err != nil && string(left) != messages:
			t.Errorf("%q is refused, %v, and leaves %q", state, err, left)
		case err == nil && !resumed:
			t.Errorf("%q is ignored", state)
		case err == nil && (opened.MessageBytes < 0 || opened.MessageBytes > int64(len(messages)) || opened.Messages != strings.Count(messages[:opened.MessageBytes], "\n")):
			t.Errorf("%q is continued with %+v", state, opened)
		}
	})
}
