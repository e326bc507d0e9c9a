package emulator

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"time"
)

const (
	authorityLifetime = 10 * 365 * 24 * time.Hour
	serverLifetime    = 397 * 24 * time.Hour // some clients accept no longer one
	renewBefore       = 30 * 24 * time.Hour
)

// namePrefix begins the names of authorities, and the rest is random.
const namePrefix = "acschat emulator "

// isOwn reports whether a certificate is that of an authority of create.
func isOwn(c *x509.Certificate) bool {
	return c.IsCA && c.PermittedDNSDomainsCritical && slices.Contains(c.PermittedDNSDomains, "localhost") && strings.HasPrefix(c.Subject.CommonName, namePrefix)
}

// create creates an authority, which can sign for the hosts, and for those of the one that it replaces.
func (a *authority) create() (tls.Certificate, error) {
	template := newTemplate(namePrefix+rand.Text()[:8], authorityLifetime)
	template.IsCA, template.BasicConstraintsValid, template.MaxPathLenZero = true, true, true
	template.KeyUsage = x509.KeyUsageCertSign
	template.PermittedDNSDomainsCritical = true
	template.PermittedDNSDomains = []string{"localhost"}
	template.PermittedIPRanges = []*net.IPNet{
		{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)},
		{IP: net.IPv6loopback, Mask: net.CIDRMask(128, 128)},
	}
	hosts := a.hosts
	if old := a.self.Leaf; old != nil {
		hosts = slices.Concat(hosts, permittedHosts(old))
	}
	for _, host := range hosts {
		if _, ok := permitsAll(template, []string{host}); ok || strings.Contains(host, "/") {
			continue
		}
		if ip := shortest(net.ParseIP(host)); ip != nil {
			template.PermittedIPRanges = append(template.PermittedIPRanges, &net.IPNet{IP: ip, Mask: net.CIDRMask(8*len(ip), 8*len(ip))})
		} else {
			template.PermittedDNSDomains = append(template.PermittedDNSDomains, host)
		}
	}
	pair, text, err := newPair(template, nil)
	if err != nil {
		return pair, err
	}
	return pair, writeWhole(a.keyFile(), text)
}

// permittedHosts returns the names, addresses and ranges that an authority may sign for.
func permittedHosts(authority *x509.Certificate) []string {
	var hosts []string
	for _, domain := range authority.PermittedDNSDomains {
		hosts = append(hosts, domain, "*."+domain)
	}
	for _, r := range authority.PermittedIPRanges {
		if ones, bits := r.Mask.Size(); ones == bits {
			hosts = append(hosts, r.IP.String())
		} else {
			hosts = append(hosts, r.String())
		}
	}
	return hosts
}

// issue creates a certificate for the server.
func (a *authority) issue() (tls.Certificate, error) {
	template := newTemplate("localhost", serverLifetime)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.DNSNames = []string{"localhost"}
	template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	for _, host := range a.hosts {
		if ip := shortest(net.ParseIP(host)); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	pair, _, err := newPair(template, &a.self)
	// With the authority, which programs may trust by its key: that of the server is new for each run.
	pair.Certificate = append(pair.Certificate, a.self.Certificate...)
	return pair, err
}

// shortest returns an address in four bytes, if possible.
func shortest(ip net.IP) net.IP {
	if v4 := ip.To4(); v4 != nil {
		return v4
	}
	return ip
}

// permitsAll reports whether an authority may sign for all hosts, and otherwise one for which it may not.
func permitsAll(authority *x509.Certificate, hosts []string) (host string, ok bool) {
	for _, host := range hosts {
		ip := net.ParseIP(host)
		inRange := func(r *net.IPNet) bool { return r.Contains(ip) }
		isBelow := func(domain string) bool {
			return strings.HasSuffix("."+strings.ToLower(host), "."+strings.ToLower(domain))
		}
		if ip != nil && !slices.ContainsFunc(authority.PermittedIPRanges, inRange) || ip == nil && !slices.ContainsFunc(authority.PermittedDNSDomains, isBelow) {
			return host, false
		}
	}
	return "", true
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

// newPair creates a key and a certificate, signed by signer or, if that is nil, by the key itself. The text has both, so that a
// certificate is never stored without its key.
func newPair(template *x509.Certificate, signer *tls.Certificate) (pair tls.Certificate, text []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return pair, nil, err
	}
	if signer == nil {
		signer = &tls.Certificate{Leaf: template, PrivateKey: key}
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, signer.Leaf, &key.PublicKey, signer.PrivateKey)
	if err != nil {
		return pair, nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return pair, nil, err
	}
	text = append(toPEM("CERTIFICATE", certificate), toPEM("PRIVATE KEY", secret)...)
	pair, err = tls.X509KeyPair(text, text)
	return pair, text, err
}

// readPair reads a file with the text of newPair.
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
