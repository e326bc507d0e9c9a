package pipeline

import (
	"bytes"
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

// transport is the last step of the pipeline. It follows no redirect, so that a token goes nowhere but to the endpoint, and
// reads the whole body, so that one cut short is an attempt that failed, which the retry policy can see, and not a result.
type transport struct {
	next    policy.Transporter
	foreign bool      // next may write on its request, and make others under its context
	buffers sync.Pool // of *bytes.Buffer
	owned   *http.Transport
	sign    func(req *http.Request, body []byte)
}

// newTransport takes the caller's transport, or makes one that Close may close.
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

// roundTripper is what is left of an http.Client without redirects, cookies and a timeout, but for its copies of the headers.
type roundTripper struct{ http.RoundTripper }

// Do fails with the errors of an http.Client.
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

// ownTransport is http.DefaultTransport for one host, and not a copy of it: programs put other types in its place.
func ownTransport() *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout: 10 * time.Second,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: 100,
		IdleConnTimeout:     90 * time.Second,
		// Without a ping a connection that died silently fails every call on it until the system notices.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 15 * time.Second},
	}
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Do is for azcore, which rewinds the one body it keeps for the next attempt while net/http may still be writing this one's.
func (t *transport) Do(req *http.Request) (*http.Response, error) {
	if callOf(req.Context()).Once {
		keepFromReplay(req.Header)
	}
	if req.Body == nil {
		return t.send(req)
	}
	body, err := readAll(req.Body, req.ContentLength)
	if err != nil {
		return nil, fmt.Errorf("read the body of the request: %w", err)
	}
	req = req.WithContext(req.Context())
	req.GetBody = nil
	if len(body) > 0 { // net/http would take an empty reader for a body of unknown length
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		req.Body, _ = req.GetBody()
	}
	return t.send(req)
}

// send sends a request whose GetBody makes bodies that know nothing of each other.
func (t *transport) send(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if c := callOf(ctx); c.Once {
		if c.connection, c.early = c.early, nil; c.connection == nil {
			c.connection = t.trace(req.URL)
			req = req.WithContext(c.connection.watch(ctx))
		}
	}
	if t.sign != nil {
		if err := t.signed(req); err != nil {
			return nil, err
		}
	}
	resp, err := t.next.Do(req)
	if err != nil {
		return nil, transportError(err)
	}
	if resp == nil {
		return nil, errors.New("the transport gave neither an answer nor an error")
	}
	if resp.Request == nil {
		resp.Request = req // net/http always does, but fakes may not
	}
	if from := resp.Request; from.URL != nil && from.URL.Host != req.URL.Host {
		// What it is wrapped in is not seen here, and the token is gone; but nobody should live with it.
		return nil, errors.Join(Final{errors.New("the transport follows redirects, to " + LogLine(from.URL.Host) +
			": it must not, since the token goes with them")}, resp.Body.Close())
	}
	if err := t.readBody(resp); err != nil {
		return nil, err
	}
	return resp, nil
}

// trace makes the trace of a request to u.
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

func (t *transport) signed(req *http.Request) error {
	var body []byte
	if req.Body != nil && req.GetBody != nil {
		reader, err := req.GetBody()
		if err == nil {
			body, err = readAll(reader, req.ContentLength)
		}
		if err != nil {
			return fmt.Errorf("read the body of the request: %w", err)
		}
	}
	t.sign(req, body)
	return nil
}

// keepFromReplay respells the headers for which net/http sends a POST again by itself. The service knows neither; a gateway
// reads them in any case.
func keepFromReplay(h http.Header) {
	for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
		if values, ok := h[name]; ok {
			delete(h, name)
			h[strings.ToLower(name)] = values
		}
	}
}

// readAll is io.ReadAll with less to throw away where the length is known.
func readAll(r io.Reader, length int64) ([]byte, error) {
	if length <= 0 {
		return io.ReadAll(r)
	}
	body := make([]byte, length)
	_, err := io.ReadFull(r, body)
	return body, err
}

// transportError takes the query out of the URL that net/http puts into its errors, and marks what no retry mends:
// a host that does not exist, a certificate nobody vouches for, a server that does not speak TLS.
func transportError(err error) error {
	if failed, ok := err.(*url.Error); ok { //nolint:errorlint // one that is wrapped has its text already
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
	return err
}
