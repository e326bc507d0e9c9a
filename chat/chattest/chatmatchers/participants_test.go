package chatmatchers_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	. "github.com/acschat/acs-chat-go/chat/chattest/chatmatchers"
)

var _ = Describe("HaveParticipants", func() {
	var (
		s           *chattest.Server
		ana, bo, cy chattest.User
		thread      *chat.ThreadClient
	)

	BeforeEach(func(ctx SpecContext) {
		s = newServer()
		ana, bo, cy = s.NewUser(), s.NewUser(), s.NewUser()
		thread = newThread(ctx, s, ana, "Lunch", bo)
	})

	It("matches exactly these participants, in any order", func() {
		Expect(thread).To(HaveParticipants(ana, bo))
		Expect(thread).To(HaveParticipants(bo, ana, bo))
	})

	It("does not match fewer, more or other participants", func() {
		Expect(thread).NotTo(HaveParticipants(ana))
		Expect(thread).NotTo(HaveParticipants(ana, bo, cy))
		Expect(thread).NotTo(HaveParticipants(ana, cy))
		Expect(thread).NotTo(HaveParticipants())
	})

	It("accepts stored participants, without requests", func() {
		Expect(s.Participants(thread.ThreadID())).To(HaveParticipants(ana, bo))
		Expect(s).NotTo(HaveReceived(chattest.ListChatParticipants))
	})

	It("accepts identifiers of any kind", func() {
		phone := chat.PhoneNumber{Number: "+15555550123"}
		Expect([]chat.Participant{{Identifier: phone}}).To(HaveParticipants(phone))
		Expect([]chat.Participant{}).To(HaveParticipants())
	})

	It("waits for participants to join", func(ctx SpecContext) {
		defer meanwhile(func() { Expect(thread.AddParticipants(ctx, []chat.Participant{{Identifier: cy}})).To(BeEmpty()) })()
		Eventually(ctx, thread).Should(HaveParticipants(ana, bo, cy))
	})

	It("is an error if the thread can't be read", func() {
		_, err := HaveParticipants(ana).Match(nil)
		Expect(err).To(MatchError("HaveParticipants: a thread must be a *chat.ThreadClient or []chat.Participant, not <nil>"))
	})

	It("lists the participants, the unexpected and the missing ones", func() {
		there := []chat.Participant{{Identifier: ana}, {Identifier: cy, DisplayName: "Cy"}}
		named := strings.NewReplacer(ana.ID, "8:acs:a", bo.ID, "8:acs:b", cy.ID, "8:acs:c")
		Expect(named.Replace(failure(there, HaveParticipants(ana, bo)))).To(Equal(lines(
			"Expected the thread to have 2 participants",
			"but it has 2:",
			"    8:acs:a",
			`    8:acs:c "Cy", not expected`,
			"8:acs:b is missing",
		)))
		Expect(named.Replace(negatedFailure(there, HaveParticipants(cy, ana)))).To(Equal(lines(
			"Expected the thread not to have just these participants:",
			"    8:acs:a",
			`    8:acs:c "Cy"`,
		)))
	})
})
