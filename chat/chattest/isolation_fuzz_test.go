package chattest_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/internal/operations"
)

// secretOfB is in everything that user B writes.
const secretOfB = "only B may read this"

// FuzzIsolation checks that no request of user A causes a 5xx or returns text of user B. In paths, queries and bodies, {a} is a thread
// of A and {b} one of B, each with a message, {ma} and {mb}, and a position in its messages, {sa} and {sb}; {ua} and {ub} are the users.
func FuzzIsolation(f *testing.F) {
	for _, seed := range []struct{ method, target, body string }{
		{"GET", "/chat/threads", ""},
		{"GET", "/chat/threads?maxPageSize=1", ""},
		{"POST", "/chat/threads", `{"topic":"t","participants":[{"communicationIdentifier":{"rawId":"{ub}","communicationUser":{"id":"{ub}"}}}]}`},
		{"GET", "/chat/threads/{b}", ""},
		{"PATCH", "/chat/threads/{b}", `{"topic":"mine"}`},
		{"PATCH", "/chat/threads/{a}", `{"metadata":{"note":null,"k":"v"},"retentionPolicy":{"kind":"threadCreationDate","deleteThreadAfterDays":30}}`},
		{"PATCH", "/chat/threads/{a}", `{"topic":"t","metadata":null,"retentionPolicy":null}`},
		{"DELETE", "/chat/threads/{b}", ""},
		{"GET", "/chat/threads/{b}/messages", ""},
		{"GET", "/chat/threads/{a}/messages?maxPageSize=1&startTime=2020-01-01T00:00:00Z", ""},
		{"GET", "/chat/threads/{a}/messages?maxPageSize=1&syncState={sa}", ""},
		{"GET", "/chat/threads/{a}/messages?syncState={sb}", ""},
		{"GET", "/chat/threads/{b}/messages?syncState={sb}&startTime=1/1/1970%2012:00:00%20AM%20%2B00:00", ""},
		{"GET", "/chat/threads?maxPageSize=1&syncState=" + url.QueryEscape(threadsPosition), ""},
		{"POST", "/chat/threads/{b}/messages", `{"content":"x","type":"html","metadata":{"k":"v"}}`},
		{"POST", "/chat/threads/{a}/messages", `{"content":"x","type":"text","senderDisplayName":"A"}`},
		{"GET", "/chat/threads/{b}/messages/{mb}", ""},
		{"GET", "/chat/threads/{a}/messages/{mb}", ""},
		{"GET", "/chat/threads/{a}/messages/{ma}", ""},
		{"PATCH", "/chat/threads/{a}/messages/{mb}", `{"content":"y"}`},
		{"PATCH", "/chat/threads/{a}/messages/{ma}", `{"content":"y","metadata":{"amsreferences":"[]","k":"v","note":""}}`},
		{"DELETE", "/chat/threads/{a}/messages/{ma}", ""},
		{"DELETE", "/chat/threads/{b}/messages/{mb}", ""},
		{"GET", "/chat/threads/{b}/participants?maxPageSize=1&skip=0", ""},
		{"POST", "/chat/threads/{b}/participants/:add", `{"participants":[{"communicationIdentifier":{"rawId":"{ua}","communicationUser":{"id":"{ua}"}}}]}`},
		{"POST", "/chat/threads/{a}/participants/:add", `{"participants":[{"communicationIdentifier":{"communicationUser":{"id":"{ub}"}},"shareHistoryTime":"1970-01-01T00:00:00Z"}]}`},
		{"POST", "/chat/threads/{a}/participants/:add", `{"participants":[{"communicationIdentifier":{"communicationUser":{"id":"{ub}"}},"shareHistoryTime":"9999-12-31T23:59:59-14:00"}]}`},
		{"GET", "/chat/threads/{a}/messages?startTime=9999-12-31T23:59:59-14:00&maxPageSize=1", ""},
		{"POST", "/chat/threads/{b}/participants/:remove", `{"rawId":"{ub}","communicationUser":{"id":"{ub}"}}`},
		{"GET", "/chat/threads/{b}/readReceipts", ""},
		{"POST", "/chat/threads/{a}/readReceipts", `{"chatMessageId":"{mb}"}`},
		{"POST", "/chat/threads/{a}/readReceipts", `{"chatMessageId":"{ma}"}`},
		{"GET", "/chat/config/realTimeNotifications?api-version=2024-09-01", ""},
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
	secretThread(f, s, a, "mine too", "another key of A") // for a second page of threads
	ofB, messageOfB := secretThread(f, s, b, secretOfB, "the key of B")
	names := strings.NewReplacer("{a}", ofA, "{b}", ofB, "{ma}", messageOfA, "{mb}", messageOfB, "{ua}", a.ID, "{ub}", b.ID,
		"{sa}", messagesPosition(f, s, a, ofA), "{sb}", messagesPosition(f, s, b, ofB))
	token := s.Token(a, time.Hour)
	start := s.Snapshot()

	f.Fuzz(func(t *testing.T, method, target, body, repeatability string) {
		u, err := url.Parse(s.Endpoint() + names.Replace(target))
		if err != nil {
			return
		}
		addVersion(u)
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

// addVersion adds an api-version of the API to which the path belongs, unless the query has one.
func addVersion(u *url.URL) {
	added := version
	if operations.IsIdentityPath(u.Path) {
		added = identityVersion
	}
	if !strings.Contains(u.RawQuery, "api-version") {
		u.RawQuery = strings.TrimPrefix(u.RawQuery+"&"+added, "&")
	}
}

// threadsPosition is a position in the list of threads, as a link has it.
var threadsPosition = base64.StdEncoding.EncodeToString([]byte(`[{"start":"2020-01-01T00:00:00+00:00","end":"2020-01-02T00:00:00+00:00"},` +
	`{"start":"1970-01-01T00:00:00+00:00","end":"1970-01-01T00:00:00+00:00"}]`))

// messagesPosition returns the position after the first message of a thread, as the link to the second page has it.
func messagesPosition(tb testing.TB, s *chattest.Service, user chat.CommunicationUser, thread string) string {
	tb.Helper()
	for page, err := range s.Client(user).ThreadClient(thread).ListMessages(&chat.ListMessagesOptions{PageSize: 1}).Pages(context.Background()) {
		_, query, _ := strings.Cut(page.ContinuationToken, "?")
		if values, _ := url.ParseQuery(query); err == nil && values.Get("syncState") != "" {
			return values.Get("syncState")
		}
		tb.Fatalf("a page with the token %q: %v", page.ContinuationToken, err)
	}
	return ""
}

// secretThread creates a thread of a user in which every text is secret, with one message.
func secretThread(tb testing.TB, s *chattest.Service, user chat.CommunicationUser, secret, key string) (thread, message string) {
	tb.Helper()
	ctx := context.Background()
	client := s.Client(user)
	created, err := client.CreateThread(ctx, secret, &chat.CreateThreadOptions{
		IdempotencyKey: key, Metadata: map[string]string{"note": secret}, Participants: []chat.Participant{{Identifier: user, DisplayName: secret}},
	})
	if err != nil {
		tb.Fatal(err)
	}
	sent, err := client.ThreadClient(created.Thread.ID).SendMessage(ctx, secret, &chat.SendMessageOptions{SenderDisplayName: secret})
	if err != nil {
		tb.Fatal(err)
	}
	return created.Thread.ID, sent.ID
}
