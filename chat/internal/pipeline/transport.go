package pipeline

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// transport is the last step of the pipeline. It follows no redirect, so that the token is sent to the endpoint only, and reads
// the whole body, so that a truncated response is a failed attempt, which the retry policy sees.
type transport struct {
	next    policy.Transporter
	foreign bool      // next is not net/http's: it may change the request, and use its context for requests of its own
	buffers sync.Pool // of *bytes.Buffer
	limits  timeLimits
	owned   *http.Transport
	sign    func(req *http.Request, body []byte)
}

// newTransport wraps the caller's transport, or makes one of its own if given is nil.
func newTransport(given policy.Transporter) *transport {
	client, ok := given.(*http.Client)
	switch {
	case given == nil, ok && client == nil:
		owned := ownTransport()
		return &transport{owned: owned, next: roundTripper{owned}}
	case ok && client.Timeout == 0 && client.Jar == nil && client.Transport != nil:
		_, netHTTP := client.Transport.(*http.Transport)
		return &transport{next: roundTripper{client.Transport}, foreign: !netHTTP}
	case ok:
		copied := *client
		copied.CheckRedirect = noRedirect
		return &transport{next: &copied, foreign: true} // a jar writes its cookies into the request
	}
	return &transport{next: given, foreign: true}
}

// roundTripper does what an http.Client without redirects, cookies and a timeout does, and does not copy the headers.
type roundTripper struct{ http.RoundTripper }

// Do returns the errors that an http.Client returns.
func (r roundTripper) Do(req *http.Request) (*http.Response, error) {
	resp, err := r.RoundTrip(req)
	if err == nil {
		return resp, nil
	}
	if noTLS, ok := errors.AsType[tls.RecordHeaderError](err); ok && string(noTLS.RecordHeader[:]) == "HTTP/" {
		err = http.ErrSchemeMismatch
	}
	return nil, &url.Error{Op: req.Method[:1] + strings.ToLower(req.Method[1:]), URL: req.URL.String(), Err: err}
}

// ownTransport has the settings of http.DefaultTransport, for one host. It is not a clone, since a program may have replaced that
// by another type.
func ownTransport() *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout: 10 * time.Second,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: 100,
		IdleConnTimeout:     30 * time.Second, // before the server closes it: a message sent at that moment has an unknown outcome
		// Without pings a connection that was lost silently fails every call until the system notices.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 15 * time.Second},
	}
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Do sends the request with a body of its own, since azcore rewinds the body of req for the next attempt while net/http may still be
// writing this one. A foreign transport gets a deep copy, which it may change. The limit of an attempt covers the whole response.
func (t *transport) Do(req *http.Request) (*http.Response, error) {
	parent := req.Context()
	if err := parent.Err(); err != nil {
		return nil, err
	}
	ctx, c := parent, callIn(parent)
	body, err := readBody(req)
	if err != nil {
		return nil, err
	}
	if c.Once {
		c.connection = t.trace(req.URL)
		ctx = c.connection.attach(ctx)
	}
	var limit *timeLimit
	if c.tryTimeout > 0 {
		ctx, limit = t.limits.start(ctx, c.tryTimeout)
	}
	if t.foreign {
		req = req.Clone(ctx)
	} else {
		req = req.WithContext(ctx)
	}
	if c.Once {
		keepFromReplay(req.Header)
	}
	if req.Body != nil {
		req.GetBody = nil
		if len(body) > 0 { // net/http treats an empty reader as a body of unknown length
			// net/http knows this type: before any other one it sends the headers in a packet of their own, over HTTP/1.
			req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
			req.Body, _ = req.GetBody()
		}
	}
	if t.sign != nil && !c.Authorized {
		t.sign(req, body)
	}
	resp, err := t.send(req)
	if err != nil {
		if limit != nil && context.Cause(ctx) == context.DeadlineExceeded && parent.Err() == nil { //nolint:errorlint // set by the limit
			err = limitError(c.tryTimeout, err)
		}
		limit.stop()
		return nil, err
	}
	if read, ok := resp.Body.(*bufferedBody); ok {
		read.limit = limit // to end it before the end of an HTTP/2 stream has arrived would reset the stream
	} else {
		limit.stop()
	}
	return resp, nil
}

func (t *transport) send(req *http.Request) (*http.Response, error) {
	resp, err := t.next.Do(req)
	if c := callIn(req.Context()); c.Once && c.connection.repeated.Load() {
		if err == nil && resp != nil && resp.Body != nil {
			err = resp.Body.Close()
		}
		return nil, errors.Join(Final{errRepeated}, err)
	}
	if err != nil {
		return nil, WithoutSecrets(transportError(err))
	}
	if resp == nil {
		return nil, errors.New("the transport returned neither a response nor an error")
	}
	if resp.Request == nil {
		resp.Request = req // a fake may leave it nil, net/http does not
	}
	if from := resp.Request; from.URL != nil && from.URL.Host != req.URL.Host {
		// The token has been sent elsewhere already. The error makes the mistake visible.
		return nil, errors.Join(Final{errors.New("the transport follows redirects, to " + LogLine(from.URL.Host) +
			": it must not, since the token is sent along")}, resp.Body.Close())
	}
	capRetryAfter(resp.Header)
	if err := t.readResponse(resp); err != nil {
		return nil, err
	}
	return resp, nil
}

var errRepeated = errors.New("the transport sent the message again on its own: it must not retry")

// trace returns a new trace for a request to u.
func (t *transport) trace(u *url.URL) *connectionTrace {
	if !t.foreign {
		return new(connectionTrace)
	}
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "https":
		port = "443"
	default:
		port = "80"
	}
	return &connectionTrace{address: net.JoinHostPort(u.Hostname(), port)}
}

// keepFromReplay changes the case of the headers that make net/http repeat a POST by itself. The service ignores them, and a gateway
// reads them in any case.
func keepFromReplay(h http.Header) {
	for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
		if values, ok := h[name]; ok {
			delete(h, name)
			h[strings.ToLower(name)] = values
		}
	}
}

// readBody reads the body of a request, nil if there is none.
func readBody(req *http.Request) (body []byte, err error) {
	switch {
	case req.Body == nil:
		return nil, nil
	case req.ContentLength > 0:
		body = make([]byte, req.ContentLength)
		_, err = io.ReadFull(req.Body, body)
	default:
		body, err = io.ReadAll(req.Body)
	}
	if err != nil {
		return nil, fmt.Errorf("read the body of the request: %w", err)
	}
	return body, nil
}

// transportError removes the query from the URL in an error of net/http, and marks the errors that a retry does not fix: an unknown
// host, a certificate that is not trusted, a server that does not speak TLS, a proxy that requires authentication.
func transportError(err error) error {
	if failed, ok := err.(*url.Error); ok { //nolint:errorlint // the text of a wrapped one is already made
		withoutQuery := *failed
		withoutQuery.URL, _, _ = strings.Cut(failed.URL, "?")
		err = &withoutQuery
	}
	noHost, ok := errors.AsType[*net.DNSError](err)
	_, noTLS := errors.AsType[tls.RecordHeaderError](err)
	if ok && noHost.IsNotFound || noTLS || errors.Is(err, http.ErrSchemeMismatch) {
		return Final{fmt.Errorf("%w: check the endpoint", err)}
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return Final{err}
	}
	if strings.HasSuffix(err.Error(), http.StatusText(http.StatusProxyAuthRequired)) { // net/http has no other sign of it
		return Final{err}
	}
	return err
}
