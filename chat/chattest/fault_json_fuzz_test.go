package chattest_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// FuzzFault checks that a fault that was read is written and read again as an equal value, and that an error is one line.
func FuzzFault(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "null", "[]", `{"status":429,"retryAfter":"1.5s"}`, `{"header":{"X":["1",null]}}`, `{"header":null}`, `{"delay":""}`,
		`{"delay":"9223372036854775807ns"}`, `{"STATUS":500}`, `{"nth":1,"nth":2}`, `{"code":"\ud800"}`, `{"shortPage":1e2}`, `{"status":200}{}`,
		`{"clockSkew":"-16m","listingLag":"2s","event":"chatMessageReceived","loseEvent":true}`, `{"header":{}}`, `{"header":{"X":[],"Y":null}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var fault chattest.Fault
		if err := fault.UnmarshalJSON([]byte(text)); err != nil {
			if !reflect.DeepEqual(fault, chattest.Fault{}) {
				t.Errorf("%q is refused and read: %+v", text, fault)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%q is refused in more than a line: %q", text, err)
			}
			return
		}
		written, err := json.Marshal(fault)
		if err != nil {
			t.Fatal(err)
		}
		var again chattest.Fault
		if err := json.Unmarshal(written, &again); err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		if len(fault.Header) == 0 {
			fault.Header = nil // an empty header is not written
		}
		if !reflect.DeepEqual(again, fault) {
			t.Errorf("%+v, written as %s, is read as %+v", fault, written, again)
		}
	})
}
