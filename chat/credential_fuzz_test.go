package chat_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// FuzzToken checks that any text is a token with an expiry, or an argument error that does not quote it.
func FuzzToken(f *testing.F) {
	for _, seed := range []string{
		"", "   ", "a", "a.b", "a.b.c", "secret", "..", "....",
		"h.eyJleHAiOjE5MDAwMDAwMDB9.s",
		"h.eyJleHAiOjE5MDAwMDAwMDAsIm4iOiI-Pj4_Pz8ifQ.s",
		"h.eyJleHAiOjE5MDAwMDAwMDAsIm4iOiI+Pj4/Pz8ifQ.s",
		"h.eyJleHAiOiAxOTAwMDAwMDAwfQ==.s",
		"h.eyJleHAiOjE5MDAwMDAwMDB9.iv.text.tag",
		"h.eyJzdWIiOiJ4In0.s",
		"h.eyJleHAiOjE5\nMDAwMDAwMDB9.s",
		tokenWith(`{"exp":1900000000.9}`), tokenWith(`{"exp":"1900000000"}`), tokenWith(`["exp",1900000000]`),
		tokenWith(`{"exp":1e300}`), tokenWith(`{"exp":1e999}`), tokenWith(`{"exp":-1}`), tokenWith(`{"exp":null}`),
		tokenWith(`{"exp":1,"EXP":2}`), tokenWith(strings.Repeat("[", 20_000)),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: token})
		if err != nil {
			if _, ok := errors.AsType[*chat.ArgumentError](err); !ok {
				t.Fatalf("%q: %v is no ArgumentError", token, err)
			}
			// Shorter ones may be words of the error: "a", "separated".
			if words := err.Error(); len(token) > 20 && strings.Contains(words, token) || len(words) > 200 {
				t.Fatalf("%q: %q", token, words)
			}
			return
		}
		got, err := credential.Token(context.Background())
		if err != nil || got.Token != token {
			t.Fatalf("%q: got %q, %v", token, got.Token, err)
		}
		if end := got.ExpiresOn; end.Before(time.Unix(0, 0)) || end.UTC().Year() > 9999 || end.Nanosecond() != 0 {
			t.Fatalf("%q: ends on %s", token, end)
		}
	})
}
