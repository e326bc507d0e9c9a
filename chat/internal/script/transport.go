// Package script is the transport of the specs: it answers what they have prepared, and keeps what it was asked.
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

// Transport gives its answers in order, and repeats the last one. It needs no socket, and so works in a bubble of synctest.
// It is safe for concurrent use.
type Transport struct {
	answers []Answer

	mu       sync.Mutex // guards requests
	requests []Request
}

// Answer makes the response to one request, or its failure.
type Answer func(*http.Request) (*http.Response, error)

// Request is what went over the wire, and when.
type Request struct {
	Method, URL, Body string
	Header            http.Header
	At                time.Time
}

// New makes a transport of its answers. One without answers panics when it is asked.
func New(answers ...Answer) *Transport { return &Transport{answers: answers} }

// Do keeps the request and answers it.
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

// Requests are those there were, in the order in which they came. Nil: none.
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

// Reply answers with a status and a JSON body; header holds names and values in turn, and may say otherwise.
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

// Fail answers nothing: the connection breaks with err.
func Fail(err error) Answer {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}
