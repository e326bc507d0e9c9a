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

// maxBody bounds an answer: the largest page, 200 messages of 28 KB each escaped to the utmost, is half of it.
const maxBody = 64 << 20

// maxPooled is the largest buffer that is kept for the next answer.
const maxPooled = 8 << 20

// transport is the last step of the pipeline. It follows no redirect, so that a token goes nowhere but to the endpoint, and
// reads the whole body, so that one cut short is an attempt that failed, which the retry policy can see, and not a result.
type transport struct {
	next    policy.Transporter
	buffers sync.Pool // of *bytes.Buffer
	owned   *http.Transport
	sign    func(req *http.Request, body []byte)
}

// newTransport takes the caller's transport, or makes one that Close may close.
func newTransport(given policy.Transporter) *transport {
	t := &transport{next: given}
	switch client := given.(type) {
	case nil:
		t.owned = http.DefaultTransport.(*http.Transport).Clone()
		t.owned.MaxIdleConnsPerHost = t.owned.MaxIdleConns // there is but one host
		// Without a ping a connection that died silently fails every call on it until the system notices.
		t.owned.HTTP2 = &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 15 * time.Second}
		t.next = &http.Client{Transport: t.owned, CheckRedirect: noRedirect}
	case *http.Client:
		copied := *client
		copied.CheckRedirect = noRedirect
		t.next = &copied
	}
	return t
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func (t *transport) Do(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	if t.sign != nil {
		if err := t.signed(req); err != nil {
			return nil, err
		}
	}
	attemptsOf(req.Context()).handed = true
	resp, err := t.next.Do(req)
	if err != nil {
		return nil, transportError(err)
	}
	if resp == nil || resp.Body == nil || resp.Body == http.NoBody {
		return resp, nil
	}
	buffer, _ := t.buffers.Get().(*bytes.Buffer)
	if buffer == nil {
		buffer = new(bytes.Buffer)
	}
	body := &bufferedBody{buffer: buffer, pool: &t.buffers}
	n, err := buffer.ReadFrom(io.LimitReader(resp.Body, maxBody+1))
	closeErr := resp.Body.Close()
	if err == nil && n > maxBody {
		err = fmt.Errorf("the answer is larger than %d MiB", maxBody>>20)
	}
	if err == nil && n < resp.ContentLength && req.Method != http.MethodHead {
		err = io.ErrUnexpectedEOF // a transport that is not net/http's may not tell
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read the answer (status %d): %w", resp.StatusCode, err), body.Close(), closeErr)
	}
	body.Reader.Reset(buffer.Bytes())
	resp.Body = body
	return resp, nil
}

// signed signs a request and leaves its body as it was.
func (t *transport) signed(req *http.Request) error {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return fmt.Errorf("read the body of the request: %w", err)
		}
	}
	if len(body) > 0 { // net/http would take an empty reader for a body of unknown length
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	t.sign(req, body)
	return nil
}

// transportError takes the query out of the URL that net/http puts into its errors, and marks what no retry mends:
// a host that does not exist, a certificate nobody vouches for, a server that does not speak TLS.
func transportError(err error) error {
	if failed, ok := errors.AsType[*url.Error](err); ok {
		failed.URL, _, _ = strings.Cut(failed.URL, "?")
	}
	noHost, ok := errors.AsType[*net.DNSError](err)
	if ok && noHost.IsNotFound || errors.Is(err, http.ErrSchemeMismatch) {
		return Final{fmt.Errorf("%w: check the endpoint", err)}
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return Final{err}
	}
	return err
}

// bufferedBody is a body in memory that is borrowed from a pool until it is closed.
type bufferedBody struct {
	bytes.Reader
	buffer *bytes.Buffer
	pool   *sync.Pool
}

// Close gives the memory back. What is read afterwards, through azcore's response capture for example, is empty.
func (b *bufferedBody) Close() error {
	if b.buffer == nil {
		return nil
	}
	b.Reader.Reset(nil)
	if b.buffer.Cap() <= maxPooled {
		b.buffer.Reset()
		b.pool.Put(b.buffer)
	}
	b.buffer = nil
	return nil
}

// Body is the body of an answer. It is valid until the body is closed.
func Body(resp *http.Response) []byte {
	if body, ok := resp.Body.(*bufferedBody); ok && body.buffer != nil {
		return body.buffer.Bytes()
	}
	if resp.Body == nil {
		return nil
	}
	// A policy of the caller's has put its own body in place.
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return nil
	}
	return body
}
