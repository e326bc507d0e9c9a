package main_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("receipt", func() {
	var server *chattest.Server
	var alice, bob *shell
	var message string

	BeforeEach(func() {
		server = chattest.NewServer(GinkgoTB(), nil)
		alice = shellOf(server)
		thread := alice.createThread("Plans")
		alice, bob = alice.with("ACSCHAT_THREAD", thread), alice.member(server, thread, "Bob").with("ACSCHAT_THREAD", thread)
		var sent struct{ ID string }
		alice.run("message", "send", "Read me", "-o", "json").into(&sent)
		message = sent.ID
	})

	It("tells how far somebody has read", func() {
		Expect(bob.run("receipt", "send", message).ok()).To(Equal("Read up to message " + message + ".\n"))
		Expect(alice.run("receipt", "list").lines()).To(HaveExactElements(
			MatchRegexp(`^READER +UP TO +ON$`), MatchRegexp(`^`+bob.user.ID+` +`+message+` +20`),
		))
		var receipts []map[string]any
		alice.run("receipt", "list", "-o", "json").into(&receipts)
		Expect(receipts).To(HaveExactElements(And(
			HaveKeyWithValue("senderCommunicationIdentifier", HaveKeyWithValue("rawId", bob.user.ID)),
			HaveKeyWithValue("chatMessageId", message), HaveKey("readOn"),
		)))
	})

	It("takes the flag of az, and wants a message", func() {
		bob.run("receipt", "send", "--message-id", message, "-o", "jsonl").ok()
		Expect(alice.run("receipt", "list", "--skip", "1", "-o", "json").ok()).To(Equal("[]\n"))
		bob.run("receipt", "send").ends(2, "which one?")
	})
})
