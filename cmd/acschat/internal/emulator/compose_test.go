package emulator_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"
	"go.yaml.in/yaml/v3"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

// composed is what the compose file says of a service.
type composed struct {
	Command     []string
	Environment map[string]string
	Ports       []string
	Volumes     []string
	Healthcheck struct{ Test []string }
	DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
}

var _ = Describe("The compose file", func() {
	const volume = "/run/acs" // in both containers

	var services map[string]composed
	var sh *clitest.Shell

	BeforeEach(func() {
		text, err := os.ReadFile("../../../../chat/chattest/compose/compose.yaml")
		Expect(err).NotTo(HaveOccurred())
		var file struct {
			Services map[string]composed
			Volumes  map[string]any
		}
		Expect(yaml.Unmarshal(text, &file)).To(Succeed())
		Expect(file.Volumes).To(HaveKey("acs"))
		services = file.Services
		sh = emptyShell()
	})

	// here returns words of the file with the directory of the volume on this machine.
	here := func(words ...string) []string {
		var local []string
		for _, word := range words {
			local = append(local, strings.ReplaceAll(word, volume, filepath.Join(sh.Dir, "volume")))
		}
		return local
	}

	It("runs an application against the emulator by its name, port, key and authority, once the emulator is healthy", func(ctx SpecContext) {
		acs, app := services["acs"], services["app"]
		Expect(acs.Volumes).To(ConsistOf("acs:" + volume))
		Expect(app.Volumes).To(ConsistOf("acs:" + volume + ":ro"))
		Expect(app.DependsOn["acs"].Condition).To(Equal("service_healthy"))
		Expect(acs.Ports).To(ConsistOf("127.0.0.1:8443:8443"))
		Expect(acs.Environment).To(HaveKeyWithValue("ACSCHAT_EMULATOR_ACCESS_KEY", chattest.DefaultAccessKey))
		Expect(os.Mkdir(filepath.Join(sh.Dir, "volume"), 0o700)).To(Succeed())

		By("starting the emulator with the command of the file, at a free port instead of its own")
		for name, value := range acs.Environment {
			sh = sh.With(name, value)
		}
		command := here(acs.Command...)
		addr := slices.Index(command, "--addr") + 1
		Expect(command[addr]).To(Equal(":8443"))
		command[addr] = "127.0.0.1:0"
		ready := command[slices.Index(command, "--ready-file")+1]
		check := acs.Healthcheck.Test
		Expect(check[:2]).To(Equal([]string{"CMD", "acschat"}))
		Expect(sh.Run(here(check[2:]...)...).Code).To(Equal(1), "it is not healthy before it runs")
		started := sh.Start(command...)
		emulator := reach(started, ready)
		emulator.Command = started
		Expect(emulator.Endpoint).To(HavePrefix("https://acs:"))

		By("resolving the name to this machine, and the port to the free one")
		_, port, err := net.SplitHostPort(emulator.address())
		Expect(err).NotTo(HaveOccurred())
		dial := func(ctx context.Context, network, address string) (net.Conn, error) {
			if address != "acs:8443" && address != "acs:"+port {
				return nil, &net.AddrError{Err: "this name is not in the file", Addr: address}
			}
			return (&net.Dialer{}).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
		}
		sh.Dial = dial
		Expect(sh.Run(here(check[2:]...)...)).To(And(HaveField("Code", 0), HaveField("Err", "")))

		By("running the application with the environment of the file")
		binary, err := gexec.Build("github.com/acschat/acs-chat-go/chat/chattest/compose/app")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func() { Expect(os.RemoveAll(filepath.Dir(binary))).To(Succeed()) })
		Expect(app.Command).To(Equal([]string{"app"}))
		environment := emptyShell().With("HTTPS_PROXY", proxyTo(dial))
		for name, value := range app.Environment {
			environment = environment.With(name, here(value)[0])
		}
		session, err := gexec.Start(environment.Exec(binary), GinkgoWriter, GinkgoWriter)
		Expect(err).NotTo(HaveOccurred())
		Eventually(session).Should(gexec.Exit(0))
		Expect(string(session.Out.Contents())).To(HavePrefix("sent message "))

		By("looking at what it did by the mapped port and /admin")
		emulator.resolveHere()
		Expect(emulator.ask("GET", "/admin/seed", "")).To(HaveHTTPBody(And(ContainSubstring("Composed"), ContainSubstring("Hello from the application."))))
		Expect(emulator.stop().Code).To(Equal(0))
		Expect(sh.Run(here(check[2:]...)...).Code).To(Equal(1), "it is not healthy when it has ended")
	})
})

// proxyTo starts a proxy that connects with dial, so that a program in another process resolves names as this one does.
func proxyTo(dial func(ctx context.Context, network, address string) (net.Conn, error)) string {
	GinkgoHelper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	proxy := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inner, err := dial(r.Context(), "tcp", r.Host)
		if err != nil || r.Method != http.MethodConnect {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer func() { _ = inner.Close() }()
		w.WriteHeader(http.StatusOK)
		outer, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer func() { _ = outer.Close() }()
		go func() {
			_, _ = io.Copy(inner, buffered)
			_ = inner.(*net.TCPConn).CloseWrite()
		}()
		_, _ = io.Copy(outer, inner)
	})}
	go func() { _ = proxy.Serve(l) }()
	DeferCleanup(proxy.Close)
	return "http://" + l.Addr().String()
}
