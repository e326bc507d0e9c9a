//go:build conformance

package conformance_test

import (
	"bufio"
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
)

var tokensFolder = filepath.Join("..", "..", "examples", "tokens")

// describeTokens has the specs of the token endpoint of the examples with its front end, as its README builds and runs them.
func describeTokens(b *browser, js *client, e *emulator, binary string) {
	Describe("The front end of chat/examples/tokens in Chromium", func() {
		It("signs a person in, lists the threads and shows messages as they arrive", func(ctx SpecContext) {
			identityOptions, options := &identity.ClientOptions{}, &chat.ClientOptions{}
			identityOptions.Transport, options.Transport = e.client, e.client
			identities, err := identity.NewClientFromConnectionString(e.connectionString, identityOptions)
			Expect(err).NotTo(HaveOccurred())
			ben, err := identities.CreateUser(ctx, nil)
			Expect(err).NotTo(HaveOccurred())
			credential, err := identities.Credential(ben, []identity.Scope{identity.ScopeChat}, nil)
			Expect(err).NotTo(HaveOccurred())
			client, err := chat.NewClient(e.endpoint(), credential, options)
			Expect(err).NotTo(HaveOccurred())

			page, cancel := chromedp.NewContext(b.ctx)
			DeferCleanup(cancel)
			address := startTokens(ctx, e, newWorkshop(js, binary))
			signIn := func() {
				GinkgoHelper()
				Expect(chromedp.Do(page, chromedp.Navigate(address))).To(Succeed())
				Expect(run[any](page, `(async () => {
					document.querySelector("input").value = "Ana";
					document.querySelector("form").requestSubmit();
				})()`)).Error().NotTo(HaveOccurred())
			}
			shown := func() ([]string, error) {
				return run[[]string](page, `[...document.querySelectorAll("li")].map((line) => line.textContent)`)
			}

			signIn()
			Eventually(ctx, shown).Should(HaveLen(1))
			lines, err := shown()
			Expect(err).NotTo(HaveOccurred())
			Expect(lines).To(ConsistOf(MatchRegexp(`^You are 8:acs:\S+, in the threads:$`)))
			ana := chat.ParseRawID(strings.TrimSuffix(strings.TrimPrefix(lines[0], "You are "), ", in the threads:"))
			created, err := client.CreateThread(ctx, "Lunch", &chat.CreateThreadOptions{Participants: []chat.Participant{{Identifier: ana}}})
			Expect(err).NotTo(HaveOccurred())

			signIn()
			Eventually(ctx, shown).Should(HaveExactElements(lines[0], "Lunch"))
			Eventually(ctx, func() []connection { return e.connections(ctx) }).Should(ContainElement(HaveField("User", ana.RawID())))
			_, err = client.ThreadClient(created.Thread.ID).SendMessage(ctx, "At noon?", &chat.SendMessageOptions{SenderDisplayName: "Ben"})
			Expect(err).NotTo(HaveOccurred())
			Eventually(ctx, shown).Should(ContainElement("Ben: At noon?"))
		}, SpecTimeout(maxSession))
	})
}

// startTokens bundles the front end, builds the program with it and starts it. It returns the address of the page.
func startTokens(ctx context.Context, e *emulator, w *workshop) string {
	GinkgoHelper()
	Expect(os.CopyFS(w.dir, os.DirFS(filepath.Join(tokensFolder, "web")))).To(Succeed())
	w.run("npm run build")

	// The bundle is laid over the folder, which stays as it is.
	bundle, err := filepath.Abs(filepath.Join(tokensFolder, "web", "bundle.js"))
	Expect(err).NotTo(HaveOccurred())
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{bundle: filepath.Join(w.dir, "bundle.js")}})
	Expect(err).NotTo(HaveOccurred())
	w.write("overlay.json", string(overlay))
	binary := filepath.Join(w.dir, "tokens")
	build := exec.CommandContext(ctx, "go", "build", "-C", tokensFolder, "-overlay", filepath.Join(w.dir, "overlay.json"), "-o", binary, ".")
	output, err := build.CombinedOutput()
	Expect(err).NotTo(HaveOccurred(), "%s", output)

	authority, err := e.authority(ctx)
	Expect(err).NotTo(HaveOccurred())
	w.write("ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority.Raw})))
	program := exec.Command(binary)
	program.Env = append(trust(filepath.Join(w.dir, "ca.pem")), "AZURE_COMMUNICATION_CONNECTION_STRING="+e.connectionString, "TOKENS_ADDRESS=127.0.0.1:0")
	stderr, err := program.StderrPipe()
	Expect(err).NotTo(HaveOccurred())
	Expect(program.Start()).To(Succeed())
	DeferCleanup(func() {
		Expect(program.Process.Kill()).To(Succeed())
		_ = program.Wait() // it was killed
	})
	line, err := bufio.NewReader(stderr).ReadString('\n')
	Expect(err).NotTo(HaveOccurred())
	go func() { _, _ = io.Copy(GinkgoWriter, stderr) }()
	var address string
	Expect(fmt.Sscanf(line, "tokens: %s", &address)).To(Equal(1))
	return address
}
