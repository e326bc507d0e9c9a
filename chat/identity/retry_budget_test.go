package identity_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
)

var _ = Describe("The retry budget", func() {
	DescribeTable("bounds the retries of 1,000 calls during an outage", func(budget, requests int) {
		bubble(newYear, func() {
			wire := answering(reply(503, ""))
			o := options(wire)
			o.RetryBudget = budget
			client, err := identity.NewClientWithAccessKey(testEndpoint, testKey, o)
			Expect(err).NotTo(HaveOccurred())
			for range 1000 {
				Expect(client.DeleteUser(context.Background(), ada)).To(MatchError(chat.ErrUnavailable))
			}
			Expect(wire.Requests()).To(HaveLen(requests))
		})
	},
		Entry("by 100", 0, 1100),
		Entry("by as many as the option allows", 25, 1005),
		Entry("by the retry options alone if it is negative", -1, 4000),
	)
})
