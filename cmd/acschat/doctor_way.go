package main

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

// way is how a request came through to the endpoint, as far as it did. It carries no token: who answers need not be the service.
type way struct {
	url   *url.URL
	proxy *url.URL // nil: none
	err   error    // there was no answer

	mu        sync.Mutex // guards what follows: the hooks are called from several goroutines
	looked    string     // the name that was looked up; empty: none
	addresses []string
	connected string // the address; empty: to none
	tls       *tls.ConnectionState

	date time.Time // of the answer; zero: it has none
	came time.Time
}

// patienceOnTheWay is how long the answer may take.
const patienceOnTheWay = 15 * time.Second

// findWay sends a request to the endpoint, and watches how it gets there.
func (x *examination) findWay(ctx context.Context) *way {
	w := &way{}
	if w.url, w.err = url.Parse(x.endpoint); w.err != nil {
		return w
	}
	w.url = w.url.JoinPath("chat", "threads")
	ctx, cancel := context.WithTimeout(ctx, patienceOnTheWay)
	defer cancel()
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, w.hooks()), http.MethodGet, w.url.String(), http.NoBody)
	if err != nil {
		w.err = err
		return w
	}
	if w.proxy, err = http.ProxyFromEnvironment(req); err != nil {
		w.err = err
		return w
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if given, ok := x.transport.Transport.(*http.Client); ok {
		client.Transport = given.Transport
	}
	resp, err := client.Do(req)
	if err != nil {
		w.err = err
		return w
	}
	defer resp.Body.Close()
	w.came = time.Now()
	w.date, _ = http.ParseTime(resp.Header.Get("Date")) // zero if it can't be read
	return w
}

func (w *way) hooks() *httptrace.ClientTrace {
	note := func(f func()) {
		w.mu.Lock()
		defer w.mu.Unlock()
		f()
	}
	return &httptrace.ClientTrace{
		DNSStart: func(i httptrace.DNSStartInfo) { note(func() { w.looked = i.Host }) },
		DNSDone: func(i httptrace.DNSDoneInfo) {
			note(func() {
				for _, a := range i.Addrs {
					w.addresses = append(w.addresses, a.String())
				}
			})
		},
		ConnectDone: func(_, address string, err error) {
			if err == nil {
				note(func() { w.connected = address })
			}
		},
		TLSHandshakeDone: func(state tls.ConnectionState, err error) {
			if err == nil {
				note(func() { w.tls = &state })
			}
		},
	}
}

func (x *examination) checkName(ctx context.Context) (string, error) {
	if x.client == nil {
		x.blocked = true
		return "", errNotChecked
	}
	x.way = x.findWay(ctx)
	w := x.way
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case len(w.addresses) > 0:
		return w.through() + w.looked + " is " + strings.Join(slices.Compact(w.addresses), ", "), nil
	case w.looked == "" && (w.err == nil || net.ParseIP(w.nearest().Hostname()) != nil):
		return w.through() + w.nearest().Hostname() + " is an address: there is nothing to look up", nil
	}
	x.blocked = true
	return "", w.err
}

func (x *examination) checkConnection(context.Context) (string, error) {
	if x.blocked {
		return "", errNotChecked
	}
	w := x.way
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.connected == "" {
		x.blocked = true
		return "", w.err
	}
	return w.through() + "connected to " + w.connected, nil
}

func (x *examination) checkTLS(context.Context) (string, error) {
	if x.blocked {
		return "", errNotChecked
	}
	w := x.way
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.url.Scheme == "http":
		return "none: the endpoint is http", nil
	case w.tls == nil:
		x.blocked = true
		return "", w.err
	}
	leaf := w.tls.PeerCertificates[0]
	return fmt.Sprintf("%s, a certificate of %s for %s until %s", tls.VersionName(w.tls.Version), leaf.Issuer,
		strings.Join(certified(leaf), ", "), show.Time(leaf.NotAfter)), nil
}

// mostSkew is how far the clocks may be apart: so long before its end a token is renewed.
const mostSkew = 2 * time.Minute

func (x *examination) checkClock(context.Context) (string, error) {
	w := x.way
	switch {
	case x.blocked:
		return "", errNotChecked
	case w.err != nil:
		x.blocked = true
		return "", w.err
	case w.date.IsZero():
		return "the answer says no time", errNotChecked
	}
	x.ahead = w.date.Sub(w.came)
	off := x.ahead.Abs().Round(time.Second)
	side := "ahead of"
	if x.ahead > 0 {
		side = "behind"
	}
	if off > mostSkew {
		return "", &symptom{explain.Cause{
			Kind: explain.Clock, What: "this machine's clock is off",
			Evidence: fmt.Sprintf("it is %v %s that of the service: %s here, %s there", off, side, utc(w.came), utc(w.date)),
			Fix:      "set the clock by a time server",
		}}
	}
	return fmt.Sprintf("within %v of the service's", max(off, time.Second)), nil
}

// nearest is whom the request goes to first.
func (w *way) nearest() *url.URL {
	if w.proxy != nil {
		return w.proxy
	}
	return w.url
}

// through says that there is a proxy, empty where there is none.
func (w *way) through() string {
	if w.proxy == nil {
		return ""
	}
	return "through the proxy " + w.proxy.Host + ": "
}

func utc(t time.Time) string { return t.UTC().Format(time.RFC3339) }
