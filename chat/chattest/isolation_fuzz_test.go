package chattest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

// secretOfB is in everything that user B writes.
const secretOfB = "only B may read this"

// FuzzIsolation checks that no request of user A causes a 5xx or returns text of user B. In paths, queries and bodies, {a} is a thread
// of A and {b} one of B, each with a message, {ma} and {mb}; {ua} and {ub} are the users.
func FuzzIsolation(f *testing.F) {
	for _, seed := range []struct{ method, target, body string }{
		{"GET", "/chat/threads", ""},
		{"POST", "/chat/threads", `{"topic":"t","participants":[{"communicationIdentifier":{"rawId":"{ub}","communicationUser":{"id":"{ub}"}}}]}`},
		{"GET", "/chat/threads/{b}", ""},
		{"PATCH", "/chat/threads/{b}", `{"topic":"mine"}`},
		{"DELETE", "/chat/threads/{b}", ""},
		{"GET", "/chat/threads/{b}/messages", ""},
		{"GET", "/chat/threads/{a}/messages?maxPageSize=1&startTime=2020-01-01T00:00:00Z", ""},
		{"POST", "/chat/threads/{b}/messages", `{"content":"x","type":"html","metadata":{"k":"v"}}`},
		{"POST", "/chat/threads/{a}/messages", `{"content":"x","type":"text","senderDisplayName":"A"}`},
		{"GET", "/chat/threads/{b}/messages/{mb}", ""},
		{"GET", "/chat/threads/{a}/messages/{mb}", ""},
		{"PATCH", "/chat/threads/{a}/messages/{mb}", `{"content":"y"}`},
		{"DELETE", "/chat/threads/{b}/messages/{mb}", ""},
		{"GET", "/chat/threads/{b}/participants?maxPageSize=1&skip=0", ""},
		{"POST", "/chat/threads/{b}/participants/:add", `{"participants":[{"communicationIdentifier":{"rawId":"{ua}","communicationUser":{"id":"{ua}"}}}]}`},
		{"POST", "/chat/threads/{a}/participants/:add", `{"participants":[{"communicationIdentifier":{"communicationUser":{"id":"{ub}"}},"shareHistoryTime":"1970-01-01T00:00:00Z"}]}`},
		{"POST", "/chat/threads/{b}/participants/:remove", `{"rawId":"{ub}","communicationUser":{"id":"{ub}"}}`},
		{"GET", "/chat/threads/{b}/readReceipts", ""},
		{"POST", "/chat/threads/{a}/readReceipts", `{"chatMessageId":"{mb}"}`},
		{"POST", "/chat/threads/{b}/typing", `{"senderDisplayName":"A"}`},
		{"GET", "/chat/threads/{a}/../{b}/messages", ""},
		{"GET", "//chat/threads/%2e%2e/{b}", ""},
		{"POST", "/identities", `{"createTokenWithScopes":["chat"]}`},
		{"POST", "/identities/{ub}/:issueAccessToken", `{"scopes":["chat"]}`},
		{"DELETE", "/identities/{ub}", ""},
		{"POST", "/v4/a?epid=1&sr=x&se=9&st=1&sig=", ""}, {"GET", "/socket.io/1/?sr=x&se=9999999999999&st=1&sig=00&epid=1", ""},
		{"POST", "/registrar/v3/registrations", `{"registrationId":"1","transports":{"TROUTER":[{"path":"https://h/v4/f/x/","ttl":1e99}]}}`},
		{"DELETE", "/registrar/v3/registrations/1", ""}, {"GET", "/v4/trouter", ""}, {"OPTIONS", "/chat/threads", ""}, {"GET", "/readyz", ""}, {"GET", "/admin/seed", ""},
	} {
		f.Add(seed.method, seed.target, seed.body, "")
	}
	f.Add("POST", "/chat/threads", `{"topic":"t"}`, "the key of B")

	s, err := chattest.Open(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	a, b := s.NewUser(), s.NewUser()
	ofA, messageOfA := secretThread(f, s, a, "mine", "the key of A")
	ofB, messageOfB := secretThread(f, s, b, secretOfB, "the key of B")
	names := strings.NewReplacer("{a}", ofA, "{b}", ofB, "{ma}", messageOfA, "{mb}", messageOfB, "{ua}", a.ID, "{ub}", b.ID)
	token := s.Token(a, time.Hour)
	start := s.Snapshot()

	f.Fuzz(func(t *testing.T, method, target, body, repeatability string) {
		u, err := url.Parse(s.Endpoint() + names.Replace(target))
		if err != nil {
			return
		}
		if !strings.Contains(u.RawQuery, "api-version") {
			u.RawQuery = strings.TrimPrefix(u.RawQuery+"&"+version, "&")
		}
		r, err := http.NewRequest(method, u.String(), strings.NewReader(names.Replace(body)))
		if err != nil {
			return
		}
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("X-Skypetoken", token)
		r.Header.Set("Content-Type", "application/json")
		if repeatability != "" {
			r.Header.Set("Repeatability-Request-Id", repeatability)
			r.Header.Set("Repeatability-First-Sent", s.Now().UTC().Format(http.TimeFormat))
		}
		defer s.Restore(start)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code >= http.StatusInternalServerError {
			t.Errorf("%s %s: %d\n%s", method, u, w.Code, w.Body)
		}
		if strings.Contains(w.Body.String(), secretOfB) {
			t.Errorf("%s %s shows\n%s", method, u, w.Body)
		}
	})
}

// secretThread creates a thread of a user in which every text is secret, with one message.
func secretThread(f *testing.F, s *chattest.Service, user chat.CommunicationUser, secret, key string) (thread, message string) {
	f.Helper()
	ctx := context.Background()
	client := s.Client(user)
	created, err := client.CreateThread(ctx, secret, &chat.CreateThreadOptions{
		IdempotencyKey: key, Metadata: map[string]string{"note": secret}, Participants: []chat.Participant{{Identifier: user, DisplayName: secret}},
	})
	if err != nil {
		f.Fatal(err)
	}
	sent, err := client.ThreadClient(created.Thread.ID).SendMessage(ctx, secret, &chat.SendMessageOptions{SenderDisplayName: secret})
	if err != nil {
		f.Fatal(err)
	}
	return created.Thread.ID, sent.ID
}
