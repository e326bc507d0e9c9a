package chat_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("Listing read receipts", func() {
	It("sends the options", func(ctx SpecContext) {
		thread, wire := threadOf(reply(200, `{"value":[]}`))
		Expect(thread.ListReadReceipts(&chat.ListReadReceiptsOptions{Skip: 1, PageSize: 20}).Collect(ctx, 0)).To(BeEmpty())
		Expect(only(wire).URL).To(Equal(testEndpoint + threadPath + "/readReceipts?api-version=" + apiVersion + "&maxPageSize=20&skip=1"))
	})

	It("returns the receipts", func(ctx SpecContext) {
		thread, _ := threadOf(reply(200, `{"value":[{"senderCommunicationIdentifier":`+anaOnTheWire+
			`,"chatMessageId":"7","readOn":"2026-01-02T03:04:05Z"},{"senderCommunicationIdentifier":`+anaOnTheWire+
			`,"chatMessageId":"8","readOn":"2026-01-02T03:04:06Z"}]}`))
		Expect(thread.ListReadReceipts(nil).Collect(ctx, 0)).To(Equal([]chat.ReadReceipt{
			{Sender: testUser, MessageID: "7", ReadOn: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
			{Sender: testUser, MessageID: "8", ReadOn: time.Date(2026, 1, 2, 3, 4, 6, 0, time.UTC)},
		}))
	})
})
