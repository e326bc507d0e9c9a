package chatmatchers_test

import (
	"errors"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	. "github.com/acschat/acs-chat-go/chat/chattest/chatmatchers"
)

var _ = Describe("HaveMessage", func() {
	var (
		s       *chattest.Server
		ana, bo chattest.User
		thread  *chat.ThreadClient
	)

	BeforeEach(func(ctx SpecContext) {
		s = newServer()
		ana, bo = s.NewUser(), s.NewUser()
		thread = newThread(ctx, s, ana, "Lunch", bo)
		_, err := thread.SendMessage(ctx, "At noon?", &chat.SendMessageOptions{Metadata: map[string]string{"place": "roof"}})
		Expect(err).NotTo(HaveOccurred())
		_, err = s.Client(bo).ThreadClient(thread.ThreadID()).SendMessage(ctx, "Fine.", nil)
		Expect(err).NotTo(HaveOccurred())
	})

	It("matches a text that was sent, and no other", func() {
		Expect(thread).To(HaveMessage("At noon?"))
		Expect(thread).To(HaveMessage(HavePrefix("At n")))
		Expect(thread).NotTo(HaveMessage("At one?"))
	})

	It("matches a message that matches all details", func() {
		Expect(thread).To(HaveMessage("At noon?", From(ana)))
		Expect(thread).NotTo(HaveMessage("At noon?", From(bo)))
		Expect(thread).To(HaveMessage("At noon?", HaveField("Metadata", HaveKeyWithValue("place", "roof")), From(ana)))
	})

	It("matches messages of the service, which have no text and no sender", func() {
		Expect(thread).To(HaveMessage("", HaveField("Type", chat.MessageTypeTopicUpdated), HaveField("Content.Topic", "Lunch")))
		Expect(thread).NotTo(HaveMessage("", From(ana)))
	})

	It("accepts stored messages, without requests", func() {
		Expect(s.Messages(thread.ThreadID())).To(HaveMessage("Fine.", From(bo)))
		Expect(s.Messages(thread.ThreadID())[:3]).NotTo(HaveMessage("Fine."))
		Expect(s.Messages(thread.ThreadID())).To(ContainElement(From(bo)))
		Expect(s.Messages(thread.ThreadID())).To(HaveMessage("", From(nil)))
		Expect(s).NotTo(HaveReceived(chattest.ListChatMessages))
	})

	It("waits for a message", func(ctx SpecContext) {
		defer meanwhile(func() {
			_, err := thread.SendMessage(ctx, "At two?", nil)
			Expect(err).NotTo(HaveOccurred())
		})()
		Eventually(ctx, thread).Should(HaveMessage("At two?"))
	})

	It("is an error if the thread can't be read", func() {
		_, err := HaveMessage("x").Match(s.Client(s.NewUser()).ThreadClient(thread.ThreadID()))
		Expect(errors.Is(err, chat.ErrForbidden)).To(BeTrue())
		_, err = HaveMessage("x").Match("thread")
		Expect(err).To(MatchError("HaveMessage: a thread must be a *chat.ThreadClient or []chat.Message, not string"))
	})

	Context("when it fails", func() {
		// named puts names in the place of ids.
		named := func(message string) string {
			return strings.NewReplacer(ana.ID, "Ana", bo.ID, "Bo").Replace(message)
		}

		It("shows the messages that there are, the latest first", func() {
			Expect(named(failure(thread, HaveMessage("At one?", From(ana))))).To(Equal(lines(
				`Expected the thread to have a message with text "At one?" and sender "Ana"`,
				"but it has:",
				`    text "Fine." from Bo`,
				`    text "At noon?" from Ana`,
				`    topicUpdated "Lunch" by Ana`,
				"    participantAdded Ana Bo by Ana",
			)))
		})

		It("says which detail of the message does not match, if that is not obvious", func() {
			message := failure(thread, HaveMessage("At noon?", HaveField("Metadata", HaveLen(2))))
			Expect(message).To(HavePrefix(`Expected the thread to have a message with text "At noon?" and a further condition` + "\n"))
			Expect(strings.Count(message, "to have length 2")).To(Equal(1))
		})

		It("marks deleted messages", func(ctx SpecContext) {
			message, err := thread.ListMessages(nil).Collect(ctx, 2)
			Expect(err).NotTo(HaveOccurred())
			Expect(thread.DeleteMessage(ctx, message[1].ID)).To(Succeed())
			Expect(named(failure(thread, HaveMessage("At noon?")))).To(ContainSubstring("\n    text deleted from Ana\n"))
		})

		It("says that there are no messages", func() {
			Expect(failure([]chat.Message{}, HaveMessage("At noon?"))).To(Equal(lines(
				`Expected the thread to have a message with text "At noon?"`,
				"but it has no messages.",
			)))
		})

		It("shows the unexpected message", func() {
			Expect(negatedFailure(thread, HaveMessage("Fine."))).To(HavePrefix(lines(
				`Expected the thread not to have a message with text "Fine."`,
				"but it has:",
				`    text "Fine." from `,
			)))
		})
	})
})
