package chat

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
)

// Causes on the way to the service, where there was no answer.

func hostUnknown(_ context.Context, q *inquiry) []finding {
	failed, ok := errors.AsType[*net.DNSError](q.err)
	switch {
	case !ok:
		return nil
	case failed.IsNotFound:
		return []finding{{Cause{CauseHost,
			"there is no host " + failed.Name,
			failed.Error(),
			"check the endpoint: it is https://<resource>.communication.azure.com, as the portal shows it",
		}, certain}}
	}
	return []finding{{Cause{CauseHost,
		"the name " + failed.Name + " can't be resolved now",
		failed.Error(),
		"see whether this machine has a network and its name server answers",
	}, certain}}
}

// proxyTrouble: net/http says of a proxy that can't be reached what it is, and of one that refuses nothing but the text of its status.
func proxyTrouble(_ context.Context, q *inquiry) []finding {
	const fix = "check HTTPS_PROXY and NO_PROXY, or the Proxy of the transport, and what the proxy wants of those who use it"
	if failed, ok := errors.AsType[*net.OpError](q.err); ok && failed.Op == "proxyconnect" {
		return []finding{{Cause{CauseProxy, "the proxy can't be reached", failed.Error(), fix}, certain}}
	}
	failed, ok := errors.AsType[*url.Error](q.err)
	if !ok || errors.Unwrap(failed.Err) != nil {
		return nil
	}
	for status := http.StatusBadRequest; status <= http.StatusNetworkAuthenticationRequired; status++ {
		if text := http.StatusText(status); text != "" && strings.EqualFold(failed.Err.Error(), text) {
			return []finding{{Cause{CauseProxy, "the proxy refuses to connect to the service", fmt.Sprintf("it answers %d %s", status, text), fix}, certain}}
		}
	}
	return nil
}

func certificateRefused(_ context.Context, q *inquiry) []finding {
	failed, ok := errors.AsType[*tls.CertificateVerificationError](q.err)
	if !ok {
		return nil
	}
	if name, ok := errors.AsType[x509.HostnameError](failed); ok {
		return []finding{{Cause{CauseCertificateName,
			"the certificate is for another host than " + name.Host,
			name.Error(),
			"check the host in the endpoint: something else may answer there",
		}, certain}}
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](failed); ok && invalid.Reason == x509.Expired {
		return notValidNow(invalid.Cert)
	}
	evidence := failed.Err.Error()
	if len(failed.UnverifiedCertificates) > 0 {
		leaf := failed.UnverifiedCertificates[0]
		evidence = fmt.Sprintf("it names %s and is issued by %s: %s", subject(leaf), leaf.Issuer, evidence)
	}
	return []finding{{Cause{CauseCertificateAuthority,
		"nobody whom this program trusts vouches for the certificate",
		evidence,
		"if the server is the right one, for example an emulator or behind a proxy that inspects, add its authority to the RootCAs of the transport",
	}, certain}}
}

// notValidNow: a clock that is behind sees certificates of the future, one that is ahead sees ended ones.
func notValidNow(cert *x509.Certificate) []finding {
	now := time.Now()
	evidence := fmt.Sprintf("it is valid from %s to %s, and now it is %s here", stamp(cert.NotBefore), stamp(cert.NotAfter), stamp(now))
	date := Cause{CauseCertificateDate,
		"the certificate of " + subject(cert) + " has ended", evidence,
		"have the server renew it",
	}
	clock := Cause{CauseClock,
		"this machine's clock is off", evidence,
		"set the clock by a time server",
	}
	if now.Before(cert.NotBefore) {
		date.What = "the certificate of " + subject(cert) + " is not valid yet"
		return []finding{{clock, likely}, {date, likely}}
	}
	return []finding{{date, likely}, {clock, possible}}
}

// subject is the hosts that a certificate is for.
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

func noTLS(_ context.Context, q *inquiry) []finding {
	_, garbage := errors.AsType[tls.RecordHeaderError](q.err)
	alert, ok := errors.AsType[*net.OpError](q.err)
	refused := ok && (alert.Op == "remote error" || alert.Op == "local error")
	switch {
	case garbage, errors.Is(q.err, http.ErrSchemeMismatch):
		return []finding{{Cause{CauseTLS,
			"what answers there does not speak TLS",
			q.err.Error(),
			"check the port of the endpoint, and whether it is really https",
		}, certain}}
	case refused:
		return []finding{{Cause{CauseTLS,
			"the TLS handshake was refused",
			alert.Error(),
			"check the host of the endpoint, the versions of TLS on both sides, and whether a certificate of the client is wanted",
		}, certain}}
	}
	return nil
}

func notConnected(_ context.Context, q *inquiry) []finding {
	failed, ok := errors.AsType[*net.OpError](q.err)
	if !ok || failed.Op != "dial" {
		return nil
	}
	if _, noName := errors.AsType[*net.DNSError](failed); noName {
		return nil
	}
	what, fix := "nothing can be reached there", "see whether the network and its firewalls let this machine through to the endpoint"
	if errors.Is(failed, syscall.ECONNREFUSED) {
		what, fix = "nothing listens there", "check the port of the endpoint; an emulator has to be running"
	}
	return []finding{{Cause{CauseConnection, what, failed.Error(), fix}, certain}}
}

func connectionBroken(_ context.Context, q *inquiry) []finding {
	broken := errors.Is(q.err, io.EOF) || errors.Is(q.err, io.ErrUnexpectedEOF) || errors.Is(q.err, net.ErrClosed) ||
		errors.Is(q.err, syscall.ECONNRESET) || errors.Is(q.err, syscall.EPIPE) || errors.Is(q.err, syscall.ECONNABORTED)
	if failed, ok := errors.AsType[*net.OpError](q.err); ok {
		broken = broken || failed.Op == "read" || failed.Op == "write"
	}
	if !broken {
		return nil
	}
	return []finding{{Cause{CauseConnectionLost,
		"the connection broke before the whole answer was there",
		q.err.Error(),
		"try again; if it goes on, see what stands between this machine and the service",
	}, certain}}
}
