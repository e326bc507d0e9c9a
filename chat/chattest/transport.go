package chattest

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Transport reaches a service without a socket. The service runs in the goroutine of the caller, which may be in a synctest bubble.
// Transport is an [http.RoundTripper] and a policy.Transporter of azcore. A request for a WebSocket is served by a goroutine that ends
// with the socket; the body of its response is an [io.ReadWriteCloser].
//
// A request to a host other than that of [Service.Endpoint] fails as if the name could not be resolved. A request whose context has ended
// is not served, and one whose context ends during the delay of a fault returns at once. The error for a lost response matches [io.EOF],
// and the body of a cut response ends in [io.ErrUnexpectedEOF].
//
// The zero value is not usable; use [Service.Transport].
type Transport struct {
	s *Service
}

// Transport returns a transport that reaches the service without a socket.
func (s *Service) Transport() *Transport {
	return &Transport{s}
}

// Do serves one request, as RoundTrip does. It implements policy.Transporter.
func (t *Transport) Do(req *http.Request) (*http.Response, error) {
	return t.RoundTrip(req)
}

// RoundTrip serves one request.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer func() { _ = req.Body.Close() }()
	}
	ctx := req.Context()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if !strings.EqualFold(t.s.endpoint, req.URL.Scheme+"://"+req.URL.Host) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: req.URL.Host, IsNotFound: true}}
	}
	if isUpgrade(req) {
		return t.upgrade(req)
	}
	p := newReply()
	whole := t.s.serveTo(p, arrival(req))
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if !whole && p.status == 0 {
		return nil, fmt.Errorf("chattest: connection closed before the reply: %w", io.EOF)
	}
	return p.received(req, whole), nil
}

// arrival converts the request to the one that a server receives.
func arrival(sent *http.Request) *http.Request {
	r := sent.WithContext(sent.Context())
	r.URL = &url.URL{Path: sent.URL.Path, RawPath: sent.URL.RawPath, RawQuery: sent.URL.RawQuery}
	r.RequestURI = r.URL.RequestURI()
	r.Host = cmp.Or(sent.Host, sent.URL.Host)
	if sent.Body == nil {
		r.Body = http.NoBody
	}
	if sent.URL.Scheme == "https" {
		r.TLS = &tls.ConnectionState{HandshakeComplete: true, ServerName: sent.URL.Hostname()}
	}
	return r
}

// serveTo serves a request. It reports false if the service broke the connection.
func (s *Service) serveTo(p http.ResponseWriter, r *http.Request) (whole bool) {
	defer func() {
		if v := recover(); v != nil {
			if err, ok := v.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				panic(v)
			}
		}
	}()
	s.ServeHTTP(p, r)
	return true
}

// received converts the reply to the response that a client receives.
func (p *reply) received(req *http.Request, whole bool) *http.Response {
	var body io.Reader = &p.body
	if !whole {
		body = io.MultiReader(body, brokenConnection{})
	}
	r := &http.Response{
		Status:     strconv.Itoa(p.status) + " " + http.StatusText(p.status),
		StatusCode: p.status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        make(http.Header, len(p.header)),
		Body:          io.NopCloser(body),
		ContentLength: -1,
		Request:       req,
	}
	for name, values := range p.header {
		r.Header[http.CanonicalHeaderKey(name)] = values
	}
	if n, err := strconv.ParseInt(r.Header.Get("Content-Length"), 10, 64); err == nil {
		r.ContentLength = n
	} else if p.status == http.StatusNoContent {
		r.ContentLength = 0
	} else {
		r.TransferEncoding = []string{"chunked"}
	}
	return r
}

// brokenConnection follows the body of a reply that was cut.
type brokenConnection struct{}

func (brokenConnection) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
