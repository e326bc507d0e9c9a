package chat_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
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

func (l *linking) client(tb testing.TB) (*chat.Client, *url.URL) {
	tb.Helper()
	credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: tokenUntil(time.Now().Add(24 * time.Hour))})
	if err != nil {
		tb.Fatal(err)
	}
	client, err := chat.NewClient(testEndpoint, credential, options(l))
	if err != nil {
		tb.Fatal(err)
	}
	endpoint, err := url.Parse(testEndpoint)
	if err != nil {
		tb.Fatal(err)
	}
	return client, endpoint
}

// checkHosts reports requests that were not sent to the endpoint.
func (l *linking) checkHosts(t *testing.T, endpoint *url.URL) {
	t.Helper()
	for _, req := range l.sent {
		if req.URL.Scheme != endpoint.Scheme || req.URL.Host != endpoint.Host || req.Host != "" && req.Host != endpoint.Host {
			t.Errorf("a request to %s (%s)", req.URL, req.Host)
		}
	}
}

// FuzzNextLink checks that the second page is requested from the endpoint whatever the link is, that the same request can be made again with the token
// if the link is one of the listing, and that an error does not show the query.
func FuzzNextLink(f *testing.F) {
	for _, seed := range []string{
		"", "/chat/threads?api-version=2025-03-15&startTime=1", "https://evil.test/chat/threads?s3cret=1", "//evil.test/x", "http://[::1%\x7f",
		"https://u:p@evil.test:1/%2f%2e%2e/?a=b#c", "?s3cret", "#", "\\\\evil.test\\x", "javascript:alert(1)", "/%zz", "/a b\r\nHost: evil.test", "/\x00",
		"@evil.test/", ":1@evil.test", "/" + strings.Repeat("a", 5000),
	} {
		f.Add(seed)
	}
	service := &linking{}
	client, endpoint := service.client(f)
	f.Fuzz(func(t *testing.T, link string) {
		quoted, err := json.Marshal(link)
		if err != nil {
			t.Fatal(err)
		}
		*service = linking{first: []byte(`{"value":[{"id":"a"}],"nextLink":` + string(quoted) + `}`)}
		var token string
		var failed error
		for page, err := range client.ListThreads(nil).Pages(t.Context()) {
			token, failed = cmp.Or(token, page.ContinuationToken), err
		}
		if (failed == nil) != (len(service.sent) == cmp.Compare(token, "")+1) {
			t.Errorf("%q, token %q: %d requests and the error %v", link, token, len(service.sent), failed)
		}
		if failed != nil && (strings.Contains(failed.Error(), "s3cret") || strings.ContainsAny(failed.Error(), "\n\r")) {
			t.Errorf("%q", failed)
		}
		if path, _, _ := strings.Cut(token, "?"); failed == nil && strings.HasSuffix(path, "/chat/threads") {
			if _, err := client.ListThreads(&chat.ListThreadsOptions{ContinuationToken: token}).Collect(t.Context(), 0); err != nil {
				t.Errorf("the token %q: %v", token, err)
			} else if again := service.sent[len(service.sent)-1].URL.String(); len(service.sent) != 3 || again != service.sent[1].URL.String() {
				t.Errorf("%q leads to %s, and its token to %s", link, service.sent[1].URL, again)
			}
		}
		service.checkHosts(t, endpoint)
	})
}

// FuzzContinuationToken checks that a token of the caller is rejected before any request, without the token in the error, or leads to a request for
// messages of the thread from the endpoint.
func FuzzContinuationToken(f *testing.F) {
	const path = "/chat/threads/" + testThread + "/messages"
	for _, seed := range []string{
		"", path, path + "?s3cret=1", "/chat/threads/19%3Aother@thread.v2/messages?s3cret", "/" + path, "//evil.test" + path, "https://evil.test" + path, "/evil" + path + "#s3cret",
		"@evil.test" + path, ":1" + path, "\\\\evil.test" + path, "/%zz" + path, "/%2e%2e" + path, "/\r\nHost: evil.test" + path, path + "?\x00", path + "%3Fs3cret", strings.ToUpper(path),
	} {
		f.Add(seed)
	}
	service := &linking{}
	client, endpoint := service.client(f)
	thread := client.ThreadClient(testThread)
	f.Fuzz(func(t *testing.T, token string) {
		*service = linking{first: []byte(`{"value":[]}`)}
		_, err := thread.ListMessages(&chat.ListMessagesOptions{ContinuationToken: token}).Collect(t.Context(), 0)
		if err != nil {
			argument, ok := errors.AsType[*chat.ArgumentError](err)
			if !ok || argument.Name != "ContinuationToken" || len(service.sent) > 0 || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%q: %d requests and the error %v", token, len(service.sent), err)
			}
			return
		}
		if len(service.sent) != 1 || !strings.HasSuffix(service.sent[0].URL.Path, path) {
			t.Errorf("%q leads to %v", token, service.sent)
		}
		service.checkHosts(t, endpoint)
	})
}
