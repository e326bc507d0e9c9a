package feed_test

import (
	"testing"

	"github.com/acschat/acs-chat-go/chat/feed"
)

// FuzzCursor looks for text that crashes the decoder, and for text that is accepted although no cursor has it.
func FuzzCursor(f *testing.F) {
	const thread = "19:x@thread.v2"
	f.Add("")
	f.Add("now")
	f.Add("@1796001165000")
	f.Add(string(feed.WriteCursor(thread)))
	f.Add(string(feed.WriteCursor(thread, 1796001165000, 1796001165100, 1796001166100, 1796001160000)))
	f.Add(string(feed.WriteCursor(thread, 5)))
	f.Fuzz(func(t *testing.T, text string) {
		again, err := feed.ReadCursor(feed.Cursor(text), thread)
		if err == nil && string(again) != text {
			t.Fatalf("%q was read as %q", text, again)
		}
	})
}
