package chat_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/acschat/acs-chat-go/chat"
)

// FuzzJSON checks that every value read from JSON is written and read again as an equal value.
func FuzzJSON(f *testing.F) {
	for _, seed := range []string{
		threadJSON, failureJSON, textJSON, deletedJSON, teamsJSON, topicJSON, addedJSON, participantJSON, receiptJSON, attachmentJSON,
		`{"chatThread":` + threadJSON + `,"invalidParticipants":[` + failureJSON + `]}`, `{"kind":"none"}`, `{"kind":"a","deleteThreadAfterDays":-1}`,
		`{"id":"NOTES","topic":"Notes","lastMessageReceivedOn":"2025-11-03T08:57:42Z"}`, `null`, `{}`, `[]`, `{"type":"topicUpdated"}`,
		`{"type":"text","content":{"attachments":[{"a":"\u003c","a":{"b":1,"b":2}}],"x": 1e3},"y":"\ud800"}`, `{"content":{"message":1,"topic":""}}`,
		`{"rawId":"8:acs:a","communicationUser":{"id":"8:acs:b"}}`, `{"rawId":"4:+1","phoneNumber":{"value":"+1","isAnonymous":true,"assertedId":"9"}}`,
		`{"microsoftTeamsUser":{"cloud":"Moon"}}`, `{"rawId":"8:acs:r_t_u","teamsExtensionUser":{"userId":"u","cloud":"DOD"}}`,
		`{"code":404,"details":[{},{"code":"a"}],"innererrors":[{"message":"b"}],"innererror":{"code":"c"}}`,
		`{"createdOn":"2025-11-03T11:46:04+02:30","metadata":{"a":"\u2028","b":null}}`, `{"createdOn":"0001-01-01T00:00:00Z"}`,
		`{"createdOn":"9999-12-31T23:59:59-14:00"}`,
	} {
		f.Add([]byte(live.Replace(seed)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if string(bytes.TrimSpace(data)) == "null" {
			return // by convention it leaves a value as it is
		}
		readAgain[chat.Message](t, data)
		readAgain[chat.MessageContent](t, data)
		readAgain[chat.Attachment](t, data)
		readAgain[chat.Participant](t, data)
		readAgain[chat.FailedParticipant](t, data)
		readAgain[chat.ReadReceipt](t, data)
		readAgain[chat.ThreadProperties](t, data)
		readAgain[chat.ThreadItem](t, data)
		readAgain[chat.RetentionPolicy](t, data)
		readAgain[chat.CreateThreadResult](t, data)
		readAgain[chat.SendMessageResult](t, data)
		id, err := chat.UnmarshalIdentifier(data)
		if err != nil || id == nil {
			return
		}
		form, err := json.Marshal(id)
		if err != nil {
			t.Fatalf("marshal %#v: %v", id, err)
		}
		again, err := chat.UnmarshalIdentifier(form)
		if err != nil || again != id {
			t.Errorf("%#v, written as %s, is read as %#v, %v", id, form, again, err)
		}
	})
}

func readAgain[T any](t *testing.T, data []byte) {
	t.Helper()
	var value, again T
	if json.Unmarshal(data, &value) != nil {
		return
	}
	form, err := json.Marshal(value)
	if err != nil {
		t.Fatalf("marshal %#v: %v", value, err)
	}
	if err := json.Unmarshal(form, &again); err != nil || !reflect.DeepEqual(again, value) {
		t.Errorf("%#v, written as %s, is read as %#v, %v", value, form, again, err)
	}
}
