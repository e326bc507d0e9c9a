package chat_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

// serveTLS starts a server on loopback until the spec has ended. The client trusts it.
func serveTLS(handler http.HandlerFunc) (*httptest.Server, *http.Client) {
	return serveHTTP(1, handler)
}

// serveHTTP is serveTLS for a version of HTTP.
func serveHTTP(version int, handler http.HandlerFunc) (server *httptest.Server, trusting *http.Client) {
	server = httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = version == 2
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	DeferCleanup(server.Close)
	trusting = server.Client()
	return server, trusting
}

func transportOf(client *http.Client) *http.Transport {
	transport, ok := client.Transport.(*http.Transport)
	Expect(ok).To(BeTrue())
	return transport
}

// clientAt makes a client of a server on loopback.
func clientAt(endpoint string, transport *http.Client) *chat.Client {
	o := options(transport)
	o.InsecureAllowCredentialWithHTTP = true
	client, err := chat.NewClient(endpoint, staticCredential(), o)
	Expect(err).NotTo(HaveOccurred())
	return client
}

// serveRaw hands each connection to handle, in a goroutine of its own, before or behind the TLS handshake: what net/http's server
// would not let pass can be seen and said. The client trusts it.
func serveRaw(behindTLS bool, handle func(net.Conn)) (endpoint string, trusting *http.Client) {
	certified := httptest.NewTLSServer(nil)
	DeferCleanup(certified.Close)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	endpoint = "https://" + listener.Addr().String()
	if behindTLS {
		listener = tls.NewListener(listener, &tls.Config{Certificates: certified.TLS.Certificates})
	}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			open.Go(func() {
				handle(conn)
				_ = conn.Close()
			})
		}
	})
	DeferCleanup(func() {
		_ = listener.Close()
		open.Wait()
	})
	return endpoint, certified.Client()
}

// readRequest reads a request without a body, and returns its first line and its Host header.
func readRequest(r *bufio.Reader) (line, host string, err error) {
	line, err = r.ReadString('\n')
	for err == nil {
		var header string
		if header, err = r.ReadString('\n'); header == "\r\n" {
			break
		}
		if name, value, _ := strings.Cut(header, ":"); name == "Host" {
			host = strings.TrimSpace(value)
		}
	}
	return strings.TrimSpace(line), host, err
}

// writeJSON answers with a status of success, and ends the connection.
func writeJSON(w io.Writer, body string) {
	_, _ = fmt.Fprintf(w, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(body), body)
}
