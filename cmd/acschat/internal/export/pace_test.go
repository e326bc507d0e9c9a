package export_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("thread export, of more pages than the rate limits allow", func() {
	It("keeps to them, and does not wait with --unpaced", func() {
		c := newConversation(260) // 50 pages may be listed in ten seconds, and 200 in a minute
		args := []string{"export", c.id, "--out", string(c.dir("out")), "--page-size", "1"}
		command := c.alice.Start(args...)
		Eventually(func() []chattest.Request { return c.Requests(chattest.ListChatMessages) }).Should(HaveLen(50))
		command.Interrupt()
		c.alice.Wait(command).Ends(3, "exported 50 of about 26", "The same command continues the export")
		Expect(c.Requests(chattest.ListChatMessages)).To(HaveLen(50))

		Expect(c.alice.Run(append(args, "--unpaced")...).OK()).To(HavePrefix("Continuing after 50 messages.\nExported 26"))
		Expect(len(c.Requests(chattest.ListChatMessages))).To(BeNumerically(">", 260))
	})
})
