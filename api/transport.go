package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// Transporter sends requests, as policy.Transporter of azcore does.
type Transporter interface {
	Do(*http.Request) (*http.Response, error)
}

// WatchTransport returns a transport that sends requests with next, which stands for the service, and checks them: a deviation from the
// contracts fails the spec that runs, unless the spec is marked with [OtherRequests] or [OtherResponses]. Every request is checked, whatever
// its response. A success is checked if its body was read to the end and has at most 1 MiB. Other responses are not checked, since gateways
// write them too. Outside of a spec, as in a fuzz target, nothing is checked.
func WatchTransport(next Transporter) Transporter { return watchedTransport{next} }

const (
	otherRequests  = "requests that are not of the contract"
	otherResponses = "responses that are not of the contract"
)

// OtherRequests marks the specs of a node whose clients send requests that are not of the contracts.
func OtherRequests() ginkgo.Labels { return ginkgo.Label(otherRequests) }

// OtherResponses marks the specs of a node whose clients receive successes that are not of the contracts.
func OtherResponses() ginkgo.Labels { return ginkgo.Label(otherResponses) }

// entraExchange is the path of [chattest.ExchangeEntraToken], which no stable contract has.
const entraExchange = "/access/entra/:exchangeAccessToken"

type watchedTransport struct{ next Transporter }

func (t watchedTransport) Do(req *http.Request) (*http.Response, error) {
	spec := ginkgo.CurrentSpecReport()
	if spec.FileName() == "" {
		return t.next.Do(req)
	}
	if req.URL.Path == entraExchange {
		return t.next.Do(req)
	}
	q, err := sent(req)
	if err != nil {
		return nil, err
	}
	labels := spec.Labels()
	if slices.Contains(labels, otherRequests) {
		return t.next.Do(req)
	}
	expectNone(q, checkSent(q))
	resp, err := t.next.Do(req)
	if err == nil && resp != nil && resp.Body != nil && resp.StatusCode < http.StatusMultipleChoices && !slices.Contains(labels, otherResponses) {
		q.Status, q.ReplyHeader = resp.StatusCode, resp.Header
		resp.Body = &watchedBody{ReadCloser: resp.Body, exchange: q, length: resp.ContentLength}
	}
	return resp, err
}

// expectNone fails the spec that runs if there is an error.
func expectNone(q chattest.Request, err error) {
	if err != nil {
		defer ginkgo.GinkgoRecover()
		gomega.Expect(fmt.Errorf("%s %s: %w", q.Method, q.Target, err)).To(gomega.Succeed())
	}
}

// sent is a request as a service records it, without the path of a gateway before that of the service. The body of req can still be read.
func sent(req *http.Request) (chattest.Request, error) {
	q := chattest.Request{Method: req.Method, Path: req.URL.Path, Query: req.URL.Query(), Header: req.Header.Clone()}
	target, query, _ := strings.Cut(req.URL.RequestURI(), "?")
	q.Operation, q.Target = operationAt(req.Method, target)
	q.Target += "?" + query
	if req.Body == nil {
		return q, nil
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return q, err
	}
	q.Body, req.Body = body, readCloser{bytes.NewReader(body), req.Body}
	return q, nil
}

// operationAt returns the operation that has an escaped path, and the part of the path that is the service's. The operation is empty if there
// is none.
func operationAt(method, path string) (chattest.Operation, string) {
	for at, r := range path {
		if r != '/' {
			continue
		}
		for id, route := range routes() {
			if _, ok := wildcards(route, method, path[at:]); ok {
				return chattest.Operation(id), path[at:]
			}
		}
	}
	return "", path
}

type readCloser struct {
	io.Reader
	io.Closer
}

// checkSent checks a request whose response is not known.
func checkSent(q chattest.Request) error {
	route, ok := routes()[string(q.Operation)]
	if !ok {
		return errors.New("no contract has the operation")
	}
	request, err := received(q, route)
	if err != nil {
		return err
	}
	return checkRequest(q, request)
}

// watchedBody checks an exchange when the body of its response is closed, if all of it was read.
type watchedBody struct {
	io.ReadCloser
	exchange chattest.Request
	length   int64 // -1 if it is not announced
	ended    bool
	once     sync.Once
}

const maxWatchedBody = 1 << 20

func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if len(b.exchange.Reply) <= maxWatchedBody {
		b.exchange.Reply = append(b.exchange.Reply, p[:n]...)
	}
	b.ended = b.ended || errors.Is(err, io.EOF)
	return n, err
}

func (b *watchedBody) Close() error {
	b.once.Do(func() {
		if read := len(b.exchange.Reply); read <= maxWatchedBody && (b.ended || int64(read) == b.length) {
			expectNone(b.exchange, checkAnswered(b.exchange))
		}
	})
	return b.ReadCloser.Close()
}

func checkAnswered(q chattest.Request) error {
	request, err := received(q, routes()[string(q.Operation)])
	if err != nil {
		return err
	}
	return checkSuccess(q, request)
}
