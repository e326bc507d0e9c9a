package chattest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/internal/operations"
)

// FuzzIdentity checks that no request to the identity API causes a 5xx or a body that is not JSON, that one with another bearer token than those in
// the options is refused, and that an issued token of a user authenticates the user. Requests without a bearer token are signed with the access
// key. In paths and bodies, {u} is a user.
func FuzzIdentity(f *testing.F) {
	const assignment = "/access/teamsExtension/tenants/" + anaTenant + "/assignments/" + anaObject
	const exchange = `"appId":"` + teamsApp + `","userId":"` + anaObject + `"`
	for _, seed := range []struct{ method, target, body, bearer string }{
		{"POST", "/identities", `{}`, ""}, {"POST", "/identities", `{"createTokenWithScopes":["chat","voip"],"expiresInMinutes":60}`, ""},
		{"POST", "/identities", `{"createTokenWithScopes":["x"]}`, ""}, {"POST", "/identities", `{"expiresInMinutes":59}`, "application"},
		{"POST", "/identities/{u}/:issueAccessToken", `{"scopes":["chat.join"],"expiresInMinutes":1440}`, ""},
		{"POST", "/identities/{u}/:issueAccessToken", `{"scopes":[]}`, ""}, {"POST", "/identities/8:acs:x/:issueAccessToken", `{"scopes":["chat"]}`, ""},
		{"POST", "/identities/{u}/:issueAccessToken", "[", ""}, {"POST", "/identities/{u}/:revokeAccessTokens", "", ""}, {"DELETE", "/identities/{u}", "", ""},
		{"POST", "/teamsUser/:exchangeAccessToken", `{"token":"ana",` + exchange + `}`, ""}, {"POST", "/teamsUser/:exchangeAccessToken", `{"token":"x",` + exchange + `}`, ""},
		{"POST", "/teamsUser/:exchangeAccessToken", `{"token":"ana","appId":"x","userId":""}`, ""}, {"POST", "/access/teamsExtension/:exchangeAccessToken", "", "ana"},
		{"POST", "/access/entra/:exchangeAccessToken?api-version=2025-03-02-preview", "", "ana again"},
		{"POST", "/access/entra/:exchangeAccessToken?api-version=2025-03-02-preview", "", "ending"}, {"POST", "/access/teamsExtension/:exchangeAccessToken", "", "ana\x00"},
		{"GET", assignment, "", "application"}, {"PUT", assignment, `{"principalType":"user","clientIds":["` + teamsApp + `"]}`, ""}, {"PUT", assignment, `{"principalType":1}`, ""},
		{"DELETE", assignment, "", ""}, {"PUT", "/access/teamsExtension/tenants/%00/assignments/%2f", `{"principalType":"teamsResourceAccount"}`, "ending application"},
	} {
		f.Add(seed.method, seed.target, seed.body, seed.bearer)
	}
	known := entraTokens(time.Now().Add(-time.Hour))
	s, err := chattest.Open(&chattest.Options{EntraTokens: known})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	user := s.NewUser()
	send := func(tb testing.TB, method, target, body, bearer string) (*url.URL, *httptest.ResponseRecorder) {
		u, err := url.Parse(s.Endpoint() + strings.ReplaceAll(target, "{u}", user.ID))
		if err != nil {
			return nil, nil
		}
		addVersion(u)
		body = strings.ReplaceAll(body, "{u}", user.ID)
		r, err := http.NewRequest(method, u.String(), strings.NewReader(body))
		if err != nil {
			return nil, nil
		}
		signRequest(tb, s, r, body)
		r.Header.Set("Content-Type", "application/json")
		if bearer != "" {
			r.Header.Set("Authorization", "Bearer "+bearer)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return u, w
	}
	if u, w := send(f, "PUT", assignment, `{"principalType":"user"}`, ""); w.Code != http.StatusCreated {
		f.Fatalf("PUT %s: %d\n%s", u, w.Code, w.Body)
	}
	start := s.Snapshot()
	f.Fuzz(func(t *testing.T, method, target, body, bearer string) {
		defer s.Restore(start)
		u, w := send(t, method, target, body, bearer)
		if w == nil || !operations.IsIdentityPath(u.Path) {
			return
		}
		if w.Code >= http.StatusInternalServerError || w.Body.Len() > 0 && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s %s: %d\n%s", method, u, w.Code, w.Body)
		}
		isGiven := func(token chattest.EntraToken) bool { return token.Token == bearer && token.ExpiresOn.IsZero() }
		if w.Code < 300 && method != http.MethodOptions && bearer != "" && !slices.ContainsFunc(known, isGiven) {
			t.Errorf("%s %s with the token %q: %d\n%s", method, u, bearer, w.Code, w.Body)
		}
		var issued struct {
			Token       string
			AccessToken struct{ Token string }
		}
		_ = json.Unmarshal(w.Body.Bytes(), &issued)
		if token := issued.Token + issued.AccessToken.Token; w.Code < 300 && token != "" && strings.HasPrefix(u.Path, "/identities") {
			if _, w := send(t, "GET", "/chat/threads", "", token); w.Code == http.StatusUnauthorized {
				t.Errorf("%s %s issues %q, which is refused", method, u, token)
			}
		}
	})
}
