package doctor

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/acschat/acs-chat-go/chat/explain"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// connection is how far a request to the endpoint got. The request carries no token: the server need not be the service.
type connection struct {
	url   *url.URL
	proxy *url.URL // nil without a proxy
	err   error    // why there was no response

	mu        sync.Mutex // guards the following: hooks are called from several goroutines
	host      string     // the name that was looked up; "" if none was
	addresses []string
	connected string // the address; "" if there was no connection
	tls       *tls.ConnectionState

	date     time.Time // of the response; zero if it has none
	received time.Time
}

const connectTimeout = 15 * time.Second

// connect sends a request to the endpoint, and records its progress.
func (x *Examination) connect(ctx context.Context) *connection {
	c := &connection{}
	if c.url, c.err = url.Parse(x.endpoint); c.err != nil {
		return c
	}
	c.url = c.url.JoinPath("chat", "threads")
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, c.hooks()), http.MethodGet, c.url.String(), http.NoBody)
	if err != nil {
		c.err = err
		return c
	}
	if c.proxy, err = http.ProxyFromEnvironment(req); err != nil {
		c.err = err
		return c
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if given, ok := x.transport.Transport.(*http.Client); ok {
		client.Transport = given.Transport
	}
	resp, err := client.Do(req)
	if err != nil {
		c.err = err
		return c
	}
	defer resp.Body.Close()
	c.received = time.Now()
	c.date, _ = http.ParseTime(resp.Header.Get("Date")) // zero if it is invalid
	return c
}

func (c *connection) hooks() *httptrace.ClientTrace {
	locked := func(f func()) {
		c.mu.Lock()
		defer c.mu.Unlock()
		f()
	}
	return &httptrace.ClientTrace{
		DNSStart: func(i httptrace.DNSStartInfo) { locked(func() { c.host = i.Host }) },
		DNSDone: func(i httptrace.DNSDoneInfo) {
			locked(func() {
				for _, a := range i.Addrs {
					c.addresses = append(c.addresses, a.String())
				}
			})
		},
		ConnectDone: func(_, address string, err error) {
			if err == nil {
				locked(func() { c.connected = address })
			}
		},
		TLSHandshakeDone: func(state tls.ConnectionState, err error) {
			if err == nil {
				locked(func() { c.tls = &state })
			}
		},
	}
}

func (x *Examination) checkName(ctx context.Context) (string, error) {
	if x.client == nil {
		x.blocked = true
		return "", errSkipped
	}
	x.connection = x.connect(ctx)
	c := x.connection
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case len(c.addresses) > 0:
		return c.viaProxy() + c.host + " is " + strings.Join(slices.Compact(c.addresses), ", "), nil
	case c.host == "" && (c.err == nil || net.ParseIP(c.nearest().Hostname()) != nil):
		return c.viaProxy() + c.nearest().Hostname() + " is an address, not a name", nil
	}
	x.blocked = true
	return "", c.err
}

func (x *Examination) checkConnection(context.Context) (string, error) {
	if x.blocked {
		return "", errSkipped
	}
	c := x.connection
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.connected == "" {
		x.blocked = true
		return "", c.err
	}
	return c.viaProxy() + "connected to " + c.connected, nil
}

func (x *Examination) checkTLS(context.Context) (string, error) {
	if x.blocked {
		return "", errSkipped
	}
	c := x.connection
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.url.Scheme == "http":
		return "none: the endpoint is http", nil
	case c.tls == nil:
		x.blocked = true
		return "", c.err
	}
	leaf := c.tls.PeerCertificates[0]
	return fmt.Sprintf("%s, a certificate by %s for %s until %s", tls.VersionName(c.tls.Version), leaf.Issuer,
		strings.Join(hostsOf(leaf), ", "), show.Time(leaf.NotAfter)), nil
}

// maxSkew is how far the clocks may differ: tokens are renewed so long before they expire.
const maxSkew = 2 * time.Minute

func (x *Examination) checkClock(context.Context) (string, error) {
	c := x.connection
	switch {
	case x.blocked:
		return "", errSkipped
	case c.err != nil:
		x.blocked = true
		return "", c.err
	case c.date.IsZero():
		return "the response has no date", errSkipped
	}
	x.clockOffset = c.date.Sub(c.received)
	off := x.clockOffset.Abs().Round(time.Second)
	side := "ahead of"
	if x.clockOffset > 0 {
		side = "behind"
	}
	if off > maxSkew {
		return "", &symptom{explain.Cause{
			Kind: explain.Clock, What: "this machine's clock is wrong",
			Evidence: fmt.Sprintf("it is %v %s the service's: %s here, %s there", off, side, utc(c.received), utc(c.date)),
			Fix:      "synchronize the clock (NTP)",
		}}
	}
	return fmt.Sprintf("within %v of the service's", max(off, time.Second)), nil
}

// nearest returns the proxy, or the endpoint without one.
func (c *connection) nearest() *url.URL {
	if c.proxy != nil {
		return c.proxy
	}
	return c.url
}

// viaProxy names the proxy, if there is one.
func (c *connection) viaProxy() string {
	if c.proxy == nil {
		return ""
	}
	return "via the proxy " + c.proxy.Host + ": "
}

func utc(t time.Time) string { return t.UTC().Format(time.RFC3339) }
