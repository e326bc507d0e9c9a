package main

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
)

// clientOptions are how the tool reaches the resource at endpoint.
func (s *session) clientOptions(endpoint string) (azcore.ClientOptions, error) {
	options := azcore.ClientOptions{
		InsecureAllowCredentialWithHTTP: onThisMachine(endpoint),
		Retry: policy.RetryOptions{
			RetryDelay: 200 * time.Millisecond, // somebody is waiting
			TryTimeout: time.Minute,            // and a script must not hang for good
		},
		Telemetry: policy.TelemetryOptions{ApplicationID: "acschat"},
	}
	file := cmp.Or(s.caFile, os.Getenv(caFileVariable))
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

// trusted are the system's authorities and those in a file.
func trusted(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, misuse("--ca-file: %v", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, misuse("--ca-file: there is no certificate in %s: it wants PEM, which begins with -----BEGIN CERTIFICATE-----", file)
	}
	return pool, nil
}

// onThisMachine reports whether an endpoint is here, so that a token sent to it in clear goes past nobody: acschat emulator --plain.
func onThisMachine(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
