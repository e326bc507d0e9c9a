package emulator

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

const (
	authorityLifetime = 10 * 365 * 24 * time.Hour
	serverLifetime    = 397 * 24 * time.Hour // some clients accept no longer one
	renewBefore       = 30 * 24 * time.Hour
)

// authority signs the certificate of the emulator. Its own certificate is limited to this machine, so that its key is of no use elsewhere.
type authority struct {
	dir      *dataDir
	hosts    []string // further names and addresses to sign for
	self     tls.Certificate
	replaced string // why a new one was created in place of another; "" otherwise

	mu     sync.Mutex // guards server
	server *tls.Certificate
}

// openAuthority reads the authority in a data directory, or creates one. Only one process at a time may.
func openAuthority(d *dataDir, hosts []string) (*authority, error) {
	a := &authority{dir: d, hosts: hosts}
	self, err := readPair(a.keyFile())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if a.existed() {
			a.replaced = a.keyFile() + " is missing"
		}
		self, err = a.create()
	case err != nil:
		err = fmt.Errorf("%w: remove it to create a new one, which programs must then trust", err)
	case !lasts(self.Leaf, serverLifetime):
		a.replaced = "the old one expires on " + show.Time(self.Leaf.NotAfter)
		self, err = a.create()
	default:
		if host, ok := permitsAll(self.Leaf, hosts); !ok {
			a.replaced = "the old one can't sign for " + host
			self, err = a.create()
		}
	}
	if err != nil {
		return nil, err
	}
	a.self = self
	if err := writeWhole(a.file(), toPEM("CERTIFICATE", self.Leaf.Raw)); err != nil {
		return nil, err
	}
	if server, err := readPair(a.serverFile()); err == nil && server.Leaf.CheckSignatureFrom(self.Leaf) == nil && isFor(server.Leaf, hosts) {
		a.server = &server
	}
	_, err = a.certificate(nil)
	return a, err
}

// file returns the file that programs must trust.
func (a *authority) file() string { return a.dir.path("ca.pem") }

func (a *authority) keyFile() string { return a.dir.path("ca-key.pem") }

func (a *authority) serverFile() string { return a.dir.path("server-key.pem") }

// existed reports whether there are files of an authority other than its key.
func (a *authority) existed() bool {
	for _, file := range []string{a.file(), a.serverFile()} {
		if _, err := os.Lstat(file); err == nil {
			return true
		}
	}
	return false
}

// certificate returns the certificate of the server. It is renewed before it expires.
func (a *authority) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.server != nil && lasts(a.server.Leaf, renewBefore) {
		return a.server, nil
	}
	server, err := a.issue()
	if err != nil {
		return nil, err
	}
	a.server = &server
	return a.server, nil
}

// create creates an authority.
func (a *authority) create() (tls.Certificate, error) {
	template := newTemplate("acschat emulator "+rand.Text()[:6], authorityLifetime)
	template.IsCA, template.BasicConstraintsValid, template.MaxPathLenZero = true, true, true
	template.KeyUsage = x509.KeyUsageCertSign
	template.PermittedDNSDomainsCritical = true
	template.PermittedDNSDomains = []string{"localhost"}
	template.PermittedIPRanges = []*net.IPNet{
		{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)},
		{IP: net.IPv6loopback, Mask: net.CIDRMask(128, 128)},
	}
	names, addresses := splitHosts(a.hosts)
	template.PermittedDNSDomains = append(template.PermittedDNSDomains, names...)
	for _, ip := range addresses {
		template.PermittedIPRanges = append(template.PermittedIPRanges, &net.IPNet{IP: ip, Mask: net.CIDRMask(8*len(ip), 8*len(ip))})
	}
	return keepPair(a.keyFile(), template, nil)
}

// issue creates a certificate for the server.
func (a *authority) issue() (tls.Certificate, error) {
	template := newTemplate("localhost", serverLifetime)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.DNSNames = []string{"localhost"}
	template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	names, addresses := splitHosts(a.hosts)
	template.DNSNames = append(template.DNSNames, names...)
	template.IPAddresses = append(template.IPAddresses, addresses...)
	return keepPair(a.serverFile(), template, &a.self)
}

// splitHosts sorts names from addresses, which are as short as they can be.
func splitHosts(hosts []string) (names []string, addresses []net.IP) {
	for _, host := range hosts {
		ip := net.ParseIP(host)
		switch v4 := ip.To4(); {
		case v4 != nil:
			addresses = append(addresses, v4)
		case ip != nil:
			addresses = append(addresses, ip)
		default:
			names = append(names, host)
		}
	}
	return names, addresses
}

// permitsAll reports whether an authority may sign for all hosts, and otherwise one for which it may not.
func permitsAll(authority *x509.Certificate, hosts []string) (host string, ok bool) {
	for _, host := range hosts {
		ip := net.ParseIP(host)
		inRange := func(r *net.IPNet) bool { return r.Contains(ip) }
		if ip != nil && !slices.ContainsFunc(authority.PermittedIPRanges, inRange) || ip == nil && !slices.Contains(authority.PermittedDNSDomains, host) {
			return host, false
		}
	}
	return "", true
}

// isFor reports whether a certificate is for all hosts.
func isFor(server *x509.Certificate, hosts []string) bool {
	return !slices.ContainsFunc(hosts, func(host string) bool { return server.VerifyHostname(host) != nil })
}

// lasts reports whether a certificate is valid for at least d.
func lasts(c *x509.Certificate, d time.Duration) bool {
	return time.Until(c.NotAfter) > d
}

func newTemplate(name string, lifetime time.Duration) *x509.Certificate {
	return &x509.Certificate{
		Subject:     pkix.Name{CommonName: name},
		NotBefore:   time.Now().Add(-time.Hour), // for clocks that are slow
		NotAfter:    time.Now().Add(lifetime),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
}

// keepPair creates a key and a certificate, signed by signer or, if that is nil, by the key itself. One file holds both, so that a
// certificate is never stored without its key.
func keepPair(file string, template *x509.Certificate, signer *tls.Certificate) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	if signer == nil {
		signer = &tls.Certificate{Leaf: template, PrivateKey: key}
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, signer.Leaf, &key.PublicKey, signer.PrivateKey)
	if err != nil {
		return tls.Certificate{}, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return tls.Certificate{}, err
	}
	text := append(toPEM("CERTIFICATE", certificate), toPEM("PRIVATE KEY", secret)...)
	if err := writeWhole(file, text); err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(text, text)
}

// readPair reads a file of keepPair.
func readPair(file string) (tls.Certificate, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return tls.Certificate{}, err
	}
	pair, err := tls.X509KeyPair(text, text)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("%s: %w", file, err)
	}
	return pair, nil
}

func toPEM(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
