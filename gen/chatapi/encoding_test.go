package chatapi_test

import (
	"encoding/json"
	"io"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/gen/chatapi"
)

var (
	at   = time.Date(2025, 10, 6, 9, 30, 0, 0, time.UTC)
	user = chatapi.CommunicationIdentifierModel{
		CommunicationUser: &chatapi.CommunicationUserIdentifierModel{ID: "8:acs:a1"},
		RawID:             new("8:acs:a1"),
	}
)

var _ = Describe("Members come in the order in which the service writes them", func() {
	DescribeTable("on", func(value any, want string) {
		text, err := json.Marshal(value)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(text)).To(Equal(want))
	},
		Entry("an identifier", user, `{"rawId":"8:acs:a1","communicationUser":{"id":"8:acs:a1"}}`),
		Entry("an identifier of a Teams user", chatapi.CommunicationIdentifierModel{
			RawID: new("8:orgid:33"),
			MicrosoftTeamsUser: &chatapi.MicrosoftTeamsUserIdentifierModel{
				UserID: "33", IsAnonymous: new(false), Cloud: new(chatapi.CommunicationCloudEnvironmentModelPublic),
			},
		}, `{"rawId":"8:orgid:33","microsoftTeamsUser":{"userId":"33","isAnonymous":false,"cloud":"public"}}`),
		Entry("an identifier of a phone", chatapi.CommunicationIdentifierModel{
			RawID: new("4:+1_x"),
			PhoneNumber: &chatapi.PhoneNumberIdentifierModel{
				Value: "+1", IsAnonymous: new(false), AssertedID: new("x"),
			},
		}, `{"rawId":"4:+1_x","phoneNumber":{"value":"+1","isAnonymous":false,"assertedId":"x"}}`),
		Entry("a thread", chatapi.ChatThreadProperties{
			ID: "19:t", Topic: "topic", CreatedOn: at, CreatedByCommunicationIdentifier: user,
			Metadata:        map[string]string{"k": "v"},
			RetentionPolicy: &chatapi.ChatRetentionPolicy{Kind: "threadCreationDate", DeleteThreadAfterDays: new(int32(45))},
		}, `{"id":"19:t","topic":"topic","createdOn":"2025-10-06T09:30:00Z",`+
			`"createdByCommunicationIdentifier":{"rawId":"8:acs:a1","communicationUser":{"id":"8:acs:a1"}},`+
			`"metadata":{"k":"v"},"retentionPolicy":{"kind":"threadCreationDate","deleteThreadAfterDays":45}}`),
		Entry("a thread that was created", chatapi.CreateChatThreadResult{
			InvalidParticipants: []chatapi.CommunicationError{{Code: "404", Message: "m", Target: new("8:acs:b2")}},
			ChatThread:          &chatapi.ChatThreadProperties{CreatedByCommunicationIdentifier: user, CreatedOn: at},
		}, `{"chatThread":{"id":"","topic":"","createdOn":"2025-10-06T09:30:00Z",`+
			`"createdByCommunicationIdentifier":{"rawId":"8:acs:a1","communicationUser":{"id":"8:acs:a1"}}},`+
			`"invalidParticipants":[{"code":"404","message":"m","target":"8:acs:b2"}]}`),
		Entry("a thread in a listing", chatapi.ChatThreadItem{
			ID: "19:t", Topic: "topic", LastMessageReceivedOn: &at, DeletedOn: &at,
		}, `{"id":"19:t","topic":"topic","deletedOn":"2025-10-06T09:30:00Z","lastMessageReceivedOn":"2025-10-06T09:30:00Z"}`),
		Entry("a message", chatapi.ChatMessage{
			ID: "1", Type: "text", SequenceID: "4", Version: "2",
			Content:           &chatapi.ChatMessageContent{Message: new("hi"), Attachments: []chatapi.ChatAttachment{}},
			SenderDisplayName: new(""), CreatedOn: at, SenderCommunicationIdentifier: &user,
			EditedOn: &at, DeletedOn: &at, Metadata: map[string]string{"k": "v"},
		}, `{"id":"1","type":"text","sequenceId":"4","version":"2","content":{"message":"hi","attachments":[]},`+
			`"senderDisplayName":"","createdOn":"2025-10-06T09:30:00Z",`+
			`"senderCommunicationIdentifier":{"rawId":"8:acs:a1","communicationUser":{"id":"8:acs:a1"}},`+
			`"editedOn":"2025-10-06T09:30:00Z","deletedOn":"2025-10-06T09:30:00Z","metadata":{"k":"v"}}`),
		Entry("what a message of the service says", chatapi.ChatMessageContent{
			InitiatorCommunicationIdentifier: &user,
			Participants:                     []chatapi.ChatParticipant{},
			Topic:                            new("topic"),
		}, `{"topic":"topic","participants":[],`+
			`"initiatorCommunicationIdentifier":{"rawId":"8:acs:a1","communicationUser":{"id":"8:acs:a1"}}}`),
		Entry("an attachment", chatapi.ChatAttachment{
			ID: "1", AttachmentType: "image", Name: new("n"), URL: new("u"), PreviewURL: new("p"),
		}, `{"id":"1","attachmentType":"image","name":"n","url":"u","previewUrl":"p"}`),
		Entry("a participant", chatapi.ChatParticipant{
			Metadata: map[string]string{}, ShareHistoryTime: &at, DisplayName: new("Aiko"), CommunicationIdentifier: user,
		}, `{"communicationIdentifier":{"rawId":"8:acs:a1","communicationUser":{"id":"8:acs:a1"}},`+
			`"displayName":"Aiko","shareHistoryTime":"2025-10-06T09:30:00Z","metadata":{}}`),
		Entry("a read receipt", chatapi.ChatMessageReadReceipt{
			SenderCommunicationIdentifier: user, ChatMessageID: "1", ReadOn: at,
		}, `{"senderCommunicationIdentifier":{"rawId":"8:acs:a1","communicationUser":{"id":"8:acs:a1"}},`+
			`"chatMessageId":"1","readOn":"2025-10-06T09:30:00Z"}`),
		Entry("a page", chatapi.ChatMessagesCollection{Value: []chatapi.ChatMessage{}, NextLink: new("https://h/")},
			`{"value":[],"nextLink":"https://h/"}`),
		Entry("a refused participant", chatapi.CommunicationError{
			Target: new("8:acs:b2"), Message: "Permissions check failed", Code: "403",
		}, `{"code":"403","message":"Permissions check failed","target":"8:acs:b2"}`),
	)
})

var _ = Describe("A request", func() {
	const server, version = "https://contoso.example", "2025-03-15"

	It("leaves out what is nil, and sends what is empty", func() {
		change := func(body chatapi.UpdateChatThreadRequest) string {
			request, err := chatapi.NewChatThreadUpdateChatThreadPropertiesRequestWithApplicationMergePatchPlusJSONBody(server, "19:t",
				&chatapi.ChatThreadUpdateChatThreadPropertiesParams{APIVersion: version}, body)
			Expect(err).NotTo(HaveOccurred())
			Expect(request.Header).To(HaveKeyWithValue("Content-Type", []string{"application/merge-patch+json"}))
			return bodyOf(request)
		}
		Expect(change(chatapi.UpdateChatThreadRequest{})).To(Equal(`{}`))
		Expect(change(chatapi.UpdateChatThreadRequest{Topic: new(""), Metadata: map[string]string{}})).To(
			Equal(`{"topic":"","metadata":{}}`))
	})

	It("is empty, not absent, when the typing person has no name", func() {
		request, err := chatapi.NewChatThreadSendTypingNotificationRequest(server, "19:t",
			&chatapi.ChatThreadSendTypingNotificationParams{APIVersion: version}, chatapi.SendTypingNotificationRequest{})
		Expect(err).NotTo(HaveOccurred())
		Expect(bodyOf(request)).To(Equal(`{}`))
	})

	It("escapes ids and leaves out optional parameters", func() {
		request, err := chatapi.NewChatThreadListChatMessagesRequest(server, "19:a/b?c@thread.v2",
			&chatapi.ChatThreadListChatMessagesParams{APIVersion: version})
		Expect(err).NotTo(HaveOccurred())
		Expect(request.URL.String()).To(Equal(
			"https://contoso.example/chat/threads/19:a%2Fb%3Fc@thread.v2/messages?api-version=2025-03-15"))
	})

	It("carries a page size of 0 and a time with its milliseconds", func() {
		request, err := chatapi.NewChatListChatThreadsRequest(server, &chatapi.ChatListChatThreadsParams{
			APIVersion: version, MaxPageSize: new(int32(0)), StartTime: new(at.Add(25 * time.Millisecond)),
		})
		Expect(err).NotTo(HaveOccurred())
		Expect(request.URL.RawQuery).To(Equal(
			"api-version=2025-03-15&maxPageSize=0&startTime=2025-10-06T09%3A30%3A00.025Z"))
	})
})

func bodyOf(request *http.Request) string {
	GinkgoHelper()
	text, err := io.ReadAll(request.Body)
	Expect(err).NotTo(HaveOccurred())
	return string(text)
}
