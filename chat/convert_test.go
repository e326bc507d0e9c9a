package chat_test

import (
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("A request", func() {
	DescribeTable("is a time in UTC and whole milliseconds",
		func(ctx SpecContext, from time.Time, want string) {
			thread, wire := threadOf(reply(http.StatusCreated, `{}`))
			_, err := thread.AddParticipants(ctx, []chat.Participant{{Identifier: chat.UnknownIdentifier{ID: "x"}, ShareHistoryTime: from}})
			Expect(err).NotTo(HaveOccurred())
			Expect(wire.Requests()[0].Body).To(Equal(`{"participants":[{"communicationIdentifier":{"rawId":"x"}` + want + `}]}`))
		},
		Entry("in UTC", time.Date(2025, 11, 3, 9, 16, 4, 0, time.UTC), `,"shareHistoryTime":"2025-11-03T09:16:04Z"`),
		Entry("in another zone", time.Date(2025, 11, 3, 11, 46, 4, 0, time.FixedZone("", 9000)), `,"shareHistoryTime":"2025-11-03T09:16:04Z"`),
		Entry("of more precision", time.Date(2025, 11, 3, 9, 16, 4, 123_999_999, time.UTC), `,"shareHistoryTime":"2025-11-03T09:16:04.123Z"`),
		Entry("of 1970", time.Unix(0, 0), `,"shareHistoryTime":"1970-01-01T00:00:00Z"`),
		Entry("that is zero, which is omitted", time.Time{}, ``),
	)
})
