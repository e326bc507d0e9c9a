// Package script is a transport for tests. It gives prepared answers and records the requests.
package script

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Transport gives its answers in order, and then repeats the last one. It works in a synctest bubble, since it has no socket.
// It is safe for concurrent use.
type Transport struct {
	answers []Answer

	mu       sync.Mutex // guards requests
	requests []Request
}

// Answer returns the response to one request, or an error.
type Answer func(*http.Request) (*http.Response, error)

// Request is a request that was sent, and when.
type Request struct {
	Method, URL, Body string
	Header            http.Header
	At                time.Time
}

// New returns a transport that gives the answers. Without any, a request panics.
func New(answers ...Answer) *Transport { return &Transport{answers: answers} }

// Do records the request and answers it.
func (t *Transport) Do(req *http.Request) (*http.Response, error) {
	sent := Request{Method: req.Method, URL: req.URL.String(), Header: req.Header.Clone(), At: time.Now()}
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		sent.Body = string(body)
	}
	resp, err := t.next(sent)(req)
	if resp != nil {
		resp.Request = req
	}
	return resp, err
}

// Requests returns the requests so far, in order, nil if there were none.
func (t *Transport) Requests() []Request {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.requests)
}

func (t *Transport) next(sent Request) Answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.requests = append(t.requests, sent)
	return t.answers[min(len(t.requests), len(t.answers))-1]
}

// Reply answers with a status and a body. header contains names and values in turn; the content type is JSON unless it sets another.
func Reply(status int, body string, header ...string) Answer {
	return func(*http.Request) (*http.Response, error) {
		h := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
		for i := 0; i < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return &http.Response{
			StatusCode: status, Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), Header: h,
			Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
		}, nil
	}
}

// Fail returns err instead of a response.
func Fail(err error) Answer {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}
