package chat_test

import (
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("Sending a message", func() {
	DescribeTable("sends", func(ctx SpecContext, content string, options *chat.SendMessageOptions, body string) {
		thread, wire := threadOf(reply(201, `{"id":"1"}`))
		Expect(thread.SendMessage(ctx, content, options)).To(Equal(chat.SendMessageResult{ID: "1"}))
		Expect(only(wire).Body).To(Equal(body))
	},
		Entry("text without options", "Hi", nil, `{"content":"Hi","type":"text"}`),
		Entry("text with zero options", "Hi", &chat.SendMessageOptions{}, `{"content":"Hi","type":"text"}`),
		Entry("all", "<b>Hi</b>", &chat.SendMessageOptions{
			Type: chat.MessageTypeHTML, SenderDisplayName: "Ana", Metadata: map[string]string{"b": "2", "a": "1"},
		}, `{"content":"<b>Hi</b>","senderDisplayName":"Ana","type":"html","metadata":{"a":"1","b":"2"}}`),
		Entry("empty metadata", "Hi", &chat.SendMessageOptions{Metadata: map[string]string{}}, `{"content":"Hi","type":"text","metadata":{}}`),
		Entry("an unknown type", "Hi", &chat.SendMessageOptions{Type: "poll"}, `{"content":"Hi","type":"poll"}`),
		Entry("any character unchanged", "a\u2028\"\\\n語&", nil, `{"content":"a\u2028\"\\\n語&","type":"text"}`),
		Entry("only a space", " ", nil, `{"content":" ","type":"text"}`),
	)
})

var _ = Describe("Getting a message", func() {
	It("returns a message of a user", func(ctx SpecContext) {
		thread, _ := threadOf(reply(200, `{"id":"7","type":"html","sequenceId":"3","version":"8",`+
			`"content":{"message":"<p>Hi</p>","attachments":[{"id":"f","attachmentType":"image","name":"n.png","url":"https://u","previewUrl":"https://p"}]},`+
			`"senderDisplayName":"Ana","createdOn":"2026-01-02T03:04:05Z","senderCommunicationIdentifier":`+anaOnTheWire+
			`,"editedOn":"2026-01-02T03:04:06Z","deletedOn":"2026-01-02T03:04:07Z","metadata":{"k":"v"}}`))
		at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		Expect(thread.GetMessage(ctx, "7")).To(Equal(chat.Message{
			ID: "7", Type: chat.MessageTypeHTML, SequenceID: "3", Version: "8",
			Content: chat.MessageContent{Message: "<p>Hi</p>", Attachments: []chat.Attachment{
				{ID: "f", Type: chat.AttachmentTypeImage, Name: "n.png", URL: "https://u", PreviewURL: "https://p"},
			}},
			SenderDisplayName: "Ana", Sender: testUser, CreatedOn: at, EditedOn: at.Add(time.Second), DeletedOn: at.Add(2 * time.Second),
			Metadata: map[string]string{"k": "v"},
		}))
	})

	It("returns a message of the service", func(ctx SpecContext) {
		thread, _ := threadOf(reply(200, `{"id":"7","type":"participantAdded","sequenceId":"2","version":"7","createdOn":"2026-01-02T03:04:05Z","content":{"topic":"T","participants":[`+
			`{"communicationIdentifier":`+anaOnTheWire+`,"displayName":"Ana"}],"initiatorCommunicationIdentifier":`+anaOnTheWire+`}}`))
		Expect(thread.GetMessage(ctx, "7")).To(Equal(chat.Message{
			ID: "7", Type: chat.MessageTypeParticipantAdded, SequenceID: "2", Version: "7", CreatedOn: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
			Content: chat.MessageContent{
				Topic: "T", Participants: []chat.Participant{{Identifier: testUser, DisplayName: "Ana"}}, Initiator: testUser,
			},
		}))
	})
})

var _ = Describe("Listing messages", func() {
	It("sends the options", func(ctx SpecContext) {
		thread, wire := threadOf(reply(200, `{"value":[]}`))
		Expect(thread.ListMessages(&chat.ListMessagesOptions{StartTime: inTokyo, PageSize: 200}).Collect(ctx, 0)).To(BeEmpty())
		Expect(only(wire).URL).To(Equal(testEndpoint + threadPath + "/messages?api-version=" + apiVersion +
			"&maxPageSize=200&startTime=2026-01-02T03%3A04%3A05.678Z"))
	})

	It("returns the messages in the service's order", func(ctx SpecContext) {
		thread, _ := threadOf(reply(200, `{"value":[`+messageOnTheWire+`,`+strings.ReplaceAll(messageOnTheWire, testMessage, "12")+`]}`))
		Expect(thread.ListMessages(nil).Collect(ctx, 0)).To(HaveExactElements(HaveField("ID", testMessage), HaveField("ID", "12")))
	})
})

var _ = Describe("Updating a message", func() {
	DescribeTable("sends", func(ctx SpecContext, update chat.MessageUpdate, body string) {
		thread, wire := threadOf(reply(204, ""))
		Expect(thread.UpdateMessage(ctx, testMessage, update)).To(Succeed())
		sent := only(wire)
		Expect(sent.Body).To(Equal(body))
		Expect(sent.Header.Get("Content-Type")).To(Equal(mergePatchType))
	},
		Entry("nothing for the zero update", chat.MessageUpdate{}, `{}`),
		Entry("a text", chat.MessageUpdate{Content: new("Hi")}, `{"content":"Hi"}`),
		Entry("an empty string", chat.MessageUpdate{Content: new("")}, `{"content":""}`),
		Entry("metadata, empty values among it", chat.MessageUpdate{Metadata: map[string]string{"keep": "1", "drop": ""}}, `{"metadata":{"drop":"","keep":"1"}}`),
		Entry("empty metadata", chat.MessageUpdate{Metadata: map[string]string{}}, `{"metadata":{}}`),
		Entry("both", chat.MessageUpdate{Content: new("Hi"), Metadata: map[string]string{"k": "v"}}, `{"content":"Hi","metadata":{"k":"v"}}`),
	)
})
