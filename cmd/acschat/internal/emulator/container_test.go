package emulator_test

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// resolveHere resolves every name to this machine, as container networks resolve theirs.
func (r *running) resolveHere() {
	transport := r.http.Transport.(*http.Transport)
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		return (&net.Dialer{}).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
	}
}

var _ = Describe("emulator --host", func() {
	It("has a certificate and a connection string for the name, and serves its page there", func(ctx SpecContext) {
		emulator := emulate(emptyShell(), "--host", "acs", "--host", "acs.internal", "--host", "10.1.2.3", "--admin")
		emulator.resolveHere()
		endpoint, err := url.Parse(emulator.Endpoint)
		Expect(err).NotTo(HaveOccurred())
		Expect(endpoint.Hostname()).To(Equal("acs"))
		Expect(emulator.ConnectionString).To(HavePrefix("endpoint=" + emulator.Endpoint + "/;accesskey="))
		emulator.newUser(ctx)
		for _, host := range []string{"acs", "acs.internal", "10.1.2.3", "localhost", "127.0.0.1"} {
			for _, path := range []string{"/healthz", "/readyz", "/admin/clock", "/"} {
				res, err := emulator.http.Get("https://" + net.JoinHostPort(host, endpoint.Port()) + path)
				Expect(err).NotTo(HaveOccurred())
				Expect(res.Body.Close()).To(Succeed())
				Expect(res).To(HaveHTTPStatus(200), host+path)
			}
		}
	})
})

var _ = Describe("emulator --seed", func() {
	It("creates the users and threads of a file", func() {
		file := filepath.Join(GinkgoT().TempDir(), "seed.yaml")
		Expect(os.WriteFile(file, []byte(`
users: [ana, bo]
threads:
  - topic: Support
    ago: 2h
    participants: [{user: ana, displayName: Ana}, {user: bo}]
    messages:
      - {from: bo, text: It is broken, ago: 1h, readBy: [{user: ana}]}
`), 0o600)).To(Succeed())
		emulator := emulate(emptyShell(), "--seed", file, "--admin")
		Expect(emulator.ask("GET", "/admin/seed", "")).To(HaveHTTPBody(And(
			ContainSubstring(`"topic":"Support"`), ContainSubstring(`"text":"It is broken"`), ContainSubstring(`"displayName":"Ana"`))))
	})
})

var _ = Describe("emulator --entra-any", func() {
	It("accepts any bearer token as that of an application", func() {
		const create = "/identities?api-version=2026-09-23"
		Expect(emulate(emptyShell(), "--entra-any").ask("POST", create, "{}", "Authorization", "Bearer whatever")).To(HaveHTTPStatus(201))
		file := filepath.Join(GinkgoT().TempDir(), "token.json")
		Expect(os.WriteFile(file, []byte(`{"token":"mine"}`), 0o600)).To(Succeed())
		emulator := emulate(emptyShell(), "--entra-token", file, "--lenient-versions")
		Expect(emulator.ask("POST", create, "{}", "Authorization", "Bearer mine")).To(HaveHTTPStatus(201))
		Expect(emulator.ask("POST", create, "{}", "Authorization", "Bearer whatever")).To(HaveHTTPStatus(401))
		Expect(emulator.ask("POST", "/identities?api-version=2031-01-01", "{}", "Authorization", "Bearer mine")).To(HaveHTTPStatus(201))
	})
})

var _ = Describe("emulator --encrypt-tokens", func() {
	It("issues tokens of five parts, and accepts them", func(ctx SpecContext) {
		emulator := emulate(emptyShell(), "--encrypt-tokens")
		alice := emulator.newUser(ctx)
		Expect(strings.Count(alice.Token.Token, ".")).To(Equal(4))
		_, err := emulator.chat(alice).CreateThread(ctx, "Mine", nil)
		Expect(err).NotTo(HaveOccurred())
	})
})

var _ = Describe("emulator check and emulator dump", func() {
	It("find a running emulator by its ready file", func(ctx SpecContext) {
		sh, file := emptyShell(), filepath.Join(GinkgoT().TempDir(), "ready.json")
		Expect(sh.Run("emulator", "check", "--ready-file", file).Err).To(ContainSubstring("the emulator is not running, or has another ready file"))
		command := sh.Start("emulator", "--addr", "127.0.0.1:0", "--ready-file", file, "--admin")
		emulator := reach(command, file)
		emulator.Command = command
		Expect(sh.Run("emulator", "check", "--ready-file", file).Code).To(Equal(0))
		alice := emulator.newUser(ctx)
		_, err := emulator.chat(alice).CreateThread(ctx, "Dumped", nil)
		Expect(err).NotTo(HaveOccurred())
		dumped := sh.Run("emulator", "dump", "--ready-file", file)
		Expect(dumped.Code).To(Equal(0))
		Expect(dumped.Out).To(And(ContainSubstring("topic: Dumped"), ContainSubstring(alice.User.ID)))
		var inJSON map[string]any
		sh.Run("emulator", "dump", "--ready-file", file, "--output", "json").Into(&inJSON)
		Expect(inJSON).To(And(HaveKey("users"), HaveKeyWithValue("threads", ConsistOf(HaveKeyWithValue("topic", "Dumped")))))

		seed := filepath.Join(GinkgoT().TempDir(), "seed.yaml")
		Expect(os.WriteFile(seed, []byte(dumped.Out), 0o600)).To(Succeed())
		second := emulate(sh, "--seed", seed, "--admin")
		Expect(second.ask("GET", "/admin/seed", "")).To(HaveHTTPBody(And(ContainSubstring("Dumped"), ContainSubstring(alice.User.ID))))
		Expect(emulator.stop().Code).To(Equal(0))
		Expect(sh.Run("emulator", "check", "--ready-file", file).Code).NotTo(Equal(0))
	})
})
