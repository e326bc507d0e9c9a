package chat_test

import (
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("The order of messages", func() {
	DescribeTable("compares decimal numbers", func(less, greater string) {
		By("sequence id")
		a, b := chat.Message{SequenceID: less, Version: "1"}, chat.Message{SequenceID: greater, Version: "1"}
		Expect([]int{a.Compare(b), b.Compare(a), a.Compare(chat.Message{SequenceID: less})}).To(Equal([]int{-1, 1, 0}))
		Expect(a.CompareVersion(b)).To(BeZero())
		By("version")
		a, b = chat.Message{Version: less, SequenceID: "1"}, chat.Message{Version: greater, SequenceID: "1"}
		Expect([]int{a.CompareVersion(b), b.CompareVersion(a), a.CompareVersion(chat.Message{Version: less})}).To(Equal([]int{-1, 1, 0}))
		Expect(a.Compare(b)).To(BeZero())
	},
		Entry("of one length", "8", "9"),
		Entry("of different lengths", "9", "10"),
		Entry("beyond 64 bits", "18446744073709551615", "18446744073709551616"),
		Entry("with leading zeros", "007", "10"),
		Entry("and puts a missing one first", "", "1"),
	)

	It("is that of SortFunc", func() {
		messages := []chat.Message{
			{ID: "c", SequenceID: "10", Version: "1700000000001"},
			{ID: "a", SequenceID: "2", Version: "1700000000003"},
			{ID: "b", SequenceID: "9", Version: "1700000000002"},
		}
		ids := func() (ids string) {
			for _, m := range messages {
				ids += m.ID
			}
			return ids
		}
		slices.SortFunc(messages, chat.Message.Compare)
		Expect(ids()).To(Equal("abc"))
		slices.SortFunc(messages, chat.Message.CompareVersion)
		Expect(ids()).To(Equal("cba"))
	})
})
