package events_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/acschat/acs-chat-go/chat/events"
)

// FuzzUnmarshal looks for JSON that crashes the decoder, and for events that JSON does not keep.
func FuzzUnmarshal(f *testing.F) {
	for _, event := range samples() {
		data, err := json.Marshal(event)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"kind":"threadPinned","x":"<\u2028>"}`))
	f.Add([]byte(`{"kind":"chatMessageReceived","time":"9999-12-31T23:59:59-14:00","message":{"createdOn":"0000-01-01T00:00:00+14:00"}}`))
	f.Add([]byte(`{"kind":"chatThreadCreated","participants":[],"properties":{"metadata":{}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := events.Unmarshal(data)
		if err != nil {
			return
		}
		written, err := json.Marshal(first)
		if err != nil {
			t.Fatalf("%#v: %v", first, err)
		}
		again, err := events.Unmarshal(written)
		if err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		if !reflect.DeepEqual(again, first) {
			t.Fatalf("%s:\n%#v\n%#v", written, first, again)
		}
	})
}
