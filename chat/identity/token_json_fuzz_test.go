package identity_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/acschat/acs-chat-go/chat/identity"
)

// FuzzUserAndToken checks that a user and a token that were read are written and read again as an equal value, and that an error is one line without
// the token.
func FuzzUserAndToken(f *testing.F) {
	for _, seed := range []string{
		`{"identity":{"id":"8:acs:u"},"accessToken":{"token":"t0ken","expiresOn":"2026-01-02T03:04:05.123+02:30"}}`, `{"identity":{"id":"8:acs:v"}}`, "null", "[]", "{}",
		`{"accessToken":{"token":"t0ken","expiresOn":"9999-12-31T23:59:59-14:00"}}`, `{"IDENTITY":{"ID":"\ud800"},"accessToken":[]}`, `{"accessToken":{"token":"t0ken"`,
		`{"accessToken":{"token":1,"expiresOn":"soon"}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var value, again identity.UserAndToken
		if err := value.UnmarshalJSON(data); err != nil {
			if strings.ContainsAny(err.Error(), "\n\r") || strings.Contains(err.Error(), "t0ken") {
				t.Errorf("%q", err)
			}
			return
		}
		form, err := json.Marshal(value)
		if err != nil {
			t.Fatalf("marshal %#v: %v", value, err)
		}
		if err := json.Unmarshal(form, &again); err != nil || !reflect.DeepEqual(again, value) {
			t.Errorf("%#v, written as %s, is read as %#v, %v", value, form, again, err)
		}
	})
}
