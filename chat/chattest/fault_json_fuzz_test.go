package chattest_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// FuzzFault holds that what is read as a fault writes a fault that reads as the same, and that what is refused is refused in a line.
func FuzzFault(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "null", "[]", `{"status":429,"retryAfter":"1.5s"}`, `{"header":{"X":["1",null]}}`, `{"header":null}`, `{"delay":""}`,
		`{"delay":"9223372036854775807ns"}`, `{"STATUS":500}`, `{"nth":1,"nth":2}`, `{"code":"\ud800"}`, `{"shortPage":1e2}`, `{"status":200}{}`,
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
		rewritten, err := json.Marshal(again)
		if err != nil || string(rewritten) != string(written) {
			t.Errorf("%s comes back as %s, %v", written, rewritten, err)
		}
	})
}
