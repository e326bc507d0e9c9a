package main_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("typing", func() {
	It("sends a typing indicator to the other participants", func() {
		server := chattest.NewServer(GinkgoTB(), api.Watch(nil))
		alice := shellOf(server)
		thread := createThread(alice, "Plans")
		Expect(alice.Run("typing", "--thread", thread, "--display-name", "Alice").OK()).To(Equal("Sent a typing notification.\n"))
		Expect(alice.Run("typing", thread, "-o", "json").OK()).To(BeEmpty())
		Expect(server.Requests(chattest.SendTypingNotification)[0].Body).To(MatchJSON(`{"senderDisplayName":"Alice"}`))
		alice.Run("typing").Ends(2, "which thread?")
	})
})
