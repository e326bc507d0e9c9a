package diagnosis

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/acschat/acs-chat-go/chat/explain"
)

// Causes on the way to the service, if there was no answer, or to the server that the callback of a credential asks for a token.

func unanswered(ctx context.Context, x *examination) []finding {
	var found []finding
	for _, find := range []func(context.Context, *examination) []finding{
		contextEnded, proxyFailed, hostUnknown, certificateRefused, noTLS, notConnected, connectionLost,
	} {
		found = append(found, find(ctx, x)...)
	}
	if x.Fetch != nil {
		for i := range found {
			found[i].What = "no token could be fetched: " + found[i].What
		}
	}
	return found
}

const (
	endpoint   = "the endpoint"
	ofCallback = "the address that the callback asks"
)

// address names where the connection was to be made. The callbacks of package identity ask the endpoint, and others any server.
func (x *examination) address() string {
	if x.Fetch == nil {
		return endpoint
	}
	if failed, ok := errors.AsType[*url.Error](x.Fetch.Cause); ok {
		u, err := url.Parse(failed.URL)
		if err == nil && operationCalled(strings.ToUpper(failed.Op), u.Host, u.EscapedPath()).ID != "" {
			return endpoint
		}
	}
	return ofCallback
}

func hostUnknown(_ context.Context, x *examination) []finding {
	failed, ok := errors.AsType[*net.DNSError](x.Err)
	switch {
	case !ok:
		return nil
	case failed.IsNotFound:
		cause := explain.Cause{
			Kind: explain.Host, What: "there is no host " + failed.Name,
			Evidence: failed.Error(),
			Fix:      "check " + x.address(),
		}
		if x.address() == endpoint {
			cause.Fix += ": it is https://<resource>.communication.azure.com, as the portal shows it"
		}
		return []finding{{cause, certain}}
	}
	return []finding{{explain.Cause{
		Kind: explain.Host, What: "the host name " + failed.Name + " can't be resolved now",
		Evidence: failed.Error(),
		Fix:      "check that this machine has a network connection and its name server answers",
	}, certain}}
}

// proxyFailed recognizes a proxy that can't be reached by the operation in net/http's error, and one that refuses by the error's
// text, which is that of its status and nothing else.
func proxyFailed(_ context.Context, x *examination) []finding {
	cause := explain.Cause{
		Kind: explain.Proxy, What: "the proxy can't be reached",
		Fix: "check HTTPS_PROXY and NO_PROXY, or the Proxy of the transport, and whether the proxy asks for a password",
	}
	if failed, ok := errors.AsType[*net.OpError](x.Err); ok && failed.Op == "proxyconnect" {
		cause.Evidence = failed.Error()
		return []finding{{cause, certain}}
	}
	failed, ok := errors.AsType[*url.Error](x.Err)
	if !ok || errors.Unwrap(failed.Err) != nil {
		return nil
	}
	for status := http.StatusBadRequest; status <= http.StatusNetworkAuthenticationRequired; status++ {
		if text := http.StatusText(status); text != "" && strings.EqualFold(failed.Err.Error(), text) {
			cause.What, cause.Evidence = "the proxy refuses to connect to the service", fmt.Sprintf("it answers %d %s", status, text)
			return []finding{{cause, certain}}
		}
	}
	return nil
}

func certificateRefused(_ context.Context, x *examination) []finding {
	failed, ok := errors.AsType[*tls.CertificateVerificationError](x.Err)
	if !ok {
		return nil
	}
	if name, ok := errors.AsType[x509.HostnameError](failed); ok {
		return []finding{{explain.Cause{
			Kind: explain.CertificateName, What: "the certificate is for another host than " + name.Host,
			Evidence: name.Error(),
			Fix:      "check the host in " + x.address() + ": another server may answer there",
		}, certain}}
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](failed); ok && invalid.Reason == x509.Expired {
		return notValidNow(invalid.Cert)
	}
	const emulator = "acschat emulator " // begins the names of the emulator's authorities
	fix := "if the server is the right one, for example behind a proxy that inspects TLS, add its authority to those of the system, or to the RootCAs of the transport"
	evidence := failed.Err.Error()
	if len(failed.UnverifiedCertificates) > 0 {
		leaf := failed.UnverifiedCertificates[0]
		evidence = fmt.Sprintf("it is for %s and issued by %s: %s", subject(leaf), leaf.Issuer, evidence)
		if strings.HasPrefix(leaf.Issuer.CommonName, emulator) {
			fix = "set SSL_CERT_FILE to the ca.pem that the emulator prints, which Go reads on Linux; for other systems see acschat emulator trust"
		}
	}
	return []finding{{explain.Cause{
		Kind: explain.CertificateAuthority, What: "the certificate is not signed by a trusted authority",
		Evidence: evidence, Fix: fix,
	}, certain}}
}

// notValidNow is for a certificate outside its validity: either the certificate or this machine's clock is wrong.
func notValidNow(cert *x509.Certificate) []finding {
	now := time.Now()
	evidence := fmt.Sprintf("it is valid from %s to %s, and now it is %s here", stamp(cert.NotBefore), stamp(cert.NotAfter), stamp(now))
	date := explain.Cause{
		Kind: explain.CertificateDate, What: "the certificate of " + subject(cert) + " has expired",
		Evidence: evidence,
		Fix:      "renew the certificate of the server",
	}
	clock := explain.Cause{
		Kind: explain.Clock, What: "this machine's clock is off",
		Evidence: evidence,
		Fix:      "synchronize the clock (NTP)",
	}
	if now.Before(cert.NotBefore) {
		date.What = "the certificate of " + subject(cert) + " is not valid yet"
		return []finding{{clock, likely}, {date, likely}}
	}
	return []finding{{date, likely}, {clock, possible}}
}

// subject lists the hosts that a certificate is for.
func subject(cert *x509.Certificate) string {
	names := slices.Clone(cert.DNSNames)
	for _, ip := range cert.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return cert.Subject.String()
	}
	return strings.Join(names, ", ")
}

func noTLS(_ context.Context, x *examination) []finding {
	_, garbage := errors.AsType[tls.RecordHeaderError](x.Err)
	alert, ok := errors.AsType[*net.OpError](x.Err)
	refused := ok && (alert.Op == "remote error" || alert.Op == "local error")
	switch {
	case strings.Contains(x.Err.Error(), `malformed HTTP response "\x15\x03`): // net/http has no other sign of an alert, as OpenSSL sends it
		return []finding{plainHTTP(x.Err.Error())}
	case garbage, errors.Is(x.Err, http.ErrSchemeMismatch):
		return []finding{{explain.Cause{
			Kind: explain.TLS, What: "the server does not speak TLS",
			Evidence: x.Err.Error(),
			Fix:      "check the port of " + x.address() + ", and whether it is really https",
		}, certain}}
	case refused:
		return []finding{{explain.Cause{
			Kind: explain.TLS, What: "the TLS handshake failed",
			Evidence: alert.Error(),
			Fix:      "check the host of " + x.address() + ", the TLS versions on both sides, and whether the server asks for a client certificate",
		}, certain}}
	}
	return nil
}

// plainHTTP is for a server that speaks TLS, and was asked without.
func plainHTTP(evidence string) finding {
	return finding{explain.Cause{
		Kind: explain.TLS, What: "the server speaks TLS, and the endpoint is http",
		Evidence: evidence,
		Fix:      "write https instead of http in the endpoint",
	}, certain}
}

func notConnected(_ context.Context, x *examination) []finding {
	failed, ok := errors.AsType[*net.OpError](x.Err)
	if !ok || failed.Op != "dial" {
		return nil
	}
	if _, noName := errors.AsType[*net.DNSError](failed); noName {
		return nil
	}
	to := x.address()
	what, fix := to+" can't be reached", "check that the network and its firewalls allow connections from this machine to "+to
	if errors.Is(failed, syscall.ECONNREFUSED) {
		what, fix = "no server listens at "+to, "check the port of "+to+"; an emulator has to be running"
	}
	return []finding{{explain.Cause{Kind: explain.Connection, What: what, Evidence: failed.Error(), Fix: fix}, certain}}
}

func connectionLost(_ context.Context, x *examination) []finding {
	lost := false
	for _, err := range []error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED} {
		lost = lost || errors.Is(x.Err, err)
	}
	if failed, ok := errors.AsType[*net.OpError](x.Err); ok {
		lost = lost || failed.Op == "read" || failed.Op == "write"
	}
	if !lost {
		return nil
	}
	return []finding{{explain.Cause{
		Kind: explain.ConnectionLost, What: "the connection broke before the answer was complete",
		Evidence: x.Err.Error(),
		Fix:      "try again; if it persists, check the proxies and gateways between this machine and the service",
	}, certain}}
}
