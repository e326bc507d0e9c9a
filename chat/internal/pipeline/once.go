package pipeline

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// An operation with Once set is not retried after an attempt that may have been delivered, whatever the retry options are:
// sending a message has no idempotency key, and azcore alone would deliver it again whenever a response is lost.
//
// An attempt is retried if it got no connection, or the response is a 429, or a 503 with a delay. All other outcomes are made
// final inside azcore's retry policy, by sendTraced and keep. Around the retry policy, returnAnswer returns the response that was kept.
//
// An attempt that got a connection counts as delivered, even if the server had closed that connection while it was idle. net/http
// itself sends a request again if a write to a reused connection failed and nothing was written. Of 8,000 messages sent at the moment
// at which a server closed idle connections, 2,563 failed nevertheless, and nothing was written for only 9 of them: net/http
// noticed the close between choosing the connection and writing. The other messages were in the kernel's buffer, and
// those that had arrived failed with the same errors. The 9 are not retried, because nothing cheap proves that they were not
// sent: that the hook WroteHeaders was not called proves it only if nothing is written after RoundTrip has returned, which net/http
// does not promise; and before a body that records whether it was read, net/http sends the headers in a packet of their own. The
// idle timeout of the own transport keeps messages off such connections.

type policyFunc func(*policy.Request) (*http.Response, error)

func (f policyFunc) Do(req *policy.Request) (*http.Response, error) { return f(req) }

// sendTraced sends the attempt. It makes an error final if the request may have been delivered, which the transport's trace of the
// connection says.
func (a *Attempt) sendTraced() (*http.Response, error) {
	c := a.call
	c.connection = nil
	resp, err := a.azcore.Next()
	if err != nil && c.delivered(err) {
		c.ambiguous = true
		return nil, Final{err}
	}
	return resp, err
}

// delivered reports whether a request that failed with err may have been delivered.
func (c *call) delivered(err error) bool { return c.connection != nil && !c.connection.missed(err) }

// keep makes a response final, unless it says that the operation was certainly not done: azcore's retry policy gets an error that
// it does not retry, and returnAnswer returns the response.
func (c *call) keep(resp *http.Response) (*http.Response, error) {
	if surelyNotDone(resp) {
		return resp, nil
	}
	c.answer, c.ambiguous = resp, mayHaveHappened(c.Operation, resp.StatusCode)
	return nil, errKept
}

// returnAnswer is the policy around azcore's retries. It returns the response that was kept, and a success even if the context has
// ended since, for which azcore returns an error beside it.
func (s *shared) returnAnswer(req *policy.Request) (*http.Response, error) {
	resp, err := req.Next()
	c := s.callOf(req)
	if c.answer != nil {
		return c.answer, nil
	}
	if ended := req.Raw().Context().Err(); ended != nil && resp != nil && c.succeeded(resp.StatusCode) {
		err = nil
	}
	return resp, err
}

// surelyNotDone reports whether the response says that the operation was not done and may be tried again.
func surelyNotDone(resp *http.Response) bool {
	return resp.StatusCode == http.StatusTooManyRequests ||
		resp.StatusCode == http.StatusServiceUnavailable && RetryAfter(resp.Header) > 0
}

// mayHaveHappened reports whether the status leaves open that the operation was done. A refusal says that it was not.
func mayHaveHappened(op Operation, status int) bool {
	return !op.succeeded(status) && (status < 400 || status == http.StatusRequestTimeout || status >= 500)
}

var errKept error = Final{errors.New("the answer is kept")}

// connectionTrace records whether a request got a connection. net/http calls the hooks from several goroutines.
type connectionTrace struct {
	address    string // host and port of the request. Empty: any, since the context is used for this request alone
	asked, got atomic.Bool
	used       atomic.Bool // the request was written on a new HTTP/1 connection, or a response began
	repeated   atomic.Bool // a connection was requested after that
	hooks      httptrace.ClientTrace
}

// attach returns a context that reports to the trace.
func (t *connectionTrace) attach(ctx context.Context) context.Context {
	t.hooks.GetConn = func(address string) {
		if t.address == "" || t.address == address {
			t.asked.Store(true)
			if t.used.Load() {
				t.repeated.Store(true)
			}
		}
	}
	t.hooks.GotConn = func(httptrace.GotConnInfo) { t.got.Store(true) }
	if t.address != "" {
		t.detectRepetition()
	}
	return httptrace.WithClientTrace(ctx, &t.hooks)
}

// detectRepetition makes the trace notice that a transport sends the request again on its own. net/http does so only if nothing
// was written on an idle connection that had died, or if an HTTP/2 server has not accepted the request: never after a response, or
// after a request that was written on a new HTTP/1 connection.
func (t *connectionTrace) detectRepetition() {
	var fresh atomic.Bool // the connection is new and of HTTP/1
	t.hooks.GotConn = func(info httptrace.GotConnInfo) {
		t.got.Store(true)
		encrypted, ok := info.Conn.(*tls.Conn)
		fresh.Store(!info.Reused && !(ok && encrypted.ConnectionState().NegotiatedProtocol == "h2"))
	}
	t.hooks.WroteRequest = func(info httptrace.WroteRequestInfo) {
		if info.Err == nil && fresh.Load() {
			t.used.Store(true)
		}
	}
	t.hooks.GotFirstResponseByte = func() {
		if t.got.Load() {
			t.used.Store(true)
		}
	}
}

// missed reports whether the request cannot have reached the service because the dial or the TLS handshake failed.
func (t *connectionTrace) missed(err error) bool {
	if t.asked.Load() {
		return !t.got.Load()
	}
	dial, ok := errors.AsType[*net.OpError](err) // from a transport that ignores the trace
	return ok && (dial.Op == "dial" || dial.Op == "proxyconnect")
}
