package main_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
	"github.com/onsi/gomega/gexec"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

var _ = Describe("The binary", func() {
	var server *chattest.Server
	var alice, admin *clitest.Shell
	var thread string

	BeforeEach(func() {
		server, alice, thread = shellIn("Plans")
		admin = shellWithKey(server)
	})

	It("has every command", func() {
		ctx := GinkgoTB().Context()
		client := server.Client(alice.User).ThreadClient(thread)
		sent, err := client.SendMessage(ctx, "Canary is green.", nil)
		Expect(err).NotTo(HaveOccurred())
		users := server.NewUsers(3)
		_, err = client.AddParticipants(ctx, []chat.Participant{{Identifier: users[0]}})
		Expect(err).NotTo(HaveOccurred())

		ready := filepath.Join(alice.Dir, "ready.json")
		emptyShell().Start("emulator", "--addr", "127.0.0.1:0", "--admin", "--ready-file", ready)
		Eventually(ready).Should(BeAnExistingFile())
		driven := []string{"chat"} // has specs of its own on a terminal, as the emulator has
		run := func(sh *clitest.Shell, command string, args ...string) {
			GinkgoHelper()
			sh.RunBinary(binary, append(strings.Fields(command), args...)...).Ends(0)
			driven = append(driven, command)
		}
		listening, err := gexec.Start(alice.Exec(binary, "listen"), GinkgoWriter, GinkgoWriter)
		Expect(err).NotTo(HaveOccurred())
		Eventually(listening.Err).Should(gbytes.Say("acschat: listening\n"))
		driven = append(driven, "listen")
		run(alice, "thread create", "--topic", "Another")
		run(alice, "thread list")
		run(alice, "thread get")
		run(alice, "thread update", "--topic", "Plans 2")
		run(alice, "thread export", "--out", filepath.Join(alice.Dir, "out"))
		run(alice, "participant add", users[1].ID)
		run(alice, "participant list")
		run(alice, "participant remove", users[0].ID, "--yes")
		run(alice, "message send", "Canary is red.")
		Eventually(listening).Should(gbytes.Say("Canary is red"))
		Eventually(listening.Interrupt()).Should(gexec.Exit(0))
		run(alice, "message list")
		run(alice, "message get", sent.ID)
		run(alice, "message update", sent.ID, "--content", "Canary is yellow.")
		run(alice, "receipt send", sent.ID)
		run(alice, "receipt list")
		run(alice, "typing")
		run(alice, "message delete", sent.ID, "--yes")
		run(alice, "thread delete", thread, "--yes")
		run(alice.With("ACSCHAT_THREAD", ""), "doctor")
		run(alice, "token show")
		run(admin, "token issue", users[2].ID, "--out", filepath.Join(admin.Dir, "token"))
		run(admin, "token revoke", users[2].ID, "--yes")
		run(emptyShell(), "emulator env", "--ready-file", ready)
		run(emptyShell(), "emulator check", "--ready-file", ready)
		run(emptyShell(), "emulator dump", "--ready-file", ready)
		run(emptyShell(), "emulator trust")
		run(emptyShell(), "plan send", "--count", "100")
		run(emptyShell(), "plan export", "--count", "100")
		run(emptyShell(), "plan participants", "--count", "100")
		run(emptyShell(), "trigger", "ChatMessageReceived", "--dry-run")
		run(admin, "user create")
		run(admin, "user delete", users[2].ID, "--yes")
		for _, command := range []string{"demo", "version", "help", "completion bash", "completion zsh", "completion fish", "completion powershell"} {
			run(emptyShell(), command)
		}
		Expect(driven).To(ConsistOf(leaves(emptyShell())))
	})

	DescribeTable("reports a proxy, which a process reads from its environment only once",
		func(check string, proxy func() string) {
			far := alice.With(endpointVariable, "https://contoso.communication.azure.com").With("HTTPS_PROXY", proxy())
			r := far.RunBinary(binary, "doctor", "-o", "json").Ends(1)
			var diagnosis struct {
				Checks []struct{ Name, State string }
				Causes []struct{ Kind, Fix string }
			}
			Expect(json.Unmarshal([]byte(r.Out), &diagnosis)).To(Succeed())
			Expect(diagnosis.Checks).To(ContainElement(And(HaveField("Name", check), HaveField("State", "not ok"))))
			Expect(diagnosis.Causes).To(HaveExactElements(And(HaveField("Kind", "proxy"), HaveField("Fix", ContainSubstring("HTTPS_PROXY")))))
		},
		Entry("that is down", "tcp", func() string { return "http://" + clitest.FreeAddress() }),
		Entry("that rejects the request", "tls", func() string {
			proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) }))
			DeferCleanup(proxy.Close)
			return proxy.URL
		}),
	)
})

// leaves returns the commands without subcommands, as the help texts list them.
func leaves(sh *clitest.Shell) []string {
	GinkgoHelper()
	var found []string
	var visit func(path []string)
	visit = func(path []string) {
		names := below(sh, path...)
		if len(names) == 0 {
			found = append(found, strings.Join(path, " "))
		}
		for _, name := range names {
			visit(append(slices.Clone(path), name))
		}
	}
	visit(nil)
	return found
}
