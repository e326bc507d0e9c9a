package redislimits_test

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/acschat/acs-chat-go/chat/limits"
	"github.com/acschat/acs-chat-go/chat/limits/redislimits"
)

// answering is a client of Redis that answers every script alike.
type answering struct {
	redis.Scripter
	answer any
}

func (a answering) EvalSha(context.Context, string, []string, ...any) *redis.Cmd {
	return redis.NewCmdResult(a.answer, nil)
}

// FuzzAnswer checks that no answer of another form makes Take or Look return a negative duration, and that Look returns a list for each window.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{"0", "1500000", "-1", "null", `"x"`, `"7"`, "[]", "[[1,2],[]]", "[[],[],[]]", `[["x",null],3]`, "[[9223372036854775807],[-1]]", "9223372036854775807", "-9223372036854775808", "[null,null]"} {
		f.Add([]byte(seed))
	}
	windows := []limits.Window{window(1, time.Minute), window(2, time.Hour)}
	f.Fuzz(func(t *testing.T, text []byte) {
		var answer any
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		if decoder.Decode(&answer) != nil {
			return
		}
		store, err := redislimits.New(answering{answer: replyOf(answer)}, "fuzz", nil)
		if err != nil {
			t.Fatal(err)
		}
		counted, err := store.Look(context.Background(), windows)
		if len(counted) != len(windows) || slices.ContainsFunc(slices.Concat(counted...), func(d time.Duration) bool { return d < 0 }) {
			t.Errorf("Look: %s: %v, %v", text, counted, err)
		}
		ticket, wait, err := store.Take(context.Background(), windows)
		if wait < 0 || (err == nil) != (ticket != "") {
			t.Errorf("Take: %s: %q, %v, %v", text, ticket, wait, err)
		}
	})
}

// replyOf makes the values that go-redis does.
func replyOf(value any) any {
	switch v := value.(type) {
	case json.Number:
		n, _ := v.Int64()
		return n
	case []any:
		for i := range v {
			v[i] = replyOf(v[i])
		}
	}
	return value
}
