package session

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
)

// ClientOptions returns how the tool reaches the resource at endpoint.
func (s *Session) ClientOptions(endpoint string) (azcore.ClientOptions, error) {
	options := azcore.ClientOptions{
		InsecureAllowCredentialWithHTTP: isLoopback(endpoint),
		Retry: policy.RetryOptions{
			RetryDelay: 200 * time.Millisecond, // a person is waiting
			TryTimeout: time.Minute,            // a script must not hang
		},
		Telemetry: policy.TelemetryOptions{ApplicationID: "acschat"},
	}
	file := cmp.Or(s.caFile, s.Getenv(CAFileVariable))
	if file == "" {
		return options, nil
	}
	pool, err := trusted(file)
	if err != nil {
		return options, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	options.Transport = &http.Client{Transport: transport}
	return options, nil
}

// trusted returns the authorities of the system and those in a file.
func trusted(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, cli.Misuse("--ca-file: %v", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, cli.Misuse("--ca-file: there is no certificate in %s: a PEM file begins with -----BEGIN CERTIFICATE-----", file)
	}
	return pool, nil
}

// isLoopback reports whether an endpoint is on this machine, so that a token may be sent without TLS: acschat emulator --plain.
func isLoopback(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
