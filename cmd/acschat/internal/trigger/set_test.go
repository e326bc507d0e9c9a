package trigger_test

import (
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/trigger"
)

func TestTrigger(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "cmd/acschat/internal/trigger")
}

var _ = Describe("Setting a member of an event", func() {
	sample := func() events.Event {
		received := events.EventType{Name: "Microsoft.Communication.ChatMessageReceived", Kind: events.KindMessageReceived, Level: events.LevelUser}
		return trigger.Sample(received, "an-id", time.Date(2026, 11, 3, 9, 20, 2, 0, time.UTC))
	}

	It("keeps the others", func() {
		before := sample().(events.MessageReceived)
		after, err := trigger.Set(before, "messageBody", "a=b")
		Expect(err).NotTo(HaveOccurred())
		before.Message.Content.Message = "a=b"
		Expect(after).To(Equal(before))
	})

	DescribeTable("is refused with what the member must be", func(path, value, reason string) {
		changed, err := trigger.Set(sample(), path, value)
		Expect(err).To(MatchError(ContainSubstring(reason)))
		Expect(changed).To(BeNil())
	},
		Entry("without an id", "id", "", "id must not be empty"),
		Entry("for an unknown member", "colour", "red", "there are"),
		Entry("for a member of a text", "messageBody.bold", "true", "messageBody has no members"),
		Entry("for a time that is none", "composeTime", "soon", "a time such as"),
		Entry("for an empty identifier", "senderId", "", "it must be a raw id"),
	)
})
