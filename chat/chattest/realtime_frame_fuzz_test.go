package chattest_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// FuzzClientFrame checks that an acknowledgement is a frame with the id of the client, and that a frame that was read is written as the same.
func FuzzClientFrame(f *testing.F) {
	for _, seed := range []string{
		"", "0::", "2::", "2:::x", `5:1+::{"name":"ping"}`, `5:2+::{"name":"user.activity","args":[{"state":"active"}]}`, "5:+::", "5:1::{", `5:a:b:{"name":1}`,
		`3:::{"id":1,"status":200,"headers":{},"body":""}`, `3:::{"status":"200"}`, "5:1+", "\xff:\x00:\n", "5:1++::[]", ":0:0+:",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		written, ack, ok := chattest.ReadFrame(text)
		if !ok {
			if strings.Count(text, ":") > 1 {
				t.Errorf("%q is not read", text)
			}
			return
		}
		if again, _, _ := chattest.ReadFrame(written); again != written {
			t.Errorf("%q is written as %q, and that as %q", text, written, again)
		}
		if ack == "" {
			return
		}
		id, withData := strings.CutSuffix(strings.Split(text, ":")[1], "+")
		rest, isAck := strings.CutPrefix(ack, "6:::"+id)
		if data, hasData := strings.CutPrefix(rest, "+"); !isAck || hasData != withData || hasData && !json.Valid([]byte(data)) {
			t.Errorf("%q is acknowledged with %q", text, ack)
		}
	})
}
