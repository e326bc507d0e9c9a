package reminder_test

import (
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	. "github.com/acschat/acs-chat-go/chat/chattest/chatmatchers"
	"github.com/acschat/acs-chat-go/chat/examples/reminder"
)

func TestReminder(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "reminder")
}

// seed is what every spec begins with: Ana of the desk has answered Bo, but not Cy.
func seed() *chattest.Seed {
	people := func(customer string) []chattest.SeedParticipant {
		return []chattest.SeedParticipant{{User: "ana", DisplayName: "Ana"}, {User: customer}}
	}
	return &chattest.Seed{
		Users: []string{"ana", "bo", "cy"},
		Threads: []chattest.SeedThread{{
			ID: "answered", Topic: "Order 17", Ago: chattest.Ago(3 * time.Hour), Participants: people("bo"),
			Messages: []chattest.SeedMessage{
				{From: "bo", Text: "Where is it?", Ago: chattest.Ago(2 * time.Hour)},
				{From: "ana", Text: "On its way.", Ago: chattest.Ago(time.Hour)},
			},
		}, {
			ID: "open", Topic: "Order 18", Ago: chattest.Ago(time.Hour), Participants: people("cy"),
			Messages: []chattest.SeedMessage{{From: "cy", Text: "It is broken.", Ago: chattest.Ago(10 * time.Minute)}},
		}},
	}
}

var _ = Describe("The desk", Ordered, func() {
	var (
		acs  *chattest.Server
		base *chattest.Snapshot
		desk *reminder.Desk
	)
	BeforeAll(func() {
		acs = chattest.NewServer(GinkgoTB(), &chattest.Options{Seed: seed(), NoSocket: true})
		base = acs.Snapshot()
		ana := acs.SeededUser("ana")
		desk = &reminder.Desk{Client: acs.Client(ana), User: ana, Now: acs.Now}
	})
	BeforeEach(func() { acs.Restore(base) })

	thread := func(name string) *chat.ThreadClient { return desk.Client.ThreadClient(acs.SeededThread(name)) }

	It("waits before it reminds", func(ctx SpecContext) {
		Expect(desk.Remind(ctx)).To(Equal(0))
		Expect(acs).NotTo(HaveReceived(chattest.SendChatMessage))
	})

	It("reminds where a customer waits, once", func(ctx SpecContext) {
		acs.Advance(reminder.Patience)
		Expect(desk.Remind(ctx)).To(Equal(1))
		Expect(desk.Remind(ctx)).To(Equal(0))
		Expect(thread("open")).To(HaveMessage(reminder.Text, From(desk.User)))
		Expect(acs.Texts(acs.SeededThread("answered"))).To(Equal([]string{"Where is it?", "On its way."}))
	})

	It("still works when every token has expired", func(ctx SpecContext) {
		acs.Advance(25 * time.Hour)
		Expect(desk.Remind(ctx)).To(Equal(1))
	})

	It("reminds again after another message", func(ctx SpecContext) {
		acs.Advance(reminder.Patience)
		Expect(desk.Remind(ctx)).To(Equal(1))
		_, err := acs.Client(acs.SeededUser("cy")).ThreadClient(acs.SeededThread("open")).SendMessage(ctx, "Hello?", nil)
		Expect(err).NotTo(HaveOccurred())
		acs.Advance(reminder.Patience + time.Second)
		Expect(desk.Remind(ctx)).To(Equal(1))
	})

	It("does not take an edited answer for the last message", func(ctx SpecContext) {
		_, err := acs.Client(acs.SeededUser("bo")).ThreadClient(acs.SeededThread("answered")).SendMessage(ctx, "When?", nil)
		Expect(err).NotTo(HaveOccurred())
		answer := acs.Messages(acs.SeededThread("answered"))[3]
		Expect(thread("answered").UpdateMessage(ctx, answer.ID, chat.MessageUpdate{Content: new("On its way today.")})).To(Succeed())
		acs.Advance(reminder.Patience + time.Second)
		Expect(desk.Remind(ctx)).To(Equal(2))
	})

	It("reminds once if the answer of the service is lost", func(ctx SpecContext) {
		acs.Advance(reminder.Patience)
		lost := acs.Fail(chattest.SendChatMessage, chattest.Fault{LoseReply: true})
		Expect(desk.Remind(ctx)).Error().To(MatchError(chat.ErrOutcomeUnknown))
		Expect(lost.Fired()).To(Equal(1))
		Expect(desk.Remind(ctx)).To(Equal(0))
		Expect(acs.Texts(acs.SeededThread("open"))).To(Equal([]string{"It is broken.", reminder.Text}))
	})

	It("reminds in other threads if one fails", func(ctx SpecContext) {
		acs.Advance(reminder.Patience)
		acs.Fail(chattest.ListChatMessages, chattest.Fault{Status: 403})
		_, err := acs.Client(acs.SeededUser("bo")).ThreadClient(acs.SeededThread("answered")).SendMessage(ctx, "When?", nil)
		Expect(err).NotTo(HaveOccurred())
		acs.Advance(reminder.Patience + time.Second)
		sent, err := desk.Remind(ctx)
		Expect(err).To(MatchError(chat.ErrForbidden))
		Expect(sent).To(Equal(1))
	})

	It("asks for no more than a page of each thread", func(ctx SpecContext) {
		Expect(desk.Remind(ctx)).To(Equal(0))
		Expect(acs).To(HaveReceived(chattest.ListChatThreads, Times(1)))
		Expect(acs).To(HaveReceived(chattest.ListChatMessages, Times(2)))
	})
})
