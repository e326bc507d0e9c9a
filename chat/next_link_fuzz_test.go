package chat_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// linking answers the first request with a page that has a link, and the others with the last page. It is for one goroutine.
type linking struct {
	first []byte
	sent  []*http.Request
}

func (l *linking) Do(req *http.Request) (*http.Response, error) {
	body := []byte(`{"value":[]}`)
	if len(l.sent) == 0 {
		body = l.first
	}
	l.sent = append(l.sent, req)
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(body)), Request: req,
	}, nil
}

// FuzzNextLink checks that the second page is requested from the endpoint whatever the link is, that the page can be requested again with its
// token, and that an error does not show the query.
func FuzzNextLink(f *testing.F) {
	for _, seed := range []string{
		"", "/chat/threads?api-version=2025-03-15&startTime=1", "https://evil.test/chat/threads?s3cret=1", "//evil.test/x", "http://[::1%\x7f",
		"https://u:p@evil.test:1/%2f%2e%2e/?a=b#c", "?s3cret", "#", "\\\\evil.test\\x", "javascript:alert(1)", "/%zz", "/a b\r\nHost: evil.test", "/\x00",
		"@evil.test/", ":1@evil.test", "/" + strings.Repeat("a", 5000),
	} {
		f.Add(seed)
	}
	service := &linking{}
	credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: tokenUntil(time.Now().Add(24 * time.Hour))})
	if err != nil {
		f.Fatal(err)
	}
	client, err := chat.NewClient(testEndpoint, credential, options(service))
	if err != nil {
		f.Fatal(err)
	}
	endpoint, err := url.Parse(testEndpoint)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, link string) {
		quoted, err := json.Marshal(link)
		if err != nil {
			t.Fatal(err)
		}
		*service = linking{first: []byte(`{"value":[{"id":"a"}],"nextLink":` + string(quoted) + `}`)}
		var token string
		for page, err := range client.ListThreads(nil).Pages(t.Context()) {
			if token == "" {
				token = page.ContinuationToken
			}
			if err != nil && (strings.Contains(err.Error(), "s3cret") || strings.ContainsAny(err.Error(), "\n\r")) {
				t.Errorf("%q", err)
			}
		}
		if token != "" {
			for _, err := range client.ListThreads(&chat.ListThreadsOptions{ContinuationToken: token}).Pages(t.Context()) {
				_ = err
			}
		}
		for _, req := range service.sent {
			if req.URL.Scheme != endpoint.Scheme || req.URL.Host != endpoint.Host || req.Host != "" && req.Host != endpoint.Host {
				t.Errorf("%q leads to %s (%s)", link, req.URL, req.Host)
			}
		}
	})
}
