package emulator_test

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"
	"github.com/onsi/gomega/gstruct"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/identity"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

var _ = Describe("emulator", func() {
	var sh *clitest.Shell

	BeforeEach(func() { sh = emptyShell() })

	It("serves users, tokens and chat over TLS and HTTP/2", func(ctx SpecContext) {
		emulator := emulate(sh)
		alice, bob := emulator.newUser(ctx), emulator.newUser(ctx)
		created, err := emulator.chat(alice).CreateThread(ctx, "Release 4.2", &chat.CreateThreadOptions{
			Participants: []chat.Participant{{Identifier: bob.User, DisplayName: "Bob"}},
		})
		Expect(err).NotTo(HaveOccurred())
		Expect(created.Failed).To(BeEmpty())
		sent, err := emulator.chat(alice).ThreadClient(created.Thread.ID).SendMessage(ctx, "Canary is green.", nil)
		Expect(err).NotTo(HaveOccurred())
		read, err := emulator.chat(bob).ThreadClient(created.Thread.ID).GetMessage(ctx, sent.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(read).To(And(HaveField("Content.Message", "Canary is green."), HaveField("Sender", alice.User)))

		Expect(emulator.identities().RevokeTokens(ctx, alice.User)).To(Succeed())
		_, err = emulator.chat(alice).ListThreads(nil).Collect(ctx, 0)
		Expect(err).To(MatchError(chat.ErrUnauthorized))

		answer, err := emulator.http.Get(emulator.Endpoint + "/chat/threads?api-version=2025-03-15")
		Expect(err).NotTo(HaveOccurred())
		Expect(answer.Body.Close()).To(Succeed())
		Expect(answer.Proto).To(Equal("HTTP/2.0"))
	})

	It("prints commands that work", func() {
		emulator := emulate(sh)
		out := string(emulator.Out.Contents())
		Expect(out).To(ContainSubstring("The data is deleted"))
		export := regexp.MustCompile(`(?m)^ *(export AZURE_COMMUNICATION_CONNECTION_STRING='.*')$`).FindStringSubmatch(out)
		Expect(export).To(HaveLen(2), out)
		Expect(export[1]).To(ContainSubstring(emulator.ConnectionString))
		ca := filepath.Join(authorityDir(sh), "ca.pem")
		Expect(out).To(ContainSubstring("NODE_EXTRA_CA_CERTS=" + ca + " node"))
		Expect(out).To(ContainSubstring("SSL_CERT_FILE=" + ca + " REQUESTS_CA_BUNDLE=" + ca + " python3"))
		Expect(out).To(MatchRegexp(`Go +\S+.*` + ca))
		Expect(out).To(ContainSubstring("acschat emulator trust"))
	})

	It("prints its endpoint with --output json", func() {
		emulator := emulate(sh, "--output", "json")
		var said map[string]string
		Expect(json.Unmarshal(emulator.Out.Contents(), &said)).To(Succeed())
		Expect(said).To(Equal(map[string]string{
			"endpoint": emulator.Endpoint, "connectionString": emulator.ConnectionString, "caFile": emulator.CAFile,
		}))
	})

	It("accepts an access key", func(ctx SpecContext) {
		const key = "bm90LWEtcmVhbC1rZXktMDEyMzQ1Njc4OWFiY2RlZiE="
		emulator := emulate(sh, "--access-key", key)
		Expect(emulator.ConnectionString).To(Equal("endpoint=" + emulator.Endpoint + "/;accesskey=" + key))
		emulator.newUser(ctx)
	})

	It("writes errors in the documented style with --error-style", func() {
		for style, member := range map[string]string{"recorded": "CommunicationError", "documented": "error"} {
			emulator := emulate(sh, "--error-style", style)
			answer, err := emulator.http.Get(emulator.Endpoint + "/chat/nowhere")
			Expect(err).NotTo(HaveOccurred())
			Expect(answer).To(HaveHTTPBody(ContainSubstring(`"` + member + `":`)))
		}
	})

	Describe("its ready file", func() {
		var file string

		BeforeEach(func() { file = filepath.Join(sh.Dir, "ready.json") })

		It("exists complete, readable only by its owner, while the emulator can be reached", func() {
			session := sh.Start("emulator", "--addr", "127.0.0.1:0", "--ready-file", file)
			Eventually(file).Should(BeAnExistingFile())
			text, err := os.ReadFile(file)
			Expect(err).NotTo(HaveOccurred())
			var ready map[string]string
			Expect(json.Unmarshal(text, &ready)).To(Succeed())
			Expect(ready).To(gstruct.MatchAllKeys(gstruct.Keys{
				"endpoint":         MatchRegexp(`^https://127\.0\.0\.1:\d+$`),
				"connectionString": Equal("endpoint=" + ready["endpoint"] + "/;accesskey=" + keyOf(ready["connectionString"])),
				"caFile":           BeAnExistingFile(),
			}))
			connection, err := net.Dial("tcp", strings.TrimPrefix(ready["endpoint"], "https://"))
			Expect(err).NotTo(HaveOccurred())
			Expect(connection.Close()).To(Succeed())
			Expect(modeOf(file)).To(Equal(os.FileMode(0o600)))
			Eventually(session.Interrupt()).Should(gexec.Exit(0))
			Expect(file).NotTo(BeAnExistingFile())
		})

		It("is removed by the next emulator if the last one was killed", func() {
			Expect(os.WriteFile(file, []byte("{}"), 0o600)).To(Succeed())
			sh.Run("emulator", "--data", os.DevNull, "--ready-file", file).Ends(1)
			Expect(file).NotTo(BeAnExistingFile())
		})
	})

	Describe("with --data", func() {
		It("keeps users, tokens, the key, threads and messages", func(ctx SpecContext) {
			data := filepath.Join(sh.Dir, "made", "for it")
			first := emulate(sh, "--data", data)
			alice := first.newUser(ctx)
			created, err := first.chat(alice).CreateThread(ctx, "Kept", nil)
			Expect(err).NotTo(HaveOccurred())
			sent, err := first.chat(alice).ThreadClient(created.Thread.ID).SendMessage(ctx, "Still here.", nil)
			Expect(err).NotTo(HaveOccurred())
			Expect(first.stop().Code).To(Equal(0))

			second := emulate(sh, "--data", data)
			read, err := second.chat(alice).ThreadClient(created.Thread.ID).GetMessage(ctx, sent.ID)
			Expect(err).NotTo(HaveOccurred())
			Expect(read.Content.Message).To(Equal("Still here."))
			_, err = second.identities().GetToken(ctx, alice.User, []identity.Scope{identity.ScopeChat}, nil)
			Expect(err).NotTo(HaveOccurred())
			Expect(keyOf(second.ConnectionString)).To(Equal(keyOf(first.ConnectionString)))
		})

		It("stores files that only their owner can read", func() {
			data := filepath.Join(sh.Dir, "data")
			emulate(sh, "--data", data)
			Expect(modeOf(data)).To(Equal(os.FileMode(0o700)))
			entries, err := os.ReadDir(data)
			Expect(err).NotTo(HaveOccurred())
			Expect(entries).NotTo(BeEmpty())
			for _, entry := range entries {
				Expect(modeOf(filepath.Join(data, entry.Name()))).To(Equal(os.FileMode(0o600)), entry.Name())
			}
		})
	})

	It("leaves nothing behind without --data", func(ctx SpecContext) {
		GinkgoT().Setenv("TMPDIR", sh.Dir)
		first := emulate(sh)
		first.newUser(ctx)
		Expect(first.stop().Code).To(Equal(0))
		Expect(filepath.Glob(filepath.Join(sh.Dir, "acschat-emulator-*"))).To(BeEmpty())
		Expect(keyOf(emulate(sh).ConnectionString)).To(Equal(chattest.DefaultAccessKey))
	})
})

// keyOf returns the access key of a connection string.
func keyOf(connectionString string) string {
	_, key, _ := strings.Cut(connectionString, ";accesskey=")
	return key
}

func modeOf(file string) os.FileMode {
	GinkgoHelper()
	info, err := os.Stat(file)
	Expect(err).NotTo(HaveOccurred())
	return info.Mode().Perm()
}
