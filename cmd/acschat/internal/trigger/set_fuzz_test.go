package trigger_test

import (
	"strings"
	"testing"
	"time"

	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/trigger"
)

// FuzzSet checks that a changed event is of the same kind and can be sent in both schemas, and that an error is one line.
func FuzzSet(f *testing.F) {
	for i, seed := range [][2]string{
		{"id", "x"}, {"subject", ""}, {"topic", "t"}, {"metadata.a.b", "1"}, {"senderId", "8:acs:x"}, {"senderCommunicationIdentifier", "{}"}, {"messageBody", "\x00\xff"},
		{"composeTime", "2026-11-03T09:20:02.337Z"}, {"createTime", "soon"}, {"version", "1e3"}, {"version", "null"}, {"properties.topic", "t"}, {"participants", "[]"},
		{"participantsAdded", `[{"displayName":1}]`}, {"", ""}, {".", "{}"}, {"recipientCommunicationIdentifier", `{"rawId":""}`}, {"metadata", `{"a":1}`}, {"threadId", ""},
	} {
		f.Add(i, seed[0], seed[1])
	}
	types := events.EventTypes()
	now := time.Date(2026, 11, 3, 9, 20, 2, 0, time.UTC)
	f.Fuzz(func(t *testing.T, n int, path, value string) {
		sample := trigger.Sample(types[uint(n)%uint(len(types))], "an-id", now)
		changed, err := trigger.Set(sample, path, value)
		if err != nil {
			if changed != nil || strings.ContainsAny(err.Error(), "\n\r") && !strings.ContainsAny(path, "\n\r") {
				t.Errorf("%q = %q: %v, %q", path, value, changed, err)
			}
			return
		}
		if changed.Kind() != sample.Kind() {
			t.Errorf("%q = %q makes a %s of a %s", path, value, changed.Kind(), sample.Kind())
		}
		for _, schema := range []events.Schema{events.SchemaEventGrid, events.SchemaCloudEvents} {
			if _, err := events.Format(schema, trigger.Topic, changed); err != nil {
				t.Errorf("%q = %q: %v", path, value, err)
			}
		}
	})
}
