package chat_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("Sending a typing notification", func() {
	DescribeTable("sends", func(ctx SpecContext, options *chat.SendTypingNotificationOptions, body string) {
		thread, wire := threadOf(reply(200, ""))
		Expect(thread.SendTypingNotification(ctx, options)).To(Succeed())
		Expect(only(wire).Body).To(Equal(body))
	},
		Entry("an empty object without options", nil, `{}`),
		Entry("an empty object for zero options", &chat.SendTypingNotificationOptions{}, `{}`),
		Entry("the display name", &chat.SendTypingNotificationOptions{SenderDisplayName: "Ana"}, `{"senderDisplayName":"Ana"}`),
	)

	It("is sent by every call", func(ctx SpecContext) {
		thread, wire := threadOf(reply(200, ""))
		for range 3 {
			Expect(thread.SendTypingNotification(ctx, nil)).To(Succeed())
		}
		Expect(wire.Requests()).To(HaveLen(3))
	})
})
