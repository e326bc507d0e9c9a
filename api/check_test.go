package api_test

import (
	"context"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("The check of exchanges", func() {
	var (
		service *chattest.Service
		client  *chat.Client
		thread  *chat.ThreadClient
	)
	BeforeEach(func(ctx SpecContext) {
		var err error
		service, err = chattest.Open(nil)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(service.Close)
		client = service.Client(service.NewUser())
		created, err := client.CreateThread(ctx, "Handover", &chat.CreateThreadOptions{
			Retention: chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: 30},
		})
		Expect(err).NotTo(HaveOccurred())
		thread = client.ThreadClient(created.Thread.ID)
		for range 3 {
			_, err = thread.SendMessage(ctx, "hello", nil)
			Expect(err).NotTo(HaveOccurred())
		}
	})
	// exchange is the last one of an operation.
	exchange := func(op chattest.Operation) chattest.Request {
		GinkgoHelper()
		requests := service.Requests(op)
		Expect(requests).NotTo(BeEmpty())
		last := requests[len(requests)-1]
		last.Header, last.ReplyHeader = last.Header.Clone(), last.ReplyHeader.Clone()
		return last
	}
	list := func(ctx context.Context) []chattest.Request {
		GinkgoHelper()
		_, err := thread.ListMessages(&chat.ListMessagesOptions{PageSize: 2}).Collect(ctx, 0)
		Expect(err).NotTo(HaveOccurred())
		return service.Requests(chattest.ListChatMessages)
	}

	It("accepts what client and emulator say to each other, also in links to next pages", func(ctx SpecContext) {
		pages := list(ctx)
		Expect(len(pages)).To(BeNumerically(">", 1))
		Expect(pages[1].Target).To(ContainSubstring("startTime=1%2F1%2F1970"))
		for _, q := range service.Requests() {
			Expect(api.Check(q)).To(Succeed())
		}
	})

	It("accepts recorded and documented errors", func(ctx SpecContext) {
		_, err := client.ThreadClient("19:00000000000000000000000000000000@thread.v2").GetProperties(ctx)
		Expect(err).To(MatchError(chat.ErrNotFound))
		q := exchange(chattest.GetChatThreadProperties)
		Expect(api.Check(q)).To(Succeed())
		q.Reply = []byte(`{"error":{"code":"NotFound","message":"No such thread."}}`)
		Expect(api.Check(q)).To(Succeed())
	})

	DescribeTable("refuses a deviation", func(op chattest.Operation, change func(q *chattest.Request), reason string) {
		q := exchange(op)
		Expect(api.Check(q)).To(Succeed())
		change(&q)
		Expect(api.Check(q)).To(MatchError(ContainSubstring(reason)))
	},
		Entry("a success of another status", chattest.SendChatMessage, func(q *chattest.Request) { q.Status = 200 }, "status is not supported"),
		Entry("a response without a required member", chattest.SendChatMessage, reply(`{}`), `property "id" is missing`),
		Entry("a response with a member that is not in the contract", chattest.SendChatMessage, reply(`{"id":"1","etag":"2"}`), `property "etag" is unsupported`),
		Entry("a response of another type", chattest.SendChatMessage, reply(`{"id":1}`), "value must be a string"),
		Entry("a time that is not in RFC 3339", chattest.CreateChatThread, func(q *chattest.Request) {
			q.Reply = []byte(strings.Replace(string(q.Reply), `"createdOn":"2`, `"createdOn":"on 2`, 1))
		}, "createdOn"),
		Entry("a retention policy with another member", chattest.CreateChatThread, func(q *chattest.Request) {
			q.Reply = []byte(strings.Replace(string(q.Reply), "deleteThreadAfterDays", "days", 1))
		}, `property "days" is unsupported`),
		Entry("a request with a member that is not in the contract", chattest.SendChatMessage, body(`{"content":"x","tags":[]}`), `property "tags" is unsupported`),
		Entry("a null of this library", chattest.SendChatMessage, body(`{"content":"x","metadata":null}`), "not nullable"),
		Entry("a content type of another operation", chattest.SendChatMessage, func(q *chattest.Request) {
			q.Header.Set("Content-Type", "application/merge-patch+json")
		}, "unexpected value"),
		Entry("a request without an api-version", chattest.SendChatMessage, func(q *chattest.Request) { q.Query = nil }, "api-version"),
		Entry("another path", chattest.SendChatMessage, func(q *chattest.Request) { q.Target = "/chat/threads?api-version=2025-03-15" }, "another method or path"),
		Entry("an error without a body", chattest.SendChatMessage, refusal(404, ""), "only a 401 has no body"),
		Entry("an error of another form", chattest.SendChatMessage, refusal(404, `{"message":"no"}`), `property "message" is unsupported`),
		Entry("a recorded error without details", chattest.SendChatMessage, refusal(404, `{"CommunicationError":{"Code":"NotFound"}}`), "empty Details"),
		Entry("an operation that no contract has", chattest.SendChatMessage, func(q *chattest.Request) { q.Operation = "Chat_Export" }, "no contract has"),
		Entry("a success without an operation", chattest.SendChatMessage, func(q *chattest.Request) { q.Operation = "" }, "without an operation"),
	)

	It("judges neither the response of a fault nor a refused request", func() {
		q := exchange(chattest.SendChatMessage)
		q.Fault, q.Status, q.Reply = 1, http.StatusTeapot, []byte("?")
		Expect(api.Check(q)).To(Succeed())
		q = exchange(chattest.SendChatMessage)
		q.Body, q.Status, q.Reply = []byte("{"), 400, []byte(`{"error":{"code":"BadRequest","message":"no"}}`)
		Expect(api.Check(q)).To(Succeed())
	})

	It("takes the nulls of other clients as absent", func() {
		q := exchange(chattest.SendChatMessage)
		q.Header.Set("User-Agent", "azsdk-python-communication-chat/1.3.0")
		q.Body = []byte(`{"content":"x","metadata":null}`)
		Expect(api.Check(q)).To(Succeed())
		q.Body = []byte(`{"content":null}`)
		Expect(api.Check(q)).To(MatchError(ContainSubstring(`property "content" is missing`)))
	})

	It("fails the spec that runs, after the callback of the options", func() {
		var seen []chattest.Operation
		options := api.Watch(&chattest.Options{OnRequest: func(q chattest.Request) { seen = append(seen, q.Operation) }})
		q := exchange(chattest.SendChatMessage)
		Expect(InterceptGomegaFailures(func() { options.OnRequest(q) })).To(BeEmpty())
		q.Status = 200
		Expect(InterceptGomegaFailures(func() { options.OnRequest(q) })).To(ConsistOf(ContainSubstring("status is not supported")))
		Expect(seen).To(Equal([]chattest.Operation{q.Operation, q.Operation}))
	})
})

func reply(text string) func(*chattest.Request) {
	return func(q *chattest.Request) { q.Reply = []byte(text) }
}

func body(text string) func(*chattest.Request) {
	return func(q *chattest.Request) { q.Body = []byte(text) }
}

func refusal(status int, text string) func(*chattest.Request) {
	return func(q *chattest.Request) { q.Status, q.Reply = status, []byte(text) }
}
