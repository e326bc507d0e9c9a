package chat_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/explain"
	"github.com/acschat/acs-chat-go/chat/identity"
)

func connectionTroubles() []trouble {
	return []trouble{
		{"a caller who has gone", []explain.Kind{explain.Canceled}, "context canceled", func(ctx context.Context) (*chat.Client, error) {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			c, _ := clientOf(reply(200, ""))
			return c, list(ctx, c)
		}},
		{"a caller who would not wait", []explain.Kind{explain.Timeout}, "deadline exceeded", func(ctx context.Context) (*chat.Client, error) {
			ctx, cancel := context.WithDeadline(ctx, time.Now())
			defer cancel()
			c, _ := clientOf(reply(200, ""))
			return c, list(ctx, c)
		}},
		{"a host that is not", []explain.Kind{explain.Host}, "no such host", func(ctx context.Context) (*chat.Client, error) {
			c := clientAt("https://contoso.invalid", newService().HTTPClient()) // which knows one host
			return c, list(ctx, c)
		}},
		{"a name server that does not answer", []explain.Kind{explain.Host}, "server misbehaving", func(ctx context.Context) (*chat.Client, error) {
			c, _ := clientOf(fail(&net.OpError{Op: "dial", Err: &net.DNSError{Err: "server misbehaving", Name: "contoso", IsTemporary: true}}))
			return c, list(ctx, c)
		}},
		{"a port without a listener", []explain.Kind{explain.Connection}, "refused", func(ctx context.Context) (*chat.Client, error) {
			c := clientAt("https://"+closedPort(), &http.Client{})
			return c, list(ctx, c)
		}},
		{"a certificate of an untrusted authority", []explain.Kind{explain.CertificateAuthority}, "example.com, 127.0.0.1", func(ctx context.Context) (*chat.Client, error) {
			server, _ := serveTLS(nil)
			c := clientAt(server.URL, &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: x509.NewCertPool()}}})
			return c, list(ctx, c)
		}},
		{"a certificate of an untrusted authority, with a credential of package identity", []explain.Kind{explain.CertificateAuthority}, "example.com, 127.0.0.1",
			func(ctx context.Context) (*chat.Client, error) {
				server, _ := serveTLS(nil)
				c := clientWithIdentity(server.URL, &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: x509.NewCertPool()}}})
				return c, list(ctx, c)
			}},
		{"a port without a listener, with a credential of package identity", []explain.Kind{explain.Connection}, "refused", func(ctx context.Context) (*chat.Client, error) {
			c := clientWithIdentity("https://"+closedPort(), &http.Client{})
			return c, list(ctx, c)
		}},
		{"a certificate for another host", []explain.Kind{explain.CertificateName}, "not contoso.communication.azure.com", func(ctx context.Context) (*chat.Client, error) {
			server, trusting := serveTLS(nil)
			transport := transportOf(trusting)
			transport.TLSClientConfig.ServerName = "contoso.communication.azure.com"
			c := clientAt(server.URL, trusting)
			return c, list(ctx, c)
		}},
		{"a certificate that has ended", []explain.Kind{explain.CertificateDate, explain.Clock}, "it is valid from", func(ctx context.Context) (*chat.Client, error) {
			c := clientWithBadCertificate(-2*time.Hour, -time.Hour)
			return c, list(ctx, c)
		}},
		{"a certificate of the future", []explain.Kind{explain.Clock, explain.CertificateDate}, "it is valid from", func(ctx context.Context) (*chat.Client, error) {
			c := clientWithBadCertificate(time.Hour, 2*time.Hour)
			return c, list(ctx, c)
		}},
		{"a server without TLS", []explain.Kind{explain.TLS}, "HTTP response to HTTPS client", func(ctx context.Context) (*chat.Client, error) {
			plain := httptest.NewServer(nil)
			DeferCleanup(plain.Close)
			c := clientAt("https"+strings.TrimPrefix(plain.URL, "http"), plain.Client())
			return c, list(ctx, c)
		}},
		{"a server with another TLS", []explain.Kind{explain.TLS}, "protocol version", func(ctx context.Context) (*chat.Client, error) {
			server := httptest.NewUnstartedServer(nil)
			server.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
			server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
			server.StartTLS()
			DeferCleanup(server.Close)
			trusting := server.Client()
			transportOf(trusting).TLSClientConfig.MaxVersion = tls.VersionTLS12
			c := clientAt(server.URL, trusting)
			return c, list(ctx, c)
		}},
		{"an http endpoint of a server with TLS", []explain.Kind{explain.TLS}, "it expects https", func(ctx context.Context) (*chat.Client, error) {
			server, _ := serveTLS(nil)
			c := clientAt("http"+strings.TrimPrefix(server.URL, "https"), &http.Client{Transport: &http.Transport{}})
			return c, list(ctx, c)
		}},
		{"an http endpoint of a server with TLS, which answers as nginx", []explain.Kind{explain.TLS}, "it expects https", func(ctx context.Context) (*chat.Client, error) {
			c := clientAt("http://contoso.communication.azure.com", &http.Client{Transport: transportFunc(
				reply(400, "<h1>400 Bad Request</h1>The plain HTTP request was sent to HTTPS port", "Content-Type", "text/html"))})
			return c, list(ctx, c)
		}},
		{"an http endpoint of a server with TLS, which answers with an alert", []explain.Kind{explain.TLS}, "malformed HTTP response", func(ctx context.Context) (*chat.Client, error) {
			endpoint, _ := serveRaw(false, func(conn net.Conn) {
				_, _ = conn.Read(make([]byte, 1<<10))
				_, _ = io.WriteString(conn, "\x15\x03\x01\x00\x02\x02\x46")
			})
			c := clientAt("http"+strings.TrimPrefix(endpoint, "https"), &http.Client{Transport: &http.Transport{}})
			return c, list(ctx, c)
		}},
		{"a connection that breaks", []explain.Kind{explain.ConnectionLost}, "", func(ctx context.Context) (*chat.Client, error) {
			endpoint, trusting := serveRaw(true, func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1)) })
			c := clientAt(endpoint, trusting)
			return c, list(ctx, c)
		}},
		{"a proxy that is not there", []explain.Kind{explain.Proxy}, "proxyconnect", func(ctx context.Context) (*chat.Client, error) {
			c := clientBehind(closedPort())
			return c, list(ctx, c)
		}},
		{"a proxy that wants to know who it is", []explain.Kind{explain.Proxy}, "407 Proxy Authentication Required", func(ctx context.Context) (*chat.Client, error) {
			proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) }))
			DeferCleanup(proxy.Close)
			c := clientBehind(strings.TrimPrefix(proxy.URL, "http://"))
			return c, list(ctx, c)
		}},
	}
}

// clientWithBadCertificate makes a client of a server whose certificate is good from one time to another, both counted from now.
func clientWithBadCertificate(from, until time.Duration) *chat.Client {
	GinkgoHelper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	Expect(err).NotTo(HaveOccurred())
	template := &x509.Certificate{
		NotBefore: time.Now().Add(from), NotAfter: time.Now().Add(until),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	Expect(err).NotTo(HaveOccurred())
	certificate, err := x509.ParseCertificate(der)
	Expect(err).NotTo(HaveOccurred())

	server := httptest.NewUnstartedServer(nil)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	DeferCleanup(server.Close)
	trusting := server.Client()
	transportOf(trusting).TLSClientConfig.RootCAs.AddCert(certificate)
	return clientAt(server.URL, trusting)
}

// clientWithIdentity makes a client whose tokens come from the identity API of the same endpoint.
func clientWithIdentity(endpoint string, transport *http.Client) *chat.Client {
	GinkgoHelper()
	o := azcore.ClientOptions{Transport: transport, Retry: policy.RetryOptions{MaxRetries: -1}}
	ids, err := identity.NewClientWithAccessKey(endpoint, "MDEyMzQ1Njc4OWFiY2RlZg==", &identity.ClientOptions{ClientOptions: o})
	Expect(err).NotTo(HaveOccurred())
	credential, err := ids.Credential(testUser, []identity.Scope{identity.ScopeChat}, nil)
	Expect(err).NotTo(HaveOccurred())
	client, err := chat.NewClient(ids.Endpoint(), credential, &chat.ClientOptions{ClientOptions: o})
	Expect(err).NotTo(HaveOccurred())
	return client
}

// closedPort returns an address with a closed port.
func closedPort() string {
	GinkgoHelper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	address := listener.Addr().String()
	Expect(listener.Close()).To(Succeed())
	return address
}

// clientBehind makes a client that reaches the service through a proxy.
func clientBehind(proxy string) *chat.Client {
	return clientAt(testEndpoint, &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: proxy})}})
}
