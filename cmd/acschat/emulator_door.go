package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// door is where programs reach the emulator.
type door struct {
	net.Listener
	config   *tls.Config // nil: no TLS
	endpoint string
	caFile   string // empty where programs have to know by themselves what to trust
	replaced string // why caFile has to be trusted anew, empty where it has not
}

// openDoor listens. The endpoint it comes to is one that the certificate is good for.
func (e *emulator) openDoor(ctx context.Context, h *home) (*door, error) {
	d := &door{}
	var certificate *x509.Certificate
	var err error
	switch {
	case e.plain:
	case e.certFile != "":
		certificate, err = d.useOwn(e.certFile, e.keyFile)
	default:
		certificate, err = d.useAuthority(h)
	}
	if err != nil {
		return nil, err
	}
	if d.Listener, err = listen(ctx, e.addr); err != nil {
		return nil, err
	}
	if err := d.setEndpoint(certificate); err != nil {
		_ = d.Close()
		return nil, err
	}
	return d, nil
}

// useOwn serves with a certificate that was brought along.
func (d *door) useOwn(certFile, keyFile string) (*x509.Certificate, error) {
	own, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, cli.Misuse("--cert %s, --key %s: %v", certFile, keyFile, err)
	}
	if end := own.Leaf.NotAfter; time.Now().After(end) {
		return nil, cli.Misuse("--cert %s: the certificate has ended, on %s", certFile, show.Time(end))
	}
	d.config = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{own}}
	return own.Leaf, nil
}

// useAuthority serves with a certificate of the authority that lives in a home.
func (d *door) useAuthority(h *home) (*x509.Certificate, error) {
	a, err := openAuthority(h)
	if err != nil {
		return nil, err
	}
	d.config = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: a.certificate}
	d.caFile, d.replaced = a.file(), a.replaced
	server, err := a.certificate(nil)
	if err != nil {
		return nil, err
	}
	return server.Leaf, nil
}

func listen(ctx context.Context, addr string) (net.Listener, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is taken: another program listens there, perhaps another emulator; --addr 127.0.0.1:0 picks a free port", addr)
	case err != nil:
		return nil, cli.Misuse("--addr %s: %v", addr, err)
	}
	return listener, nil
}

// setEndpoint names a host that leads to the listener and, where there is one, is in the certificate.
func (d *door) setEndpoint(certificate *x509.Certificate) error {
	at := d.Addr().(*net.TCPAddr)
	port := fmt.Sprint(at.Port)
	hosts := []string{at.IP.String()}
	switch {
	case at.IP.IsUnspecified():
		hosts = []string{"127.0.0.1", "::1", "localhost"}
	case at.IP.IsLoopback():
		hosts = append(hosts, "localhost")
	}
	if certificate == nil {
		d.endpoint = "http://" + net.JoinHostPort(hosts[0], port)
		return nil
	}
	if d.caFile == "" {
		hosts = append(hosts, certificate.DNSNames...)
	}
	for _, host := range hosts {
		if !strings.Contains(host, "*") && certificate.VerifyHostname(host) == nil {
			d.endpoint = "https://" + net.JoinHostPort(host, port)
			return nil
		}
	}
	if d.caFile == "" {
		return cli.Misuse("--cert: the certificate is for no host that leads to %s", d.Addr())
	}
	return cli.Misuse("--addr %s: the certificates it makes are for this machine alone; bring one for other hosts with --cert and --key", d.Addr())
}

// distrust is what to know about a door that programs may no longer trust, empty for any other.
func (d *door) distrust() string {
	if d.replaced == "" {
		return ""
	}
	return fmt.Sprintf("warning: this has a new certificate authority, because %s: whoever trusted the old one has to trust %s anew", d.replaced, d.caFile)
}

// exposure is what to know about a door that other machines can reach, empty for any other.
func (e *emulator) exposure(d *door) string {
	if d.Addr().(*net.TCPAddr).IP.IsLoopback() {
		return ""
	}
	warning := fmt.Sprintf("warning: other machines can reach this at %s, and whoever has the access key or a token does there what it allows", d.Addr())
	if e.plain {
		warning += "; without TLS, tokens can be read on the way"
	}
	if e.admin {
		warning += "; --admin asks for neither"
	}
	return warning
}
