package emulator_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"net"
	"os"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

const day = 24 * time.Hour

var _ = Describe("emulator over TLS", func() {
	var sh *clitest.Shell
	var dir string // of the authority

	BeforeEach(func() {
		sh = emptyShell()
		dir = authorityDir(sh)
		Expect(os.MkdirAll(dir, 0o700)).To(Succeed())
	})

	It("has a certificate for the local host names, signed by its own authority", func() {
		emulator := emulate(sh)
		server := emulator.certificate()
		for _, host := range []string{"localhost", "127.0.0.1", "::1"} {
			_, err := server.Verify(x509.VerifyOptions{Roots: poolOf(emulator.CAFile), DNSName: host})
			Expect(err).NotTo(HaveOccurred(), host)
		}
		Expect(server.PublicKey.(*ecdsa.PublicKey).Curve).To(Equal(elliptic.P256()))
		Expect(server.NotAfter).To(BeTemporally("<", time.Now().Add(398*day)), "some clients reject longer lifetimes")
	})

	It("has an authority that can sign only certificates for local host names", func() {
		emulate(sh)
		authority := readTestPair(filepath.Join(dir, "ca-key.pem"))
		for host, good := range map[string]bool{"localhost": true, "127.8.8.8": true, "::1": true, "example.com": false, "192.0.2.1": false, "::2": false} {
			forged := newTestPair(certificateFor(host, day), authority).Leaf
			_, err := forged.Verify(x509.VerifyOptions{Roots: poolOf(filepath.Join(dir, "ca.pem")), DNSName: host})
			Expect(err == nil).To(Equal(good), "%s: %v", host, err)
		}
		under := certificateFor("localhost", day)
		under.IsCA, under.BasicConstraintsValid, under.KeyUsage = true, true, x509.KeyUsageCertSign
		second := newTestPair(under, authority)
		intermediates := x509.NewCertPool()
		intermediates.AddCert(second.Leaf)
		_, err := newTestPair(certificateFor("localhost", day), second).Leaf.Verify(x509.VerifyOptions{
			Roots: poolOf(filepath.Join(dir, "ca.pem")), Intermediates: intermediates, DNSName: "localhost",
		})
		Expect(err).To(HaveOccurred(), "it can sign no other authority")
	})

	It("creates the authority once, and a certificate for each run", func() {
		first := emulate(sh)
		authority, err := os.ReadFile(first.CAFile)
		Expect(err).NotTo(HaveOccurred())
		second := emulate(sh)
		Expect(os.ReadFile(second.CAFile)).To(Equal(authority))
		Expect(second.certificate().Raw).NotTo(Equal(first.certificate().Raw))
	})

	It("creates another authority if the key of the stored one is lost, and reports it", func() {
		first := emulate(sh)
		Expect(first.stop().Err).To(BeEmpty())
		lost, err := os.ReadFile(first.CAFile)
		Expect(err).NotTo(HaveOccurred())
		key := filepath.Join(dir, "ca-key.pem")
		Expect(os.Remove(key)).To(Succeed())

		second := emulate(sh)
		Expect(second.stop().Err).To(Equal(
			"acschat: warning: there is a new certificate authority, because " + key + " is missing: programs that trusted the old one must trust " + filepath.Join(dir, "ca.pem") + " again\n"))
		Expect(os.ReadFile(second.CAFile)).NotTo(Equal(lost))
		Expect(emulate(sh).stop().Err).To(BeEmpty(), "it is reported once")
	})

	It("restores the certificate of the authority without a warning if it is lost", func() {
		first := emulate(sh)
		Expect(first.stop().Code).To(Equal(0))
		whole, err := os.ReadFile(first.CAFile)
		Expect(err).NotTo(HaveOccurred())
		for _, file := range []string{first.CAFile, filepath.Join(dir, "ca.pem")} {
			Expect(os.Remove(file)).To(Succeed())
			Expect(emulate(sh).stop().Err).To(BeEmpty())
			Expect(os.ReadFile(file)).To(Equal(whole))
		}
	})

	It("creates another authority if the stored one would expire before its certificates, and reports it", func() {
		ending := authorityFor(300 * day)
		ending.PermittedDNSDomains = append(ending.PermittedDNSDomains, "acs")
		writeTestPair(filepath.Join(dir, "ca-key.pem"), newTestPair(ending, nil))
		emulator := emulate(sh)
		Expect(string(emulator.Err.Contents())).To(MatchRegexp(`^acschat: warning: .* because the old one expires on 20\S+ \S+: programs that trusted .* again\n$`))
		Expect(readTestPair(filepath.Join(dir, "ca-key.pem")).Leaf.NotAfter).To(BeTemporally(">", time.Now().Add(3000*day)))
		Expect(readTestPair(filepath.Join(dir, "ca-key.pem")).Leaf.PermittedDNSDomains).To(Equal([]string{"localhost", "acs"}))
		_, err := emulator.certificate().Verify(x509.VerifyOptions{Roots: poolOf(emulator.CAFile), DNSName: "localhost"})
		Expect(err).NotTo(HaveOccurred())
	})

	It("logs a client that does not trust the certificate", func() {
		emulator := emulate(sh)
		_, err := trusting("").Get(emulator.Endpoint)
		Expect(err).To(HaveOccurred())
		Eventually(emulator.Err.Contents).Should(MatchRegexp(`bad certificate; does this client trust the certificate\?\n$`))
	})

	Describe("with --tls-cert and --tls-key", func() {
		// own returns the options for a certificate for hosts, whose files it writes.
		own := func(hosts ...string) (file string, args []string) {
			certificate, key := filepath.Join(sh.Dir, "own.pem"), filepath.Join(sh.Dir, "own-key.pem")
			template := certificateFor(hosts[0], day)
			template.DNSNames = append(template.DNSNames, hosts[1:]...)
			pair := newTestPair(template, nil)
			writeTestPair(key, pair)
			Expect(os.WriteFile(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Leaf.Raw}), 0o600)).To(Succeed())
			return certificate, []string{"--tls-cert", certificate, "--tls-key", key}
		}

		It("serves with the given certificate and creates none", func(ctx SpecContext) {
			file, args := own("127.0.0.1")
			emulator := emulate(sh, args...)
			Expect(emulator.CAFile).To(BeEmpty())
			Expect(string(emulator.Out.Contents())).To(ContainSubstring("the authority that signed " + file))
			emulator.http = trusting(file)
			emulator.newUser(ctx)
			Expect(os.ReadDir(dir)).To(BeEmpty())
		})

		DescribeTable("prints an endpoint with a host of the certificate",
			func(endpoint string, hosts ...string) {
				_, args := own(hosts...)
				Expect(emulate(sh, args...).Endpoint).To(MatchRegexp(`^https://` + endpoint + `:\d+$`))
			},
			Entry("the address, if the certificate has it", `127\.0\.0\.1`, "127.0.0.1", "localhost"),
			Entry("localhost otherwise", "localhost", "*.example.com", "localhost"),
			Entry("another name", `chat\.example\.com`, "*.example.com", "chat.example.com"),
		)

		It("rejects a certificate that no client would accept", func() {
			refused := func(why string, args ...string) {
				GinkgoHelper()
				sh.Run(append([]string{"emulator", "--addr", "127.0.0.1:0"}, args...)...).Ends(2, why)
			}
			file, args := own("192.0.2.1")
			refused("is not valid for 127.0.0.1", args...)
			_, args = own("*.example.com")
			refused("is not valid for 127.0.0.1", args...)
			stranger := filepath.Join(sh.Dir, "stranger.pem")
			writeTestPair(stranger, newTestPair(certificateFor("localhost", day), nil))
			refused("private key does not match", "--tls-cert", file, "--tls-key", stranger)
			writeTestPair(stranger, newTestPair(certificateFor("localhost", -day), nil))
			refused("expired on 20", "--tls-cert", stranger, "--tls-key", stranger)
			refused("no such file", "--tls-cert", filepath.Join(sh.Dir, "none.pem"), "--tls-key", stranger)
			refused("failed to find", "--tls-cert", os.DevNull, "--tls-key", stranger)
			refused("go together", "--tls-cert", file)
			refused("go together", "--tls-key", file)
			refused("choose one", append(args, "--plain")...)
		})
	})

	It("serves without TLS with --plain", func(ctx SpecContext) {
		emulator := emulate(sh, "--plain")
		Expect(emulator.Endpoint).To(HavePrefix("http://127.0.0.1:"))
		Expect(emulator.CAFile).To(BeEmpty())
		Expect(string(emulator.Out.Contents())).To(ContainSubstring("official clients send no token over http"))
		Expect(os.ReadDir(dir)).To(BeEmpty())
		alice := emulator.newUser(ctx)
		_, err := emulator.chat(alice).CreateThread(ctx, "In clear", &chat.CreateThreadOptions{})
		Expect(err).NotTo(HaveOccurred())
	})
})

// certificate returns the certificate that the emulator presents to clients.
func (r *running) certificate() *x509.Certificate {
	GinkgoHelper()
	_, port, err := net.SplitHostPort(r.address())
	Expect(err).NotTo(HaveOccurred())
	connection, err := tls.Dial("tcp", net.JoinHostPort("127.0.0.1", port), &tls.Config{InsecureSkipVerify: true})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { _ = connection.Close() })
	return connection.ConnectionState().PeerCertificates[0]
}

// certificateFor returns a template of a certificate for hosts, which are names or addresses.
func certificateFor(host string, lifetime time.Duration) *x509.Certificate {
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "made by a test"}, NotBefore: time.Now().Add(-10 * day), NotAfter: time.Now().Add(lifetime),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	return template
}

// authorityFor returns a template of an authority of the emulator.
func authorityFor(lifetime time.Duration) *x509.Certificate {
	return &x509.Certificate{
		PermittedDNSDomainsCritical: true, PermittedDNSDomains: []string{"localhost"},
		Subject: pkix.Name{CommonName: "acschat emulator TEST"}, NotBefore: time.Now().Add(-10 * day), NotAfter: time.Now().Add(lifetime),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
}

// newTestPair creates a certificate signed by another one or, if that is nil, by its own key.
func newTestPair(template *x509.Certificate, signer *tls.Certificate) *tls.Certificate {
	GinkgoHelper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	Expect(err).NotTo(HaveOccurred())
	if signer == nil {
		signer = &tls.Certificate{Leaf: template, PrivateKey: key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, signer.Leaf, &key.PublicKey, signer.PrivateKey)
	Expect(err).NotTo(HaveOccurred())
	leaf, err := x509.ParseCertificate(der)
	Expect(err).NotTo(HaveOccurred())
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// writeTestPair writes a certificate and its key into one file, as the emulator does.
func writeTestPair(file string, pair *tls.Certificate) {
	GinkgoHelper()
	secret, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	Expect(err).NotTo(HaveOccurred())
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Leaf.Raw})
	text = append(text, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})...)
	Expect(os.WriteFile(file, text, 0o600)).To(Succeed())
}

func readTestPair(file string) *tls.Certificate {
	GinkgoHelper()
	pair, err := tls.LoadX509KeyPair(file, file)
	Expect(err).NotTo(HaveOccurred())
	return &pair
}

func poolOf(file string) *x509.CertPool {
	GinkgoHelper()
	pool := x509.NewCertPool()
	text, err := os.ReadFile(file)
	Expect(err).NotTo(HaveOccurred())
	Expect(pool.AppendCertsFromPEM(text)).To(BeTrue())
	return pool
}
