package chat_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/redact"
)

// FuzzError checks that any response becomes an error with its status and body, whose text is one printable line of limited length.
func FuzzError(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `null`, `[]`, page, "{\r\n  \"CommunicationError\": {\r\n    \"Code\": \"Forbidden\",\r\n    \"Details\": []\r\n  }\r\n}",
		`{"error":{"code":"A","message":"B","target":"C","details":[{"code":"D"}],"innererror":{"innererror":{}}}}`,
		`{"Code":1,"Message":{},"InnerErrors":[1,null,{"Code":true}]}`, `{"error":"x","Error":[],"chatError":{"code":"\ud800"}}`,
		`{"error":{"message":"eyJhbGciOiJub25lIn0.eyJleHAiOjF9.c2ln ?a=b\r\n\u2028"}}`, `{"error":{"code":"`, "\xff\xfe\x00",
	} {
		f.Add(http.StatusForbidden, []byte(seed), "application/json")
	}
	f.Add(-1, []byte(page), "text/html\r\n; charset=x")
	f.Fuzz(func(t *testing.T, status int, body []byte, contentType string) {
		resp := &http.Response{
			StatusCode: status, Header: http.Header{"Content-Type": {contentType}, "Ms-Cv": {contentType}},
			Body: io.NopCloser(bytes.NewReader(body)),
		}
		e := chat.NewError("try", resp, "")
		if e.StatusCode != status {
			t.Errorf("status %d, want %d", e.StatusCode, status)
		}
		text := e.Error()
		if len(text) > 2048 {
			t.Errorf("%d bytes of text", len(text))
		}
		for _, r := range text {
			if !strconv.IsPrint(r) {
				t.Errorf("%q is not printable", r)
			}
		}
		want := redact.Text(string(body))
		if status >= 200 && status < 300 {
			want = "" // the body of a success is not kept
		}
		raw, _ := errors.AsType[*azcore.ResponseError](e)
		if kept, err := io.ReadAll(raw.RawResponse.Body); err != nil || string(kept) != want {
			t.Errorf("body %q, want %q (%v)", kept, want, err)
		}
	})
}
