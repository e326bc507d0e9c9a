package chattest_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// FuzzSeed checks that a seed is refused in one line, or makes a service whose dump makes one with the same dump, apart from the ages: the clock
// goes on.
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
		dump := func(seed *chattest.Seed) *chattest.Seed {
			s, err := chattest.Open(&chattest.Options{Seed: seed})
			if err != nil {
				if strings.Contains(err.Error(), "\n") {
					t.Errorf("%q: %q", text, err)
				}
				return nil
			}
			defer func() { _ = s.Close() }()
			return s.Dump()
		}
		first := dump(&seed)
		if first == nil {
			return
		}
		second := dump(first)
		if second == nil {
			t.Fatalf("the dump of %q is refused", text)
		}
		removeAges(first)
		removeAges(second)
		if !reflect.DeepEqual(second, first) {
			t.Errorf("the dump of %q is\n%s\nand that of its dump\n%s", text, jsonOf(t, first), jsonOf(t, second))
		}
	})
}

func jsonOf(t *testing.T, seed *chattest.Seed) []byte {
	t.Helper()
	text, err := json.Marshal(seed)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// removeAges sets all ages of a seed to zero. Optional ones remain present.
func removeAges(seed *chattest.Seed) {
	for i := range seed.Threads {
		thread := &seed.Threads[i]
		thread.Ago, thread.Deleted = 0, present(thread.Deleted)
		removeShareAges(thread.Participants)
		for i := range thread.Messages {
			message := &thread.Messages[i]
			message.Ago, message.Edited, message.Deleted = 0, present(message.Edited), present(message.Deleted)
			removeShareAges(message.Participants)
			for i := range message.ReadBy {
				message.ReadBy[i].Ago = 0
			}
		}
	}
}

func removeShareAges(participants []chattest.SeedParticipant) {
	for i := range participants {
		participants[i].ShareHistory = present(participants[i].ShareHistory)
	}
}

// present returns a zero age in place of one that is set.
func present(age *chattest.Ago) *chattest.Ago {
	if age == nil {
		return nil
	}
	return new(chattest.Ago)
}
