package main_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	main "github.com/acschat/acs-chat-go/cmd/acschat"
)

// FuzzParticipantFile checks that every participant of a file has an id, and that a file of the participants is read as the same.
func FuzzParticipantFile(f *testing.F) {
	for _, seed := range []string{
		"", "8:acs:a,Ana,2026-05-04T09:30:00Z\n8:acs:b", "id;name;since\n8:acs:a;Ana;2026-05-04", "\ufeffid\tname\n8:acs:a\tAna\t", "sep=;\n8:acs:a;Ana",
		"sep=\"\n", "sep=\xff", "sep=\r\n", "# ours\n8:acs:a , \"Bob, the builder\"\n\n", "User", "name\nAna", "\"8:acs:a\n;b\",Ana", "4:+15550100,\"a \"\"b\"\"\"", "8:a,b,c",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		people, err := main.ReadParticipants(t.Context(), text)
		if err != nil {
			return
		}
		quote := func(field string) string { return `"` + strings.ReplaceAll(field, `"`, `""`) + `"` }
		var written strings.Builder
		for _, p := range people {
			if p.Identifier == nil {
				t.Fatalf("%q: a participant without an id", text)
			}
			since := ""
			if !p.ShareHistoryTime.IsZero() {
				since = p.ShareHistoryTime.Format(time.RFC3339Nano)
			}
			fmt.Fprintf(&written, "%s,%s,%s\n", quote(p.Identifier.RawID()), quote(p.DisplayName), since)
		}
		again, err := main.ReadParticipants(t.Context(), written.String())
		if err != nil || len(again) != len(people) {
			t.Fatalf("%q: %d participants, then %d: %v", written.String(), len(people), len(again), err)
		}
		for i, p := range people {
			same := p.ShareHistoryTime.Equal(again[i].ShareHistoryTime)
			again[i].ShareHistoryTime = p.ShareHistoryTime
			if !same || !reflect.DeepEqual(p, again[i]) {
				t.Errorf("%+v is read as %+v", p, again[i])
			}
		}
	})
}
