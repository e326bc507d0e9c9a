package chattest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// FuzzAdmin checks that no request to the handler of the tests causes a 5xx, that what is declared as JSON is JSON, and that every refusal has
// one line of explanation in JSON, except that for another host. Subscriptions are left out, since they send requests: see FuzzWebhook.
func FuzzAdmin(f *testing.F) {
	for _, seed := range []struct{ method, target, body string }{
		{"GET", "/", ""}, {"GET", "/faults", ""}, {"POST", "/faults", `{"status":1}`}, {"POST", "/faults", `{"operation":"SendChatMessage","status":429,"retryAfter":"1.5s","every":3}`},
		{"POST", "/faults", `{"operation":"*","nth":-1,"delay":"9223372036854775807ns"}`}, {"DELETE", "/faults/1", ""}, {"DELETE", "/faults/-1", ""},
		{"GET", "/clock", ""}, {"POST", "/clock", `{"advance":"1h"}`}, {"POST", "/clock", `{"advance":"-9223372036854775808ns"}`},
		{"GET", "/requests?operation=ChatThread_SendChatMessage&last=20", ""}, {"GET", "/requests?last=99999999999999999999", ""}, {"DELETE", "/requests", ""},
		{"GET", "/events?kind=chatMessageReceived&last=-1", ""}, {"GET", "/connections", ""}, {"DELETE", "/connections?user=8:acs:a", ""},
		{"GET", "/subscriptions", ""}, {"DELETE", "/subscriptions?name=x", ""}, {"GET", "/deliveries?status=failed&wait=0s", ""}, {"GET", "/deliveries?wait=-1ns", ""},
		{"POST", "/deliveries/x", ""}, {"DELETE", "/deliveries?status=", ""}, {"DELETE", "/deliveries/%00", ""}, {"POST", "/reset", ""}, {"GET", "/seed", ""},
		{"POST", "/snapshot", `{"name":"base"}`}, {"POST", "/restore", `{"name":"base"}`}, {"POST", "/restore", `{"name":`}, {"DELETE", "/snapshot?name=base", ""}, {"DELETE", "/snapshot?nam=base", ""}, {"DELETE", "/snapshot", `{"name":"base"}`}, {"DELETE", "/snapshot?name=%zz", ""},
		{"PUT", "//faults", ""}, {"GET", "", ""},
	} {
		f.Add(seed.method, seed.target, seed.body)
	}
	const runsOfService = 500 // a service keeps every snapshot that is taken under a new name
	var (
		s     *chattest.Service
		start *chattest.Snapshot
		admin http.Handler
		runs  int
	)
	open := func(tb testing.TB) {
		var err error
		if s, err = chattest.Open(nil); err != nil {
			tb.Fatal(err)
		}
		secretThread(tb, s, s.NewUser(), "a topic", "a key")
		start, admin = s.Snapshot(), s.AdminHandler()
	}
	open(f)
	f.Cleanup(func() { _ = s.Close() })
	f.Fuzz(func(t *testing.T, method, target, body string) {
		if runs++; runs%runsOfService == 0 {
			_ = s.Close()
			open(t)
		}
		u, err := url.Parse(s.Endpoint() + target)
		if err != nil || method == http.MethodPost && strings.Contains(u.Path, "subscriptions") {
			return
		}
		r, err := http.NewRequest(method, u.String(), strings.NewReader(body))
		if err != nil {
			return
		}
		r.Header.Set("Content-Type", "application/json")
		defer s.Restore(start)
		w := httptest.NewRecorder()
		admin.ServeHTTP(w, r)
		var refused struct{ Error struct{ Message string } }
		isJSON := json.Unmarshal(w.Body.Bytes(), &refused) == nil
		media := w.Header().Get("Content-Type")
		isText := strings.HasPrefix(media, "text/plain") && w.Code == http.StatusForbidden
		switch {
		case w.Code >= http.StatusInternalServerError,
			strings.HasPrefix(media, "application/json") && !isJSON,
			w.Code >= http.StatusBadRequest && !isText && (!isJSON || refused.Error.Message == "" || strings.Contains(refused.Error.Message, "\n")):
			t.Errorf("%s %s: %d\n%s", method, u, w.Code, w.Body)
		}
	})
}
