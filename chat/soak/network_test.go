package soak_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing/synctest"
	"time"
	"weak"

	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

// network connects the clients of a bubble to a service, over TLS and in memory. A fault hits the connections or the requests.
type network struct {
	service *chattest.Service
	fault   *fault
	always  bool   // the fault hits everything, not only the first connection or request
	only    string // the path of the requests that are hit contains it; empty: every path
	cut     int    // the place at which faults with cuts act
	places  int    // the number of these places
	client  weak.Pointer[chat.Client]

	mu        sync.Mutex // guards what follows
	dialed    int
	open      int
	candidate int // connections or requests that the fault could hit
	hit       int
	quiet     bool            // the call has ended: no fault hits what follows
	elsewhere []*http.Request // to other hosts than that of the service
	handlers  sync.WaitGroup
}

// address is that of either end of a connection.
type address string

func (address) Network() string  { return "tcp" }
func (a address) String() string { return string(a) }

// dial opens a connection. Every host name leads to the service, which records the requests that are not meant for it.
func (n *network) dial(ctx context.Context, _, to string) (net.Conn, error) {
	n.mu.Lock()
	n.dialed++
	n.mu.Unlock()
	if n.fault.dial != nil && n.strikes("") {
		return nil, n.fault.dial(ctx)
	}
	near, far := newPipe(address("192.0.2.1:50000"), address(to))
	n.mu.Lock()
	n.open++
	n.mu.Unlock()
	near.closed = func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.open--
	}
	n.handlers.Go(func() {
		defer func() { _ = far.Close() }()
		n.serve(far)
	})
	return near, nil
}

// strikes counts a connection or a request, and reports whether the fault hits it.
func (n *network) strikes(path string) bool {
	if !strings.Contains(path, n.only) {
		return false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.candidate++
	hits := (n.always || n.candidate == 1) && !n.quiet
	if hits {
		n.hit++
	}
	return hits
}

func (n *network) serve(raw *pipeConn) {
	if n.fault.connection != nil && n.strikes("") {
		n.fault.connection(raw)
		return
	}
	secure := tls.Server(raw, serverTLS)
	if secure.Handshake() != nil {
		return
	}
	if secure.ConnectionState().NegotiatedProtocol == "h2" {
		n.serveHTTP2(raw, secure)
		return
	}
	for reader := bufio.NewReader(secure); ; {
		req, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return
		}
		x := &exchange{network: n, raw: raw, conn: secure, reader: reader, request: req, body: body}
		switch {
		case !n.arrived(x):
			x.write("HTTP/1.1 204 No Content\r\n\r\n")
		case n.fault.answer != nil && n.strikes(req.URL.Path):
			n.fault.answer(x)
		case n.fault.emulated != nil && n.strikes(req.URL.Path):
			n.service.Fail(chattest.Any, *n.fault.emulated)
			x.reply()
		default:
			x.reply()
		}
		if x.over {
			return
		}
	}
}

// arrived reports whether a request is meant for the service. Others are recorded.
func (n *network) arrived(x *exchange) bool {
	if strings.HasSuffix(n.service.Endpoint(), "://"+x.request.Host) {
		return true
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.elsewhere = append(n.elsewhere, x.request)
	return false
}

// exchange is a request and the response to it.
type exchange struct {
	network *network
	raw     *pipeConn
	conn    net.Conn
	reader  *bufio.Reader
	request *http.Request
	body    []byte
	over    bool // the connection has ended
}

// answer is what the service responds.
type answer struct {
	status int
	header http.Header
	body   []byte
	whole  bool // the service did not break the connection
}

// do passes the request to the service.
func (x *exchange) do() answer {
	if x.request.Header.Get("Upgrade") != "" { // a fault that answers does not open a socket
		return answer{status: http.StatusOK, header: http.Header{"Content-Type": {"text/plain"}}, body: []byte("no socket"), whole: true}
	}
	recorder := httptest.NewRecorder()
	whole := x.serve(recorder)
	return answer{status: recorder.Code, header: recorder.Header(), body: recorder.Body.Bytes(), whole: whole}
}

func (x *exchange) serve(w http.ResponseWriter) (whole bool) {
	defer func() {
		if v := recover(); v != nil {
			if err, ok := v.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				panic(v)
			}
		}
	}()
	req := x.request.WithContext(context.Background())
	req.Body = io.NopCloser(bytes.NewReader(x.body))
	req.TLS = &tls.ConnectionState{HandshakeComplete: true}
	req.RemoteAddr = x.raw.remote.String()
	x.network.service.ServeHTTP(w, req)
	return true
}

// reply does what a server without a fault does.
func (x *exchange) reply() {
	if x.request.Header.Get("Upgrade") != "" {
		x.upgrade()
		return
	}
	a := x.do()
	switch {
	case a.whole:
		x.write(string(a.bytes()))
	case len(a.body) > 0:
		all := a.bytes()
		x.write(string(all[:len(all)-len(a.body)/2]))
		x.reset()
	default:
		x.reset()
	}
}

// upgrade gives the connection to the service, which speaks WebSocket on it.
func (x *exchange) upgrade() {
	u := &upgrading{ResponseRecorder: httptest.NewRecorder(), exchange: x}
	if x.serve(u) && !u.hijacked {
		x.write(string(u.answer().bytes()))
		return
	}
	x.close()
}

// upgrading is the response writer for a request that asks for a WebSocket.
type upgrading struct {
	*httptest.ResponseRecorder
	exchange *exchange
	hijacked bool
}

func (u *upgrading) answer() answer {
	return answer{status: u.Code, header: u.Header(), body: u.Body.Bytes(), whole: true}
}

// Hijack implements [http.Hijacker].
func (u *upgrading) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	u.hijacked = true
	u.exchange.write(string(u.answer().head("")))
	return u.exchange.conn, bufio.NewReadWriter(u.exchange.reader, bufio.NewWriter(u.exchange.conn)), nil
}

// bytes is the response over HTTP/1.1.
func (a answer) bytes() []byte {
	return append(a.head(strconv.Itoa(len(a.body))), a.body...)
}

// head is the response up to the body, which has a length. Empty: no length is announced.
func (a answer) head(length string) []byte {
	var b bytes.Buffer
	b.WriteString("HTTP/1.1 " + strconv.Itoa(a.status) + " " + http.StatusText(a.status) + "\r\n")
	_ = a.header.WriteSubset(&b, map[string]bool{"Content-Length": true})
	if length != "" && a.status != http.StatusNoContent {
		b.WriteString("Content-Length: " + length + "\r\n")
	}
	b.WriteString("\r\n")
	return b.Bytes()
}

// write writes to the client. The connection is over if it is gone.
func (x *exchange) write(text string) {
	if _, err := io.WriteString(x.conn, text); err != nil {
		x.over = true
	}
}

// close ends the connection in order.
func (x *exchange) close() {
	_ = x.conn.Close()
	_ = x.raw.Close()
	x.over = true
}

// reset breaks the connection after the client has read what was written, which a bubble waits for.
func (x *exchange) reset() {
	time.Sleep(time.Millisecond)
	x.raw.reset()
	x.over = true
}

// wait waits until the client closes the connection.
func (x *exchange) wait() {
	_, _ = io.Copy(io.Discard, x.conn)
	x.close()
}

// certificates are one for the host of the service and a pool that trusts it.
var serverTLS, clientRoots = newCertificate()

func newCertificate() (*tls.Config, *x509.CertPool) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "soak"}, DNSNames: []string{"*.invalid", "elsewhere.test"},
		NotBefore: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(certificate)
	return &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, NextProtos: []string{"h2", "http/1.1"},
		CurvePreferences: []tls.CurveID{tls.X25519}, // the fastest
	}, pool
}

// transport returns a transport of net/http with the settings of the library's own, over the network.
func (n *network) transport(version int) *http.Transport {
	protocols := []string{"http/1.1"}
	if version == 2 {
		protocols = []string{"h2", "http/1.1"}
	}
	t := &http.Transport{
		DialContext: n.dial, TLSHandshakeTimeout: 10 * time.Second, ForceAttemptHTTP2: version == 2,
		TLSClientConfig:     &tls.Config{RootCAs: clientRoots, MinVersion: tls.VersionTLS12, NextProtos: protocols},
		MaxIdleConnsPerHost: 100, IdleConnTimeout: 30 * time.Second,
		HTTP2: &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 15 * time.Second},
	}
	return t
}

// settle waits until the handlers of closed connections have ended, and expects that no connection is left.
func (n *network) settle(place string) {
	synctest.Wait()
	n.mu.Lock()
	Expect(n.open).To(BeZero(), "connections are left open: "+place)
	n.mu.Unlock()
	n.handlers.Wait()
}
