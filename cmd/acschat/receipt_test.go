package main_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

var _ = Describe("receipt", func() {
	var server *chattest.Server
	var alice, bob *clitest.Shell
	var message string

	BeforeEach(func() {
		server = chattest.NewServer(GinkgoTB(), api.Watch(nil))
		alice = shellOf(server)
		thread := createThread(alice, "Plans")
		alice, bob = alice.With("ACSCHAT_THREAD", thread), alice.Member(server, thread, "Bob").With("ACSCHAT_THREAD", thread)
		var sent struct{ ID string }
		alice.Run("message", "send", "Read me", "-o", "json").Into(&sent)
		message = sent.ID
	})

	It("sends and lists read receipts", func() {
		Expect(bob.Run("receipt", "send", message).OK()).To(Equal("Read up to message " + message + ".\n"))
		Expect(alice.Run("receipt", "list").Lines()).To(HaveExactElements(
			MatchRegexp(`^READER +UP TO +ON$`), MatchRegexp(`^`+bob.User.ID+` +`+message+` +20`),
		))
		var receipts []map[string]any
		alice.Run("receipt", "list", "-o", "json").Into(&receipts)
		Expect(receipts).To(HaveExactElements(And(
			HaveKeyWithValue("senderCommunicationIdentifier", HaveKeyWithValue("rawId", bob.User.ID)),
			HaveKeyWithValue("chatMessageId", message), HaveKey("readOn"),
		)))
	})

	It("accepts the flag of az, and requires a message", func() {
		bob.Run("receipt", "send", "--message-id", message, "-o", "jsonl").OK()
		Expect(alice.Run("receipt", "list", "--skip", "1", "-o", "json").OK()).To(Equal("[]\n"))
		bob.Run("receipt", "send").Ends(2, "which one?")
	})
})
