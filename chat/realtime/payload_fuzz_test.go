package realtime_test

import (
	"encoding/json"
	"testing"

	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/realtime"
)

// FuzzDecode checks that every payload decodes to an event, and that an unreadable payload is kept as received.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "null", "[]", `"x"`, message(1), receipt("1"),
		`{"eventId":257,"threadId":"t","createdBy":"{\"participantId\":\"8:acs:a\"}","members":"[{\"participantId\":\"8:acs:a\",\"shareHistoryTime\":1}]",` +
			`"properties":"{\"topic\":\"%41\",\"retentionPolicy\":\"{\\\"retentionPolicyType\\\":\\\"DeleteAfterCreationTime\\\",\\\"executeAfter\\\":\\\"60.00:00:00\\\"}\"}"}`,
		`{"eventId":261,"threadId":"t","time":"2026-11-03T09:27:10.006Z","participantsRemoved":"%5B%7B%7D%5D","removedBy":null}`,
		`{"eventId":246,"groupId":"t","messageId":"1","messageBody":"{\"consumptionhorizon\":\";;\"}"}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		event, err := realtime.Decode(payload)
		if event == nil {
			t.Fatal("no event")
		}
		unknown, ok := event.(events.Unknown)
		if ok != (err != nil) {
			t.Fatalf("%T with error %v", event, err)
		}
		if ok && !json.Valid(unknown.Raw) {
			t.Fatalf("%q is not JSON", unknown.Raw)
		}
		if !ok && event.EventHeader().ThreadID == "" {
			t.Fatal("no thread")
		}
	})
}

// FuzzParseFrame checks that no text crashes the decoder of frames, and that the answer to a delivery is JSON.
func FuzzParseFrame(f *testing.F) {
	for _, seed := range []string{
		"", "1::", "2::", "8::", "6:::3", `6:::1+["pong"]`, `5:1+::{"name":"ping"}`, `0:::{"reason":"dup"}`, "7:::1+0",
		`3:::{"id":1844165944,"method":"POST","headers":{"MS-CV":"x","trouter-request":"{}"},"body":"{\"eventId\":200}"}`, `3:7:::{"id":"1","body":{}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, answer := realtime.ParseFrame(text); answer != "" && !json.Valid([]byte(answer)) {
			t.Fatalf("%q is answered with %q", text, answer)
		}
	})
}
