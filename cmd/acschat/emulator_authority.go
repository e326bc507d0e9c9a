package main

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
	"sync"
	"time"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

const (
	authorityLifetime = 10 * 365 * 24 * time.Hour
	serverLifetime    = 397 * 24 * time.Hour // some clients take none that lasts longer
	renewBefore       = 30 * 24 * time.Hour
)

// authority vouches for the emulator. Its certificate is limited to this machine, so that whoever gets hold of its key can do no harm
// with it to those who trust it.
type authority struct {
	home     *home
	self     tls.Certificate
	replaced string // why it is not the one that was here before, empty when it is, or when there was none

	mu     sync.Mutex // guards server
	server *tls.Certificate
}

// openAuthority reads the authority that lives in a home, or makes one. One process at a time may.
func openAuthority(h *home) (*authority, error) {
	a := &authority{home: h}
	self, err := readPair(a.keyFile())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if a.leftovers() {
			a.replaced = a.keyFile() + " is gone"
		}
		self, err = a.found()
	case err != nil:
		err = fmt.Errorf("%w: remove it, and a new one is made, for programs to trust anew", err)
	case !lasts(self.Leaf, serverLifetime):
		a.replaced = "the old one ends on " + show.Time(self.Leaf.NotAfter)
		self, err = a.found()
	}
	if err != nil {
		return nil, err
	}
	a.self = self
	if err := writeWhole(a.file(), toPEM("CERTIFICATE", self.Leaf.Raw)); err != nil {
		return nil, err
	}
	if server, err := readPair(a.serverFile()); err == nil && server.Leaf.CheckSignatureFrom(self.Leaf) == nil {
		a.server = &server
	}
	_, err = a.certificate(nil)
	return a, err
}

// file is the one for programs to trust.
func (a *authority) file() string { return a.home.path("ca.pem") }

func (a *authority) keyFile() string { return a.home.path("ca-key.pem") }

func (a *authority) serverFile() string { return a.home.path("server-key.pem") }

// leftovers reports whether there is anything of an authority but its key.
func (a *authority) leftovers() bool {
	for _, file := range []string{a.file(), a.serverFile()} {
		if _, err := os.Lstat(file); err == nil {
			return true
		}
	}
	return false
}

// certificate is that of the server: the one there is or, when it nears its end, another.
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

// found makes an authority.
func (a *authority) found() (tls.Certificate, error) {
	template := newTemplate("acschat emulator "+rand.Text()[:6], authorityLifetime)
	template.IsCA, template.BasicConstraintsValid, template.MaxPathLenZero = true, true, true
	template.KeyUsage = x509.KeyUsageCertSign
	template.PermittedDNSDomainsCritical = true
	template.PermittedDNSDomains = []string{"localhost"}
	template.PermittedIPRanges = []*net.IPNet{
		{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)},
		{IP: net.IPv6loopback, Mask: net.CIDRMask(128, 128)},
	}
	return keepPair(a.keyFile(), template, nil)
}

// issue makes a certificate for the server.
func (a *authority) issue() (tls.Certificate, error) {
	template := newTemplate("localhost", serverLifetime)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.DNSNames = []string{"localhost"}
	template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	return keepPair(a.serverFile(), template, &a.self)
}

// lasts reports whether a certificate is good for at least d.
func lasts(c *x509.Certificate, d time.Duration) bool {
	return time.Until(c.NotAfter) > d
}

func newTemplate(name string, lifetime time.Duration) *x509.Certificate {
	return &x509.Certificate{
		Subject:     pkix.Name{CommonName: name},
		NotBefore:   time.Now().Add(-time.Hour), // for clocks that are behind
		NotAfter:    time.Now().Add(lifetime),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
}

// keepPair makes a key and a certificate for it, which signer signs or, when that is nil, the key itself. One file has both, so that a
// certificate is never kept without its key.
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

// readPair reads what keepPair has kept.
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
