package chatapi_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
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
		Entry("the content of a system message", chatapi.ChatMessageContent{
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
	const endpoint, version = "https://contoso.example/gateway", "2025-03-15"

	var sent *http.Request
	client := chatapi.Client{Endpoint: endpoint, Doer: doerFunc(func(req *http.Request) (*http.Response, error) {
		sent = req
		return nil, nil
	})}

	It("has the body it is given, and its content type", func(ctx SpecContext) {
		_, err := client.ChatThreadUpdateChatThreadProperties(ctx, "19:t",
			&chatapi.ChatThreadUpdateChatThreadPropertiesParams{APIVersion: version}, strings.NewReader(`{}`))
		Expect(err).NotTo(HaveOccurred())
		Expect(sent.Header).To(HaveKeyWithValue("Content-Type", []string{"application/merge-patch+json"}))
		Expect(io.ReadAll(sent.Body)).To(BeEquivalentTo(`{}`))
		Expect(sent.Context()).To(BeIdenticalTo(ctx))
	})

	It("escapes ids, leaves out optional parameters and keeps the path of the endpoint", func(ctx SpecContext) {
		_, err := client.ChatThreadGetChatMessage(ctx, "19:a/b?c@thread.v2", "1%/ü",
			&chatapi.ChatThreadGetChatMessageParams{APIVersion: "2025 &"})
		Expect(err).NotTo(HaveOccurred())
		Expect(sent.URL.String()).To(Equal(
			"https://contoso.example/gateway/chat/threads/19:a%2Fb%3Fc@thread.v2/messages/1%25%2F%C3%BC?api-version=2025+%26"))
		Expect(sent.Method).To(Equal(http.MethodGet))
		Expect(sent.Header).To(BeEmpty())
		Expect(sent.Body).To(BeNil())
	})

	It("carries a page size of 0 and a time with its milliseconds", func(ctx SpecContext) {
		_, err := client.ChatListChatThreads(ctx, &chatapi.ChatListChatThreadsParams{
			APIVersion: version, MaxPageSize: new(int32(0)), StartTime: new(at.Add(25 * time.Millisecond)),
		})
		Expect(err).NotTo(HaveOccurred())
		Expect(sent.URL.RawQuery).To(Equal(
			"api-version=2025-03-15&maxPageSize=0&startTime=2025-10-06T09%3A30%3A00.025Z"))
	})

	It("has a header only if its parameter is set", func(ctx SpecContext) {
		params := &chatapi.ChatCreateChatThreadParams{APIVersion: version}
		_, err := client.ChatCreateChatThread(ctx, params, strings.NewReader(`{}`))
		Expect(err).NotTo(HaveOccurred())
		Expect(sent.Header).NotTo(HaveKey("Repeatability-Request-Id"))

		params.RepeatabilityRequestID = new("1")
		_, err = client.ChatCreateChatThread(ctx, params, strings.NewReader(`{}`))
		Expect(err).NotTo(HaveOccurred())
		Expect(sent.Header).To(HaveKeyWithValue("Repeatability-Request-Id", []string{"1"}))
	})

	It("fails for an endpoint that is not a URL", func(ctx SpecContext) {
		broken := chatapi.Client{Endpoint: "https://contoso example", Doer: client.Doer}
		_, err := broken.ChatListChatThreads(ctx, &chatapi.ChatListChatThreadsParams{APIVersion: version})
		Expect(err).To(HaveOccurred())
	})
})

var _ = Describe("An update", func() {
	It("leaves out what is nil, and sends what is empty", func() {
		Expect(json.Marshal(chatapi.UpdateChatThreadRequest{})).To(BeEquivalentTo(`{}`))
		Expect(json.Marshal(chatapi.UpdateChatThreadRequest{Topic: new(""), Metadata: map[string]string{}})).To(
			BeEquivalentTo(`{"topic":"","metadata":{}}`))
	})
})

var _ = Describe("A typing notification", func() {
	It("is empty, not absent, without a name", func() {
		Expect(json.Marshal(chatapi.SendTypingNotificationRequest{})).To(BeEquivalentTo(`{}`))
	})
})

// doerFunc is a function that sends a request.
type doerFunc func(*http.Request) (*http.Response, error)

func (f doerFunc) Do(req *http.Request) (*http.Response, error) { return f(req) }
