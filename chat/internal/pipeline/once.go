package pipeline

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync/atomic"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// oncePolicy keeps an operation that must not happen twice from being repeated once it may have happened,
// whatever the caller's retry options say. Sending a message has no idempotency key: azcore alone delivers it again and
// again when the replies get lost.
//
// Repeated are an attempt that got no connection, a 429, and a 503 that says when to come back.
type oncePolicy struct{}

func (oncePolicy) Do(req *policy.Request) (*http.Response, error) {
	a := attemptsOf(req.Raw().Context())
	if !a.Once {
		return req.Next()
	}
	a.handed, a.ambiguous = false, false
	var connection connectionTrace
	resp, err := req.WithContext(connection.watch(req.Raw().Context())).Next()
	if err != nil {
		if !a.handed || connection.missed(err) {
			return nil, err
		}
		a.ambiguous = true
		return nil, Final{err}
	}
	if mayHaveHappened(a.Operation, resp) {
		a.ambiguous = true
		return nil, &lastAnswer{resp}
	}
	return resp, nil
}

// mayHaveHappened: a refusal has not done it, a success is known; all else tells nothing.
func mayHaveHappened(op Operation, resp *http.Response) bool {
	switch status := resp.StatusCode; {
	case op.succeeded(status):
		return false
	case status == http.StatusServiceUnavailable:
		return RetryAfter(resp.Header) == 0
	case status == http.StatusRequestTimeout, status >= 500, status < 300:
		return true
	}
	return false
}

// lastAnswer carries an answer past azcore's retry policy.
type lastAnswer struct{ resp *http.Response }

func (l *lastAnswer) Error() string { return "status " + strconv.Itoa(l.resp.StatusCode) }
func (*lastAnswer) NonRetriable()   {}

// connectionTrace learns whether a request ever got a connection. net/http calls the hooks from several goroutines.
type connectionTrace struct{ asked, got atomic.Bool }

func (t *connectionTrace) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { t.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { t.got.Store(true) },
	})
}

// missed reports whether nothing can have reached the service: the dial or the TLS handshake failed.
func (t *connectionTrace) missed(err error) bool {
	if t.asked.Load() {
		return !t.got.Load()
	}
	dial, ok := errors.AsType[*net.OpError](err) // a transport that does not trace
	return ok && dial.Op == "dial"
}
