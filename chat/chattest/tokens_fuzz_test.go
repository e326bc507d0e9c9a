package chattest_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// FuzzBearer checks that an issued token is refused if anything in it is replaced: if it is signed, if it is encrypted, and if the signed token was
// changed before it was encrypted.
func FuzzBearer(f *testing.F) {
	for form := range uint8(3) {
		for _, seed := range []struct {
			at, length  uint16
			replacement string
		}{
			{0, 0, ""}, {0, 9999, ""}, {0, 9999, "eyJhbGciOiJub25lIn0.eyJza3lwZWlkIjoiYWNzOngiLCJleHAiOjk5OTk5OTk5OTl9."}, {0, 9999, "...."}, {0, 9999, "a.b.c.d.e"},
			{0, 0, "eyJhbGciOiJub25lIn0."}, {40, 1, "."}, {180, 1, "A"}, {9999, 0, "A"}, {9999, 0, "="}, {9999, 0, "\n"}, {9999, 0, "."}, {9999, 0, "....."}, {100, 300, ""}, {65, 0, "\r"},
		} {
			f.Add(form, seed.at, seed.length, seed.replacement)
		}
	}
	s, err := chattest.Open(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	user := s.NewUser()
	signed := s.Token(user, time.Hour)
	sealed := s.Seal(signed)
	f.Fuzz(func(t *testing.T, form uint8, at, length uint16, replacement string) {
		issued := signed
		if form%3 == 1 {
			issued = sealed
		}
		begin := min(int(at), len(issued))
		changed := issued[:begin] + replacement + issued[min(begin+int(length), len(issued)):]
		want := http.StatusUnauthorized
		if changed == issued {
			want = http.StatusOK
		}
		if form%3 == 2 {
			changed = s.Seal(changed)
		}
		r, err := http.NewRequest(http.MethodGet, s.Endpoint()+"/chat/threads?"+version, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+changed)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%q is answered with %d, want %d", changed, w.Code, want)
		}
	})
}
