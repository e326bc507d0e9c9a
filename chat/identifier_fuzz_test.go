package chat_test

import (
	"encoding/json"
	"testing"

	"github.com/acschat/acs-chat-go/chat"
)

// FuzzIdentifier checks that any JSON in place of an identifier is one or none, and that sending it back
// is read as the same one.
func FuzzIdentifier(f *testing.F) {
	for _, seed := range []string{
		`null`, `{}`, `1`, `"8:acs:a"`, `[]`, `{"rawId":""}`, `{"rawId":"8:acs:a","communicationUser":{"id":"8:acs:a"}}`, `{"communicationUser":{}}`,
		`{"rawId":"8:x","communicationUser":{"id":"8:acs:a"}}`, `{"kind":"phoneNumber","rawId":"4:+1","phoneNumber":{"value":"+1"}}`,
		`{"rawId":"4:+1","phoneNumber":{"value":"+1","isAnonymous":true,"assertedId":"9"}}`, `{"rawId":"4:anonymous","phoneNumber":{}}`,
		`{"rawId":"8:orgid:u","microsoftTeamsUser":{"userId":"u","isAnonymous":true,"cloud":"GCCH"}}`, `{"microsoftTeamsUser":{"cloud":"moon"}}`,
		`{"rawId":"28:dod:a","microsoftTeamsApp":{"appId":1}}`, `{"rawId":"8:acs:r_t_u","teamsExtensionUser":{"userId":"u"}}`,
		`{"kind":"unknown","rawId":"8:acs:a"}`, `{"kind":"robot","robot":{}}`, `{"rawId":"\ud800","communicationUser":1}`,
		`{"communicationUser":{"id":"a"},"phoneNumber":{"value":"+1"},"rawId":null}`,
	} {
		f.Add([]byte(seed))
	}
	service := &canned{}
	thread := service.client(f).ThreadClient(testThread)
	read := func(t *testing.T, form []byte) chat.Identifier {
		service.body = append(append([]byte(`{"value":[{"communicationIdentifier":`), form...), `,"displayName":"Ana"}]}`...)
		participants, err := thread.ListParticipants(nil).Collect(t.Context(), 0)
		if err != nil || len(participants) != 1 || participants[0].DisplayName != "Ana" {
			t.Fatalf("participants: %v, %+v", err, participants)
		}
		return participants[0].Identifier
	}
	f.Fuzz(func(t *testing.T, form []byte) {
		if !json.Valid(form) {
			return
		}
		id := read(t, form)
		if id == nil {
			return
		}
		again := read(t, []byte(chat.WireForm(id)))
		if again == nil && id.RawID() == "" {
			return
		}
		if again == nil || again.RawID() != id.RawID() {
			t.Fatalf("%#v, sent and received, is %#v", id, again)
		}
		if third := read(t, []byte(chat.WireForm(again))); third != again {
			t.Errorf("%#v, sent and received again, is %#v", again, third)
		}
	})
}
