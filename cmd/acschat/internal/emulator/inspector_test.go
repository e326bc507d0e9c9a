package emulator_test

import (
	"bufio"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"
)

var _ = Describe("emulator's page", func() {
	var emulator *running

	BeforeEach(func(ctx SpecContext) {
		emulator = emulate(emptyShell(), "--log")
		_, err := emulator.chat(emulator.newUser(ctx)).CreateThread(ctx, "Release <4.2>", nil)
		Expect(err).NotTo(HaveOccurred())
	})

	It("is served at /, and its URL is printed", func() {
		Expect(string(emulator.Out.Contents())).To(ContainSubstring("at " + emulator.Endpoint + "/\n"))
		answer, err := emulator.http.Get(emulator.Endpoint + "/")
		Expect(err).NotTo(HaveOccurred())
		Expect(answer).To(And(HaveHTTPStatus(http.StatusOK), HaveHTTPBody(And(
			ContainSubstring("Release &lt;4.2&gt;"), ContainSubstring("CreateChatThread"), ContainSubstring(emulator.Endpoint),
		))))
		Expect(emulator.stop().Err).NotTo(ContainSubstring("GET "))
	})

	It("does not keep the emulator from exiting", func(ctx SpecContext) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, emulator.Endpoint+"/_inspector/events", nil)
		Expect(err).NotTo(HaveOccurred())
		answer, err := emulator.http.Do(request)
		Expect(err).NotTo(HaveOccurred())
		defer func() { _ = answer.Body.Close() }()
		lines := bufio.NewScanner(answer.Body)
		Expect(lines.Scan()).To(BeTrue())
		Expect(lines.Text()).To(Equal("id: 1"))
		emulator.Interrupt()
		for lines.Scan() { // until the stream ends
		}
		Expect(lines.Err()).To(Succeed())
		Eventually(emulator).Should(gexec.Exit(0))
	})
})
