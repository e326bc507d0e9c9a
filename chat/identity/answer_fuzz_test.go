package identity_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
)

// canned answers every request with one response. It is for one goroutine.
type canned struct {
	status     int
	date, body string
}

func (c *canned) Do(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: c.status, Header: http.Header{"Content-Type": {"application/json"}, "Date": {c.date}},
		Body: io.NopCloser(strings.NewReader(c.body)), Request: req,
	}, nil
}

// FuzzAnswer checks that no response of the service makes an empty token or user without an error, and that an error is one line, without the
// token unless the response has that as the text of an error.
func FuzzAnswer(f *testing.F) {
	const marker = "t0ken" // in every token
	for _, seed := range []string{
		"", "{}", "null", "[]", `{"token":"t0ken","expiresOn":"2026-11-03T09:27:10Z"}`, `{"token":"","expiresOn":"soon"}`, `{"token":["t0ken"]}`,
		`{"identity":{"id":"8:acs:a"},"accessToken":{"token":"t0ken","expiresOn":"2026-11-03T09:27:10.123+00:00"}}`, `{"identity":{"id":1},"accessToken":null}`,
		`{"identity":{"id":"8:acs:a\r\n"},"accessToken":{"TOKEN":"t0ken"}}`, `{"token":"t0ken"`, `{"error":{"code":"a\n","message":"\u2028"}}`,
		`{"objectId":"o","tenantId":"t","principalType":"user","clientIds":["a",1]}`, "\xff",
	} {
		f.Add(http.StatusOK, "Mon, 03 Nov 2025 09:27:10 GMT", seed)
		f.Add(http.StatusCreated, "", seed)
	}
	f.Add(http.StatusUnauthorized, "Thu, 01 Jan 1970 00:00:00 GMT", "{}")
	f.Add(http.StatusUnauthorized, "Fri, 31 Dec 9999 23:59:59 GMT", "")
	service := &canned{}
	client, err := identity.NewClientWithAccessKey(testEndpoint, testKey, &identity.ClientOptions{ClientOptions: azcore.ClientOptions{Transport: service}})
	if err != nil {
		f.Fatal(err)
	}
	ctx := context.Background()
	f.Fuzz(func(t *testing.T, status int, date, body string) {
		switch status {
		case 408, 429, 500, 502, 503, 504: // repeated after delays
			return
		}
		*service = canned{status, date, body}
		asError := strings.Contains(strings.ToLower(body), "code") || strings.Contains(strings.ToLower(body), "message")
		check := func(call string, complete bool, err error) {
			if (err == nil) != complete {
				t.Errorf("%s: complete: %t, error: %v", call, complete, err)
			}
			if err != nil && (!asError && strings.Contains(err.Error(), marker) || strings.ContainsAny(err.Error(), "\n\r")) {
				t.Errorf("%s: %q", call, err)
			}
		}
		scopes := []identity.Scope{identity.ScopeChat}
		token, err := client.GetToken(ctx, ada, scopes, nil)
		check("GetToken", token.Token != "", err)
		both, err := client.CreateUserAndToken(ctx, scopes, nil)
		check("CreateUserAndToken", both.User.ID != "" && both.Token.Token != "", err)
		user, err := client.CreateUser(ctx, nil)
		check("CreateUser", user != chat.CommunicationUser{}, err)
		teams, err := client.GetTokenForTeamsUser(ctx, "an-entra-token", "client", "user")
		check("GetTokenForTeamsUser", teams.Token != "", err)
		if _, err := client.GetTeamsExtensionAssignment(ctx, "tenant", "object"); err != nil {
			check("GetTeamsExtensionAssignment", false, err)
		}
	})
}
