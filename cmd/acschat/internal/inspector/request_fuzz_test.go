package inspector_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/inspector"
)

// FuzzRequest checks that no request to the page, with a form that has its proof, causes a 5xx. Streams are left out, since they do not
// end, and so are webhooks, since the service sends requests to them.
func FuzzRequest(f *testing.F) {
	for _, seed := range []struct{ method, target, form string }{
		{"GET", "/", ""}, {"GET", "/?user=8:acs:a&thread=19:b&status=failed", ""}, {"GET", "/_inspector/requests/1?part", ""},
		{"GET", "/_inspector/inspector.css", ""}, {"HEAD", "/", ""}, {"PUT", "/_inspector/faults", ""},
		{"POST", "/_inspector/faults?status=failed", "operation=ChatThread_SendChatMessage&kind=too-many&when=every&n=3"},
		{"POST", "/_inspector/faults", "operation=*&kind=slow&when=next&n=-9223372036854775808"}, {"POST", "/_inspector/faults/off", "id=1"},
		{"POST", "/_inspector/clock", "advance=1h"}, {"POST", "/_inspector/clock", "advance=9223372036854775807ns"},
		{"POST", "/_inspector/users", "name=%00"}, {"POST", "/_inspector/token", "user=8:acs:a&scope=chat"},
		{"POST", "/_inspector/messages", "thread=19:a&user=8:acs:a&content=x"}, {"POST", "/_inspector/deliveries", "id=1"},
		{"POST", "/_inspector/snapshot", "name=a"}, {"POST", "/_inspector/restore", "name=b"}, {"POST", "/_inspector/reset", ""},
	} {
		f.Add(seed.method, seed.target, seed.form)
	}
	s, err := chattest.Open(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	start := s.Snapshot()
	page := inspector.New(nil).Handler(s, http.NotFoundHandler(), "")
	do := func(r *http.Request) *httptest.ResponseRecorder {
		r.RemoteAddr, r.Host = "127.0.0.1:50000", strings.TrimPrefix(s.Endpoint(), "https://")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		page.ServeHTTP(w, r)
		return w
	}
	shown, err := http.NewRequest(http.MethodGet, s.Endpoint()+"/", nil)
	if err != nil {
		f.Fatal(err)
	}
	body := do(shown).Body.String()
	proof := proofField.FindStringSubmatch(body)
	if proof == nil {
		f.Fatalf("the page has no form: %s", body)
	}
	f.Fuzz(func(t *testing.T, method, target, form string) {
		u, err := url.Parse(s.Endpoint() + target)
		if err != nil || strings.HasSuffix(u.Path, "/events") || strings.HasSuffix(u.Path, "/webhooks") || strings.HasSuffix(u.Path, "/deliveries") {
			return
		}
		r, err := http.NewRequest(method, u.String(), strings.NewReader(form+"&csrf="+proof[1]))
		if err != nil {
			return
		}
		defer s.Restore(start)
		if w := do(r); w.Code >= http.StatusInternalServerError {
			t.Errorf("%s %s %q: %d\n%s", method, u, form, w.Code, w.Body)
		}
	})
}
