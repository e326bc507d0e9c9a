package pipeline

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// An operation with Once set must not be repeated once it may have happened, whatever the caller's retry options say. Sending
// a message has no idempotency key: azcore alone delivers it again and again when the replies get lost.
//
// Repeated are an attempt that got no connection, a 429, and a 503 that says when to come back. Within azcore's retries, sendTraced and
// keep make all else final; around them, handOverAnswer gives back what was kept, as first does before azcore is asked.

type policyFunc func(*policy.Request) (*http.Response, error)

func (f policyFunc) Do(req *policy.Request) (*http.Response, error) { return f(req) }

// sendTraced makes an attempt final that fails after it may have reached the service: the transport notes the connection.
func (a *Attempt) sendTraced() (*http.Response, error) {
	c := a.call
	c.connection = nil
	resp, err := a.next()
	if err != nil && c.connection != nil && !c.connection.missed(err) {
		c.ambiguous = true
		return nil, Final{err}
	}
	return resp, err
}

// keep keeps from azcore's retries what they must not repeat: success as well as failure.
func (c *call) keep(resp *http.Response) (*http.Response, error) {
	if surelyNotDone(resp) {
		return resp, nil
	}
	c.answer, c.ambiguous = resp, mayHaveHappened(c.Operation, resp.StatusCode)
	return nil, errKept
}

// handOverAnswer returns the answer that was kept, even if the context has ended since.
func handOverAnswer(req *policy.Request) (*http.Response, error) {
	resp, err := req.Next()
	if c := callOf(req.Raw().Context()); c.answer != nil {
		return c.answer, nil
	}
	return resp, err
}

// surelyNotDone tells of an answer that it is worth trying again, and safe.
func surelyNotDone(resp *http.Response) bool {
	return resp.StatusCode == http.StatusTooManyRequests ||
		resp.StatusCode == http.StatusServiceUnavailable && RetryAfter(resp.Header) > 0
}

// mayHaveHappened: a refusal has not done it, a success is known; all else tells nothing.
func mayHaveHappened(op Operation, status int) bool {
	return !op.succeeded(status) && (status < 300 || status == http.StatusRequestTimeout || status >= 500)
}

var errKept error = Final{errors.New("the answer is kept")}

// connectionTrace learns whether a request that was handed to the transport ever got a connection. net/http calls the hooks from
// several goroutines.
type connectionTrace struct {
	address    string // the one that counts, with its port. Empty: any, since nobody else uses the context
	asked, got atomic.Bool
	hooks      httptrace.ClientTrace
}

func (t *connectionTrace) watch(ctx context.Context) context.Context {
	t.hooks.GetConn = func(address string) {
		if t.address == "" || t.address == address {
			t.asked.Store(true)
		}
	}
	t.hooks.GotConn = func(httptrace.GotConnInfo) { t.got.Store(true) }
	return httptrace.WithClientTrace(ctx, &t.hooks)
}

// missed reports whether nothing can have reached the service: the dial or the TLS handshake failed.
func (t *connectionTrace) missed(err error) bool {
	if t.asked.Load() {
		return !t.got.Load()
	}
	dial, ok := errors.AsType[*net.OpError](err) // a transport that does not trace
	return ok && (dial.Op == "dial" || dial.Op == "proxyconnect")
}
