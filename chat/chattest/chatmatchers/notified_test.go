package chatmatchers_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	. "github.com/acschat/acs-chat-go/chat/chattest/chatmatchers"
	"github.com/acschat/acs-chat-go/chat/events"
)

var _ = Describe("HaveNotified", func() {
	var (
		s               *chattest.Server
		ana, bo, chidi  chattest.User
		thread          *chat.ThreadClient
		received, typed = events.KindMessageReceived, events.KindTypingIndicatorReceived
	)

	BeforeEach(func(ctx SpecContext) {
		s = newServer()
		users := s.NewUsers(3)
		ana, bo, chidi = users[0], users[1], users[2]
		thread = newThread(ctx, s, ana, "Lunch", bo)
		for _, text := range []string{"At noon?", "At one?"} {
			_, err := thread.SendMessage(ctx, text, nil)
			Expect(err).NotTo(HaveOccurred())
		}
	})

	It("matches a user who received the event, and no other", func() {
		Expect(s).To(HaveNotified(bo, received))
		Expect(s.Service).To(HaveNotified(ana, received))
		Expect(s).To(HaveNotified(bo, events.KindThreadCreated))
		Expect(s).NotTo(HaveNotified(bo, typed))
		Expect(s).NotTo(HaveNotified(chidi, ""))
	})

	It("counts the events that have all other details", func() {
		noon := HaveField("Message.Content.Message", "At noon?")
		Expect(s).To(HaveNotified(bo, received, Times(2)))
		Expect(s).To(HaveNotified(bo, received, noon, Times(1)))
		Expect(s).NotTo(HaveNotified(bo, received, noon, Times(2)))
		Expect(s).To(HaveNotified(bo, "", Times(3)))
		Expect(s).To(HaveNotified(chidi, "", Times(0)))
	})

	It("waits for an event", func(ctx SpecContext) {
		defer meanwhile(func() { Expect(thread.SendTypingNotification(ctx, nil)).To(Succeed()) })()
		Eventually(ctx, s).Should(HaveNotified(bo, typed))
	})

	It("refuses other values than services, and unknown kinds", func() {
		_, err := HaveNotified(bo, received).Match("service")
		Expect(err).To(MatchError("HaveNotified wants a *chattest.Server or *chattest.Service, not string"))
		for _, kind := range []events.Kind{"MessageReceived", events.KindGap} {
			_, err = HaveNotified(bo, kind).Match(s)
			Expect(err).To(MatchError(ContainSubstring("no events of the kind")))
		}
	})

	Context("when it fails", func() {
		It("says that there were no events", func() {
			Expect(failure(newServer(), HaveNotified(bo, received))).To(Equal(lines(
				"Expected "+bo.ID+" to have received chatMessageReceived",
				"but there were no events at all.",
			)))
		})

		It("shows the events and their recipients", func() {
			Expect(failure(s, HaveNotified(chidi, ""))).To(Equal(lines(
				"Expected "+chidi.ID+" to have received an event",
				"but it was not. There were:",
				"    chatThreadCreated, sent to 2 users, not to this one",
				"    chatMessageReceived, sent to 2 users, not to this one",
				"    chatMessageReceived, sent to 2 users, not to this one",
			)))
		})

		It("says which details of the events do not match", func() {
			message := failure(s, HaveNotified(bo, received, HaveField("Message.Content.Message", "At two?")))
			Expect(message).To(HavePrefix(lines(
				"Expected "+bo.ID+" to have received chatMessageReceived with a further condition",
				"but that holds for 0 of 2:",
				"    chatMessageReceived in "+thread.ThreadID()+", version ",
			)))
			Expect(message).To(ContainSubstring("At two?"))
		})

		It("shows the unexpected event", func() {
			Expect(negatedFailure(s, HaveNotified(bo, events.KindThreadCreated))).To(HavePrefix(lines(
				"Expected "+bo.ID+" not to have received chatThreadCreated",
				"but it was, once:",
				"    chatThreadCreated in "+thread.ThreadID(),
			)))
		})
	})
})
