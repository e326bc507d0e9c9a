package chat_test

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/acschat/acs-chat-go/chat"
)

// FuzzExplain checks explanations for any response and any token: at least one cause, lines
// for a log, and never the token.
func FuzzExplain(f *testing.F) {
	f.Add(401, "", "Mon, 03 Nov 2025 09:27:10 GMT", `{"exp":1762247700,"skypeid":"acs:1_2"}`, "GET", "/chat/threads", "")
	f.Add(403, `{"CommunicationError":{"Code":"Forbidden"}}`, "", `{"acsScope":"voip"}`, "POST", "/chat/threads/19:a@thread.v2/participants/:add",
		`{"participants":[{"communicationIdentifier":{"rawId":"8:acs:x_y"},"metadata":{"a":"b"}}]}`)
	f.Add(400, "<html>", "x", `{"exp":"soon","acsScope":7}`, "PATCH", "/a/chat/threads/%2f/messages/%00", `{"retentionPolicy":{"kind":"x"}}`)
	f.Add(404, "{", "", "null", "GET", "/chat/threads//messages/", "[]")
	const signature = "c2lnbmF0dXJl-of-the-token"
	var none *chat.Client
	f.Fuzz(func(t *testing.T, status int, answer, date, payload, method, path, sent string) {
		token := "eyJ." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + "." + signature
		req := &http.Request{Method: method, URL: &url.URL{Scheme: "https", Host: "contoso.europe.communication.azure.com", Path: path}}
		req.Header = http.Header{"Authorization": {"Bearer " + token}}
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(sent)), nil }
		resp := &http.Response{StatusCode: status, Header: http.Header{"Date": {date}}, Request: req, Body: io.NopCloser(strings.NewReader(answer + token))}
		explanation := none.Explain(context.Background(), token, chat.NewError("try", resp, token))
		if len(explanation.Causes) == 0 {
			t.Fatal("there is no cause")
		}
		for _, cause := range explanation.Causes {
			text := cause.What + cause.Evidence + cause.Fix
			if strings.ContainsAny(text, "\n\r\x00\x1b") || strings.Contains(text, signature) {
				t.Fatalf("not fit for a log: %q", text)
			}
		}
	})
}
