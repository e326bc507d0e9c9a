package chattest_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// FuzzSeed checks that a seed is refused in one line, or makes a service whose dump makes one with the same dump.
func FuzzSeed(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"users":["ana","8:acs:00000000-0000-4000-8000-000000000001_00000000-0000-0001-0000-000000000001"]}`, `{"users":["","ana"],"deletedUsers":["bob","bob"]}`,
		`{"threads":[{"topic":"t","participants":[{"user":"ana","displayName":"Ana","metadata":{"k":"v"},"shareHistory":"1h"}],"ago":"48h","retentionDays":30}]}`,
		`{"threads":[{"id":"x","topic":"t","createdBy":"ana","ago":"2h","messages":[{"from":"ana","text":"hi","ago":"1h","edited":"30m","readBy":[{"user":"ana","ago":"1m"}]}]}]}`,
		`{"threads":[{"topic":"t","participants":[{"user":"ana"},{"user":"bob"}],"messages":[{"kind":"topicUpdated","from":"ana","text":"u"},{"kind":"participantAdded","from":"ana",` +
			`"participants":[{"user":"eve"}]},{"kind":"participantRemoved","from":"ana","participants":[{"user":"bob"}]}],"deleted":"0s"}]}`,
		`{"threads":[{"topic":"","participants":[]}]}`, `{"threads":[{"id":"19:a@thread.v2","topic":"a"},{"id":"19:a@thread.v2","topic":"b"}]}`,
		`{"threads":[{"topic":"t","createdBy":"ana","ago":"2562047h47m16s","messages":[{"from":"bob"}]}]}`, `{"users":["8:acs:x"]}`, `{"users":["8:orgid:x"]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var seed chattest.Seed
		if json.Unmarshal([]byte(text), &seed) != nil {
			return
		}
		dump := func(seed *chattest.Seed) (*chattest.Seed, string) {
			s, err := chattest.Open(&chattest.Options{Seed: seed})
			if err != nil {
				if strings.Contains(err.Error(), "\n") {
					t.Errorf("%q: %q", text, err)
				}
				return nil, ""
			}
			defer func() { _ = s.Close() }()
			dumped := s.Dump()
			written, err := json.Marshal(dumped)
			if err != nil {
				t.Fatal(err)
			}
			return dumped, string(written)
		}
		first, _ := dump(&seed)
		if first == nil {
			return
		}
		if second, _ := dump(first); second == nil {
			t.Errorf("the dump of %q is refused", text)
		} else if len(second.Threads) != len(first.Threads) || len(second.Users) != len(first.Users) {
			t.Errorf("the dump of %q has %d threads and %d users, and then %d and %d", text, len(first.Threads), len(first.Users), len(second.Threads), len(second.Users))
		}
	})
}
