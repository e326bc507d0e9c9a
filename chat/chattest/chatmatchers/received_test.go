package chatmatchers_test

import (
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	. "github.com/acschat/acs-chat-go/chat/chattest/chatmatchers"
)

var _ = Describe("HaveReceived", func() {
	var (
		s      *chattest.Server
		thread *chat.ThreadClient
	)

	BeforeEach(func(ctx SpecContext) {
		s = newServer()
		thread = newThread(ctx, s, s.NewUser(), "Lunch")
		for _, text := range []string{"At noon?", "At one?"} {
			_, err := thread.SendMessage(ctx, text, nil)
			Expect(err).NotTo(HaveOccurred())
		}
	})

	// messagesPath is where messages of the thread are.
	messagesPath := func() string {
		return "/chat/threads/" + thread.ThreadID() + "/messages?api-version=2025-03-15"
	}

	It("matches a request that was received, and no other", func() {
		Expect(s).To(HaveReceived(chattest.SendChatMessage))
		Expect(s).NotTo(HaveReceived(chattest.DeleteChatMessage))
		Expect(s).To(HaveReceived(chattest.Any, Times(3)))
		Expect(s.Service).To(HaveReceived(chattest.CreateChatThread))
	})

	It("counts the requests", func() {
		Expect(s).To(HaveReceived(chattest.SendChatMessage, Times(2)))
		Expect(s).NotTo(HaveReceived(chattest.SendChatMessage, Times(1)))
		Expect(s).To(HaveReceived(chattest.DeleteChatMessage, Times(0)))
		Expect(s).To(HaveReceived(chattest.SendChatMessage, Times(BeNumerically(">", 1))))
	})

	It("counts the requests that have all other details", func() {
		noon := WithBody(`{ "type": "text", "content": "At noon?" }`)
		Expect(s).To(HaveReceived(chattest.SendChatMessage, noon, Times(1)))
		Expect(s).To(HaveReceived(chattest.SendChatMessage, Times(1), noon, HaveField("Status", 201)))
		Expect(s).To(HaveReceived(chattest.SendChatMessage, Times(0), noon, HaveField("Status", 429)))
	})

	It("refuses an operation that does not exist, whether or not a request for it is expected", func() {
		for _, op := range []chattest.Operation{"SendMessage", ""} {
			_, err := HaveReceived(op).Match(s)
			Expect(err).To(MatchError(ContainSubstring(fmt.Sprintf("%q", op))))
		}
	})

	It("waits for a request", func(ctx SpecContext) {
		defer meanwhile(func() { Expect(thread.SendTypingNotification(ctx, nil)).To(Succeed()) })()
		Eventually(ctx, s).Should(HaveReceived(chattest.SendTypingNotification))
	})

	It("refuses other values than services", func() {
		_, err := HaveReceived(chattest.Any).Match("service")
		Expect(err).To(MatchError("HaveReceived wants a *chattest.Server or *chattest.Service, not string"))
	})

	It("passes on the error of a matcher that can't compare a detail", func() {
		_, err := HaveReceived(chattest.SendChatMessage, HaveField("Nothing", 1)).Match(s)
		Expect(err).To(MatchError(ContainSubstring("HaveField")))
	})

	Context("when it fails", func() {
		It("says that there were no requests", func() {
			Expect(failure(newServer(), HaveReceived(chattest.SendChatMessage))).To(Equal(lines(
				"Expected ChatThread_SendChatMessage to have been received",
				"but there were no requests at all.",
			)))
		})

		It("shows the other requests", func() {
			Expect(failure(s, HaveReceived(chattest.DeleteChatThread))).To(Equal(lines(
				"Expected Chat_DeleteChatThread to have been received",
				"but it was not. There were:",
				"    Chat_CreateChatThread, answered 201",
				"    ChatThread_SendChatMessage, answered 201",
				"    ChatThread_SendChatMessage, answered 201",
			)))
		})

		It("shows and counts the requests", func() {
			Expect(failure(s, HaveReceived(chattest.SendChatMessage, Times(1)))).To(Equal(lines(
				"Expected ChatThread_SendChatMessage to have been received exactly once",
				"but it was, 2 times:",
				"    POST "+messagesPath()+", answered 201",
				`        {"content":"At noon?","type":"text"}`,
				"    POST "+messagesPath()+", answered 201",
				`        {"content":"At one?","type":"text"}`,
			)))
		})

		It("shows how many requests match the details", func() {
			message := failure(s, HaveReceived(chattest.SendChatMessage, Times(2), WithBody(`{"content":"At noon?","type":"text"}`)))
			Expect(message).To(HavePrefix(lines(
				`Expected ChatThread_SendChatMessage to have been received exactly 2 times with body {"content":"At noon?","type":"text"}`,
				"but that holds for 1 of 2:",
				"    POST ",
			)))
		})

		It("says which detail of a request does not match, if that is not obvious", func() {
			message := failure(s, HaveReceived(chattest.CreateChatThread, WithHeader("Content-Type", "text/plain")))
			Expect(message).To(HaveSuffix(lines(`        {"topic":"Lunch"}`, `        Expected header Content-Type "text/plain", but it is "application/json"`)))

			message = failure(s, HaveReceived(chattest.CreateChatThread, WithBody(ContainSubstring("Dinner"))))
			Expect(message).To(HavePrefix("Expected Chat_CreateChatThread to have been received with a certain body\n"))
			Expect(message).To(ContainSubstring("        Of the body:\n            Expected\n"))

			message = failure(s, HaveReceived(chattest.CreateChatThread, HaveField("Status", 429)))
			Expect(message).To(HavePrefix("Expected Chat_CreateChatThread to have been received with a further condition\n"))
			Expect(message).To(ContainSubstring("to equal\n"))
		})

		It("shows the unexpected request", func() {
			Expect(negatedFailure(s, HaveReceived(chattest.CreateChatThread))).To(Equal(lines(
				"Expected Chat_CreateChatThread not to have been received",
				"but it was, once:",
				"    POST /chat/threads?api-version=2025-03-15, answered 201",
				`        {"topic":"Lunch"}`,
			)))
		})

		It("omits the middle of many requests, and the end of a long body", func(ctx SpecContext) {
			for i := range 20 {
				_, err := thread.SendMessage(ctx, fmt.Sprint(i, strings.Repeat("x", 1000)), nil)
				Expect(err).NotTo(HaveOccurred())
			}
			message := failure(s, HaveReceived(chattest.SendChatMessage, Times(1)))
			Expect(strings.Count(message, "POST")).To(Equal(10))
			Expect(message).To(ContainSubstring("\n    … and 12 more …\n"))
			Expect(message).To(HaveSuffix("xxx…"))
			Expect(len(message)).To(BeNumerically("<", 10_000))
		})

		It("names a request without an operation by its path", func() {
			res, err := s.HTTPClient().Get(s.Endpoint() + "/nowhere")
			Expect(err).NotTo(HaveOccurred())
			Expect(res.Body.Close()).To(Succeed())
			Expect(failure(s, HaveReceived(chattest.DeleteChatThread))).To(HaveSuffix("\n    GET /nowhere, answered 404"))
			Expect(negatedFailure(s, HaveReceived(chattest.Any))).To(HavePrefix("Expected a request not to have been received\n"))
		})
	})
})
