package main_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("typing", func() {
	It("tells the others", func() {
		server := chattest.NewServer(GinkgoTB(), nil)
		alice := shellOf(server)
		thread := alice.createThread("Plans")
		Expect(alice.run("typing", "--thread", thread, "--display-name", "Alice").ok()).To(Equal("Told the others that you are typing.\n"))
		Expect(alice.run("typing", thread, "-o", "json").ok()).To(BeEmpty())
		Expect(server.Requests(chattest.SendTypingNotification)[0].Body).To(MatchJSON(`{"senderDisplayName":"Alice"}`))
		alice.run("typing").ends(2, "which thread?")
	})
})
