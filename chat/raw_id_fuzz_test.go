package chat_test

import (
	"testing"

	"github.com/acschat/acs-chat-go/chat"
)

// FuzzParseRawID checks that any text is an identifier with that raw id, and that reading it again returns an equal one.
func FuzzParseRawID(f *testing.F) {
	for _, seed := range []string{
		"", "4", "4:", "4:anonymous", "4:+1_9", "8:", "8:acs", "8:acs:a", "8:acs:a_b_c", "8:acs:__", "8:dod-acs:a_b_c", "8:gcch-acs:a:b",
		"8:spool:a_b_c", "8:orgid:u", "8:dod:u", "8:gcch:u", "8:teamsvisitor:u", "28:orgid:a", "28:dod:a", "28:gcch:a", "28:gal-global:a",
		"8:ACS:x", " 8:acs:x", ":::", "8:acs:\xff", "8:orgid:\x00",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, rawID string) {
		id := chat.ParseRawID(rawID)
		if id.RawID() != rawID {
			t.Errorf("%q comes back as %q", rawID, id.RawID())
		}
		if again := chat.ParseRawID(id.RawID()); again != id {
			t.Errorf("%#v, read again, is %#v", id, again)
		}
		if id.Kind() == "" {
			t.Errorf("%#v is of no kind", id)
		}
	})
}
