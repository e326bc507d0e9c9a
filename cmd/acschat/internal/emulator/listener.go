package emulator

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"syscall"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
)

// listener is where programs connect to the emulator.
type listener struct {
	net.Listener
	config   *tls.Config // nil without TLS
	endpoint string
	caFile   string // for people, "" with a certificate of the user

	ownCAFile string // for programs: it stays when another emulator replaces the authority
	warning   string // that programs must trust caFile again; "" if they need not
}

// listen listens at an endpoint for which the certificate is valid.
func (e *Emulator) listen(ctx context.Context, dir *dataDir) (*listener, error) {
	l := &listener{}
	var certificate *x509.Certificate
	var err error
	switch {
	case e.plain:
	case e.certificate != nil:
		certificate = e.certificate.Leaf
		l.config = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*e.certificate}}
	default:
		certificate, err = l.useAuthority(ctx, e, dir)
	}
	if err != nil {
		return nil, err
	}
	if l.Listener, err = listenTCP(ctx, e.addr); err != nil {
		return nil, err
	}
	if err := l.setEndpoint(certificate, e.authority.hosts); err != nil {
		_ = l.Close()
		return nil, err
	}
	return l, nil
}

// useAuthority serves with a certificate of the authority.
func (l *listener) useAuthority(ctx context.Context, e *Emulator, data *dataDir) (*x509.Certificate, error) {
	dir, err := e.authority.open(e.process, data.dir)
	if err != nil {
		return nil, err
	}
	a, err := openAuthority(ctx, e.authority, dir)
	if err != nil {
		return nil, err
	}
	l.config = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: a.certificate}
	l.caFile, l.ownCAFile, l.warning = a.file(), a.ownFile(), a.warning()
	server, err := a.certificate(nil)
	if err != nil {
		return nil, err
	}
	return server.Leaf, nil
}

func listenTCP(ctx context.Context, addr string) (net.Listener, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is in use by another program, perhaps another emulator: --addr 127.0.0.1:0 selects a free port", addr)
	case err != nil:
		return nil, cli.Misuse("--addr %s: %v", addr, err)
	}
	return l, nil
}

// setEndpoint selects a host that reaches the listener and is in the certificate, if there is one.
func (l *listener) setEndpoint(certificate *x509.Certificate, names []string) error {
	at := l.Addr().(*net.TCPAddr)
	port := fmt.Sprint(at.Port)
	hosts := []string{at.IP.String()}
	switch {
	case at.IP.IsUnspecified():
		hosts = []string{"127.0.0.1", "::1", "localhost"}
	case at.IP.IsLoopback():
		hosts = append(hosts, "localhost")
	}
	hosts = append(slices.Clone(names), hosts...)
	if certificate == nil {
		l.endpoint = "http://" + net.JoinHostPort(hosts[0], port)
		return nil
	}
	if l.caFile == "" {
		hosts = append(hosts, certificate.DNSNames...)
	}
	for _, host := range hosts {
		if !strings.Contains(host, "*") && certificate.VerifyHostname(host) == nil {
			l.endpoint = "https://" + net.JoinHostPort(host, port)
			return nil
		}
	}
	if l.caFile == "" {
		return cli.Misuse("--tls-cert: the certificate is not valid for %s", l.Addr())
	}
	return cli.Misuse("--addr %s: the emulator's certificates are for this machine only; name others with --host, or use --tls-cert and --tls-key", l.Addr())
}

// exposureWarning tells that other machines can connect; "" if they cannot.
func (e *Emulator) exposureWarning(l *listener) string {
	if l.Addr().(*net.TCPAddr).IP.IsLoopback() {
		return ""
	}
	warning := fmt.Sprintf("warning: other machines can connect to %s, and use it with the access key or a token", l.Addr())
	if e.plain {
		warning += "; without TLS, tokens can be read on the network"
	}
	switch open := len(e.authority.hosts) > 0; {
	case open && e.admin:
		warning += "; the page and --admin need neither"
	case open:
		warning += "; the page needs neither"
	case e.admin:
		warning += "; --admin needs neither"
	}
	return warning
}
