package feed_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/acschat/acs-chat-go/chat/feed"
)

// FuzzRecord checks that the record of a thread that was read is written and read again as an equal value.
func FuzzRecord(f *testing.F) {
	for _, seed := range []string{"", "1 - 0 - -", "1 owner 12 @1796001165000 now", "1 owner -1 - -", "2 owner 12 - -", "1 a b c d", "1  0  ", "1 - +1 - -"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		record, err := feed.ReadRecord(text)
		if err != nil || record == (feed.Record{}) && text == "" {
			return
		}
		if again, err := feed.ReadRecord(record.Text()); err != nil || again != record {
			t.Errorf("%q is read as %+v, written as %q, and that is read as %+v, %v", text, record, record.Text(), again, err)
		}
	})
}

// FuzzFileStore checks that a file is refused unchanged, or read as the same texts again after it was written.
func FuzzFileStore(f *testing.F) {
	for _, seed := range []string{
		"", "a\tb\n", "a\tb\na\tc\n", "a\tb\na\t\n", "a\tb\tc\n", "replica:x\t1\nreplicas\tx\nt\t1 x 2 - -\n", "a\tb", "\tb\n", "ab\n", "\x00\t\xff\n", "a\tb\r\n",
	} {
		f.Add(seed)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(dir, "store")
		_ = os.Remove(path) // much faster than to truncate it on some file systems
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		contents := func() map[string]string {
			store, err := feed.OpenFileStore(path)
			if err != nil {
				return nil
			}
			defer func() { _ = store.Close() }()
			found := make(map[string]string)
			for line := range strings.SplitSeq(text, "\n") {
				key, _, _ := strings.Cut(line, "\t")
				if found[key], err = store.Load(t.Context(), key); err != nil {
					t.Fatal(err)
				}
			}
			return found
		}
		first := contents()
		if first == nil {
			if left, err := os.ReadFile(path); err != nil || string(left) != text {
				t.Errorf("%q is refused, and left as %q: %v", text, left, err)
			}
			return
		}
		want := make(map[string]string)
		for line := range strings.Lines(text) {
			if key, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t"); ok && strings.HasSuffix(line, "\n") && key != "replicas" && !strings.HasPrefix(key, "replica:") {
				want[key] = value
			}
		}
		second := contents()
		for key := range first {
			if first[key] != want[key] || second[key] != want[key] {
				t.Errorf("%q in %q is %q and then %q", key, text, first[key], second[key])
			}
		}
	})
}
