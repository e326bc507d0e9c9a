package main_test

import (
	"encoding/json"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

var _ = Describe("listen", func() {
	var server *chattest.Server
	var alice, bob *clitest.Shell
	var thread string
	var bobs *chat.ThreadClient

	BeforeEach(func() {
		server = chattest.NewServer(GinkgoTB(), api.Watch(nil))
		alice = shellOf(server)
		thread = createThread(alice, "Plans")
		bob = alice.Member(server, thread, "Bob")
		bobs = server.Client(bob.User).ThreadClient(thread)
	})

	listen := func(args ...string) *clitest.Command {
		GinkgoHelper()
		session := alice.Start(append([]string{"listen"}, args...)...)
		Eventually(session.Err).Should(gbytes.Say("acschat: listening\n"))
		return session
	}

	It("prints events as they happen", func(ctx SpecContext) {
		session := listen()
		Expect(bobs.SendTypingNotification(ctx, &chat.SendTypingNotificationOptions{SenderDisplayName: "Bob"})).To(Succeed())
		Eventually(session).Should(gbytes.Say(`TIME +EVENT +THREAD +FROM +TEXT\n.* typingIndicatorReceived .*` + thread + ` +Bob +\* is typing\n`))
		sent, err := bobs.SendMessage(ctx, "hello\x1b[2J", &chat.SendMessageOptions{SenderDisplayName: "Bob"})
		Expect(err).NotTo(HaveOccurred())
		Eventually(session).Should(gbytes.Say(`chatMessageReceived .* Bob +hello`))
		Expect(bobs.SendReadReceipt(ctx, sent.ID)).To(Succeed())
		Eventually(session).Should(gbytes.Say(`readReceiptReceived .* has read up to message ` + sent.ID))
		Expect(bobs.UpdateMessage(ctx, sent.ID, chat.MessageUpdate{Content: new("hello, all")})).To(Succeed())
		Eventually(session).Should(gbytes.Say(`chatMessageEdited .* Bob +hello, all\n`))
		Expect(bobs.DeleteMessage(ctx, sent.ID)).To(Succeed())
		Eventually(session).Should(gbytes.Say(`chatMessageDeleted .* Bob +\* deleted message ` + sent.ID))
		carol := server.NewUser()
		Expect(bobs.AddParticipants(ctx, []chat.Participant{{Identifier: chat.CommunicationUser{ID: carol.ID}, DisplayName: "Carol"}})).To(BeEmpty())
		Eventually(session).Should(gbytes.Say(`participantsAdded .* Bob +\* added Carol\n`))
		Expect(bobs.RemoveParticipant(ctx, chat.CommunicationUser{ID: carol.ID})).To(Succeed())
		Eventually(session).Should(gbytes.Say(`participantsRemoved .* Bob +\* removed Carol\n`))
		Expect(bobs.UpdateTopic(ctx, "New plans")).To(Succeed())
		Eventually(session).Should(gbytes.Say(`chatThreadPropertiesUpdated .* Bob +\* changed the thread "New plans"\n`))
		createThread(bob, "Other")
		Expect(server.Client(bob.User).DeleteThread(ctx, thread)).To(Succeed())
		Eventually(session).Should(gbytes.Say(`chatThreadDeleted .* Bob +\* deleted the thread\n`))
		session.Interrupt()
		result := alice.Wait(session)
		result.Ends(0, "listening")
		Expect(result.Out).NotTo(Or(ContainSubstring("\x1b"), ContainSubstring("Other")))
		Expect(server.Connections()).To(BeEmpty())
	})

	It("keeps the columns of a table in place, whatever happens", func(ctx SpecContext) {
		session := listen()
		Expect(bobs.SendMessage(ctx, "first", nil)).Error().NotTo(HaveOccurred())
		Eventually(session).Should(gbytes.Say("first\n"))
		Expect(bobs.UpdateTopic(ctx, "New plans")).To(Succeed())
		Eventually(session).Should(gbytes.Say(`chatThreadPropertiesUpdated .*\n`))
		session.Interrupt()
		lines := strings.Split(strings.TrimSpace(alice.Wait(session).Out), "\n")
		at := strings.Index(lines[0], "THREAD")
		Expect(lines[1:]).To(ContainElements(ContainSubstring("first"), ContainSubstring("chatThreadPropertiesUpdated")))
		Expect(lines[1:]).To(HaveEach(WithTransform(func(line string) string { return line[at:] }, HavePrefix(thread))))
	})

	It("prints the events of one thread as JSON", func(ctx SpecContext) {
		other := createThread(alice, "Other")
		session := listen("--thread", thread, "-o", "jsonl")
		Expect(alice.Run("message", "send", "--thread", other, "elsewhere").Code).To(BeZero())
		Expect(bobs.SendMessage(ctx, "here", nil)).Error().NotTo(HaveOccurred())
		Eventually(session).Should(gbytes.Say("\n"))
		session.Interrupt()
		result := alice.Wait(session)
		event, err := events.Unmarshal([]byte(result.Out))
		Expect(err).NotTo(HaveOccurred())
		Expect(event).To(HaveField("Message.Content.Message", "here"))
		Expect(json.Valid([]byte(result.Out))).To(BeTrue())
	})

	It("reconnects after the connection is lost, and reports since when events may be missing", func(ctx SpecContext) {
		session := listen()
		server.DropConnections()
		Eventually(session.Err).Should(gbytes.Say(`acschat: connecting again in \d+m?s: .*\n`))
		Eventually(session.Err.Contents).Should(And( // in any order
			MatchRegexp(`(?s)connecting again .*acschat: listening\n`),
			MatchRegexp(`acschat: events since 20\S+Z may be missing\n`),
		))
		Expect(bobs.SendMessage(ctx, "back", nil)).Error().NotTo(HaveOccurred())
		Eventually(session).Should(gbytes.Say("back\n"))
		session.Interrupt()
		alice.Wait(session).Ends(0, "listening")
	})

	It("fails for a thread that does not exist or that the user is not in, which would be silent", func(ctx SpecContext) {
		others := createThread(bob, "Other")
		for _, args := range [][]string{{}, {"--forward-to", "http://127.0.0.1:1"}} {
			alice.Run(append([]string{"listen", "19:misspelt@thread.v2"}, args...)...).Ends(1, "404 Not Found")
			alice.With("ACSCHAT_THREAD", others).Run(append([]string{"listen"}, args...)...).Ends(1, "403 Forbidden")
		}
		Expect(server.Connections()).To(BeEmpty())
	})

	It("fails if the service rejects the user", func() {
		server.Revoke(alice.User)
		alice.Run("listen").Ends(1, "get configuration: 401 Unauthorized")
	})
})
