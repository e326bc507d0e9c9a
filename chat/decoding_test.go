package chat_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
)

const (
	ana = "8:acs:5b0c2f6e-7a41-4d39-9c58-0e1f2a3b4c5d_0000002a-e8e1-3698-a1b2-c3d4e5007101"
	bo  = "8:acs:5b0c2f6e-7a41-4d39-9c58-0e1f2a3b4c5d_0000002a-e8e1-3756-a1b2-c3d4e5007102"
	cy  = "8:acs:5b0c2f6e-7a41-4d39-9c58-0e1f2a3b4c5d_0000002a-e8e1-3800-a1b2-c3d4e5007103"
	dee = "8:acs:5b0c2f6e-7a41-4d39-9c58-0e1f2a3b4c5d_0000002a-e8e1-38af-a1b2-c3d4e5007104"

	release = "19:acsV2_YGV1rnQ8PXWCqhBweExLhiFs0GhQIwGZux0Mt-vFQXc1@thread.v2"
	notes   = "19:acsV2_F2TnVlLbPCU_kkyivJbsX-ScSgrFEwKB2jMpAaHf6S41@thread.v2"
)

// live completes a body as the service writes it: ⟨ana⟩ is an identifier, «ana» the same with its kind.
var live = strings.NewReplacer(
	"⟨ana⟩", identifierJSON(ana, ""), "⟨bo⟩", identifierJSON(bo, ""), "⟨cy⟩", identifierJSON(cy, ""), "⟨dee⟩", identifierJSON(dee, ""),
	"«ana»", identifierJSON(ana, `"kind":"communicationUser",`), "«bo»", identifierJSON(bo, `"kind":"communicationUser",`),
	"RELEASE", release, "NOTES", notes,
)

func identifierJSON(id, kind string) string {
	return `{` + kind + `"rawId":"` + id + `","communicationUser":{"id":"` + id + `"}}`
}

func user(id string) chat.Identifier { return chat.CommunicationUser{ID: id} }

func on(hour, minute, second int) time.Time {
	return time.Date(2025, 11, 3, hour, minute, second, 0, time.UTC)
}

var always = time.Unix(0, 0).UTC()

var _ = Describe("What the service answers", api.OtherResponses(), func() {
	DescribeTable("to GetProperties",
		func(ctx SpecContext, body string, want chat.ThreadProperties) {
			thread, _ := threadOf(reply(http.StatusOK, live.Replace(body)))
			Expect(thread.GetProperties(ctx)).To(Equal(want))
		},
		Entry("a thread with all members",
			`{"id":"RELEASE","topic":"Release planning","createdOn":"2025-11-03T09:16:04Z","createdByCommunicationIdentifier":⟨ana⟩,`+
				`"metadata":{"project":"apollo"},"retentionPolicy":{"kind":"threadCreationDate","deleteThreadAfterDays":60}}`,
			chat.ThreadProperties{
				ID: release, Topic: "Release planning", CreatedOn: on(9, 16, 4), CreatedBy: user(ana), Metadata: map[string]string{"project": "apollo"},
				Retention: chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: 60},
			}),
		Entry("a thread without metadata",
			`{"id":"NOTES","topic":"Notes","createdOn":"2025-11-03T09:17:40Z","createdByCommunicationIdentifier":⟨ana⟩,"retentionPolicy":{"kind":"none"}}`,
			chat.ThreadProperties{
				ID: notes, Topic: "Notes", CreatedOn: on(9, 17, 40), CreatedBy: user(ana), Retention: chat.RetentionPolicy{Kind: chat.RetentionKindNone},
			}),
		Entry("a thread with empty metadata, with kinds, and deleted",
			`{"id":"NOTES","topic":"","createdOn":"2025-11-03T09:17:40Z","createdByCommunicationIdentifier":«ana»,"deletedOn":"2025-11-03T09:18:00Z",`+
				`"metadata":{},"retentionPolicy":{"kind":"none"}}`,
			chat.ThreadProperties{
				ID: notes, CreatedOn: on(9, 17, 40), CreatedBy: user(ana), DeletedOn: on(9, 18, 0), Retention: chat.RetentionPolicy{Kind: chat.RetentionKindNone},
			}),
		Entry("a thread of 2021",
			`{"id":"NOTES","topic":"Notes","createdOn":"2025-11-03T09:17:40Z","createdByCommunicationIdentifier":⟨ana⟩}`,
			chat.ThreadProperties{ID: notes, Topic: "Notes", CreatedOn: on(9, 17, 40), CreatedBy: user(ana)}),
		Entry("a thread of the 2024 preview",
			`{"id":"NOTES","topic":"Notes","createdOn":"2025-11-03T09:17:40Z","createdByCommunicationIdentifier":⟨ana⟩,`+
				`"retentionPolicy":{"kind":"none"},"messagingPolicy":{"textOnlyChat":false}}`,
			chat.ThreadProperties{
				ID: notes, Topic: "Notes", CreatedOn: on(9, 17, 40), CreatedBy: user(ana), Retention: chat.RetentionPolicy{Kind: chat.RetentionKindNone},
			}),
		Entry("an unknown retention, and no creator", `{"id":"NOTES","topic":"Notes","retentionPolicy":{"kind":"lastMessage","days":3}}`,
			chat.ThreadProperties{ID: notes, Topic: "Notes", Retention: chat.RetentionPolicy{Kind: "lastMessage"}}),
		Entry("an empty object", `{}`, chat.ThreadProperties{}),
	)

	It("to CreateThread", func(ctx SpecContext) {
		client, _ := clientOf(reply(http.StatusCreated, live.Replace(
			`{"chatThread":{"id":"RELEASE","topic":"Release planning","createdOn":"2025-11-03T09:16:04Z","createdByCommunicationIdentifier":«ana»,`+
				`"metadata":{"ticket":"OPS-1207"},"retentionPolicy":{"kind":"threadCreationDate","deleteThreadAfterDays":60}},`+
				`"invalidParticipants":[{"target":"`+bo+`","code":"404","message":"Identity is unknown."}]}`)))
		result, err := client.CreateThread(ctx, "Release planning", &chat.CreateThreadOptions{Participants: []chat.Participant{{Identifier: user(bo)}}})
		Expect(err).NotTo(HaveOccurred())
		Expect(result.Thread).To(Equal(chat.ThreadProperties{
			ID: release, Topic: "Release planning", CreatedOn: on(9, 16, 4), CreatedBy: user(ana), Metadata: map[string]string{"ticket": "OPS-1207"},
			Retention: chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: 60},
		}))
		Expect(result.Failed).To(HaveLen(1))
		Expect(said(result.Failed[0].Err)).To(Equal(chat.Error{Code: "404", Message: "Identity is unknown.", Target: bo}))
	})

	It("to AddParticipants", func(ctx SpecContext) {
		thread, _ := threadOf(reply(http.StatusCreated, `{}`))
		Expect(thread.AddParticipants(ctx, []chat.Participant{{Identifier: user(dee)}})).To(BeNil())
	})

	It("to SendMessage", func(ctx SpecContext) {
		thread, _ := threadOf(reply(http.StatusCreated, `{"id":"1762161601337"}`))
		Expect(thread.SendMessage(ctx, "Draft is ready", nil)).To(Equal(chat.SendMessageResult{ID: "1762161601337"}))
	})

	DescribeTable("to ListThreads",
		func(ctx SpecContext, body string, want chat.Page[chat.ThreadItem]) {
			client, _ := clientOf(reply(http.StatusOK, live.Replace(body)))
			Expect(firstPage(ctx, client.ListThreads(nil))).To(Equal(want))
		},
		Entry("a page",
			`{"value":[{"id":"RELEASE","topic":"Release 4.2","lastMessageReceivedOn":"2025-11-03T09:18:20Z"},`+
				`{"id":"NOTES","topic":"Notes","deletedOn":"2025-11-03T08:59:12Z","lastMessageReceivedOn":"2025-11-03T08:57:42Z"}],`+
				`"nextLink":"https://contoso.communication.azure.com/chat/threads?syncState=W3s%3D&maxPageSize=2&api-version=2025-03-15"}`,
			chat.Page[chat.ThreadItem]{
				Items: []chat.ThreadItem{
					{ID: release, Topic: "Release 4.2", LastMessageReceivedOn: on(9, 18, 20)},
					{ID: notes, Topic: "Notes", DeletedOn: on(8, 59, 12), LastMessageReceivedOn: on(8, 57, 42)},
				},
				ContinuationToken: "/chat/threads?syncState=W3s%3D&maxPageSize=2&api-version=2025-03-15",
			}),
		Entry("a last page, with a new thread", `{"value":[{"id":"NOTES","topic":"Notes"}]}`,
			chat.Page[chat.ThreadItem]{Items: []chat.ThreadItem{{ID: notes, Topic: "Notes"}}, Last: true}),
		Entry("an empty page with a next link", `{"value":[],"nextLink":"https://contoso.communication.azure.com/chat/threads?syncState=a"}`,
			chat.Page[chat.ThreadItem]{Items: []chat.ThreadItem{}, ContinuationToken: "/chat/threads?syncState=a"}),
	)

	DescribeTable("to ListParticipants",
		func(ctx SpecContext, body string, want chat.Page[chat.Participant]) {
			thread, _ := threadOf(reply(http.StatusOK, live.Replace(body)))
			Expect(firstPage(ctx, thread.ListParticipants(nil))).To(Equal(want))
		},
		Entry("a page",
			`{"value":[{"communicationIdentifier":⟨ana⟩,"displayName":"Ana","shareHistoryTime":"1970-01-01T00:00:00Z","metadata":{"role":"lead"}},`+
				`{"communicationIdentifier":⟨cy⟩,"shareHistoryTime":"2025-11-03T09:00:00Z"}],`+
				`"nextLink":"https://contoso.communication.azure.com/chat/threads/RELEASE/participants?skip=2&maxPageSize=2&api-version=2025-03-15"}`,
			chat.Page[chat.Participant]{
				Items: []chat.Participant{
					{Identifier: user(ana), DisplayName: "Ana", ShareHistoryTime: always, Metadata: map[string]string{"role": "lead"}},
					{Identifier: user(cy), ShareHistoryTime: on(9, 0, 0)},
				},
				ContinuationToken: "/chat/threads/" + release + "/participants?skip=2&maxPageSize=2&api-version=2025-03-15",
			}),
		Entry("Teams users, with kinds",
			`{"value":[{"communicationIdentifier":«bo»,"displayName":"Bo"},{"communicationIdentifier":{"kind":"microsoftTeamsUser","rawId":"8:orgid:u",`+
				`"microsoftTeamsUser":{"userId":"u","isAnonymous":false,"cloud":"public"}},"displayName":"Edda"}]}`,
			chat.Page[chat.Participant]{
				Items: []chat.Participant{
					{Identifier: user(bo), DisplayName: "Bo"}, {Identifier: chat.MicrosoftTeamsUser{UserID: "u"}, DisplayName: "Edda"},
				},
				Last: true,
			}),
	)

	DescribeTable("to ListReadReceipts",
		func(ctx SpecContext, body string, want chat.Page[chat.ReadReceipt]) {
			thread, _ := threadOf(reply(http.StatusOK, live.Replace(body)))
			Expect(firstPage(ctx, thread.ListReadReceipts(nil))).To(Equal(want))
		},
		Entry("a page",
			`{"value":[{"senderCommunicationIdentifier":⟨ana⟩,"chatMessageId":"1762161609902","readOn":"2025-11-03T09:27:11Z"},`+
				`{"senderCommunicationIdentifier":«bo»,"chatMessageId":"1762161601337","readOn":"2025-11-03T09:27:08Z"}]}`,
			chat.Page[chat.ReadReceipt]{
				Items: []chat.ReadReceipt{
					{Sender: user(ana), MessageID: "1762161609902", ReadOn: on(9, 27, 11)}, {Sender: user(bo), MessageID: "1762161601337", ReadOn: on(9, 27, 8)},
				},
				Last: true,
			}),
		Entry("none, of more than twenty people", `{"value":[]}`, chat.Page[chat.ReadReceipt]{Items: []chat.ReadReceipt{}, Last: true}),
	)

	DescribeTable("of a message, to GetMessage and ListMessages",
		func(ctx SpecContext, body string, want chat.Message) {
			body = live.Replace(body)
			thread, _ := threadOf(reply(http.StatusOK, body), reply(http.StatusOK, `{"value":[`+body+`,`+body+`]}`))
			Expect(thread.GetMessage(ctx, "1")).To(Equal(want))
			Expect(firstPage(ctx, thread.ListMessages(nil))).To(Equal(chat.Page[chat.Message]{Items: []chat.Message{want, want}, Last: true}))
		},
		Entry("a text with metadata",
			`{"id":"1762161601337","type":"text","sequenceId":"4","version":"1762161601337","content":{"message":"Draft is ready","attachments":[]},`+
				`"senderDisplayName":"Ana","createdOn":"2025-11-03T09:20:01Z","senderCommunicationIdentifier":⟨ana⟩,`+
				`"metadata":{"tags":"doc","amsreferences":"[\"f1\"]"}}`,
			chat.Message{
				ID: "1762161601337", Type: chat.MessageTypeText, SequenceID: "4", Version: "1762161601337", Content: chat.MessageContent{Message: "Draft is ready"},
				SenderDisplayName: "Ana", CreatedOn: on(9, 20, 1), Sender: user(ana), Metadata: map[string]string{"tags": "doc", "amsreferences": `["f1"]`},
			}),
		Entry("a text of 2021, without attachments or a name",
			`{"id":"1","type":"text","sequenceId":"4","version":"1","content":{"message":"Draft is ready"},"senderDisplayName":"",`+
				`"createdOn":"2025-11-03T09:20:01Z","senderCommunicationIdentifier":«ana»}`,
			chat.Message{
				ID: "1", Type: chat.MessageTypeText, SequenceID: "4", Version: "1", Content: chat.MessageContent{Message: "Draft is ready"},
				CreatedOn: on(9, 20, 1), Sender: user(ana),
			}),
		Entry("an edited one",
			`{"id":"1762161601337","type":"text","sequenceId":"4","version":"1762161690415","content":{"message":"Draft v2 is ready","attachments":[]},`+
				`"senderDisplayName":"Ana","createdOn":"2025-11-03T09:20:01Z","senderCommunicationIdentifier":⟨ana⟩,"editedOn":"2025-11-03T09:21:30Z",`+
				`"metadata":{"amsreferences":"[\"f1\"]"}}`,
			chat.Message{
				ID: "1762161601337", Type: chat.MessageTypeText, SequenceID: "4", Version: "1762161690415", Content: chat.MessageContent{Message: "Draft v2 is ready"},
				SenderDisplayName: "Ana", CreatedOn: on(9, 20, 1), Sender: user(ana), EditedOn: on(9, 21, 30), Metadata: map[string]string{"amsreferences": `["f1"]`},
			}),
		Entry("a deleted one",
			`{"id":"1762161601337","type":"text","sequenceId":"4","version":"1762161725088","content":{"message":"","attachments":[]},`+
				`"senderDisplayName":"Ana","createdOn":"2025-11-03T09:20:01Z","senderCommunicationIdentifier":⟨ana⟩,"deletedOn":"2025-11-03T09:22:05Z"}`,
			chat.Message{
				ID: "1762161601337", Type: chat.MessageTypeText, SequenceID: "4", Version: "1762161725088",
				SenderDisplayName: "Ana", CreatedOn: on(9, 20, 1), Sender: user(ana), DeletedOn: on(9, 22, 5),
			}),
		Entry("a deleted one of 2021",
			`{"id":"1","type":"html","sequenceId":"11","version":"2","content":{"message":""},"senderDisplayName":"Ana","createdOn":"2025-11-03T09:20:01Z",`+
				`"senderCommunicationIdentifier":⟨ana⟩,"deletedOn":"2025-11-03T09:22:05Z"}`,
			chat.Message{
				ID: "1", Type: chat.MessageTypeHTML, SequenceID: "11", Version: "2",
				SenderDisplayName: "Ana", CreatedOn: on(9, 20, 1), Sender: user(ana), DeletedOn: on(9, 22, 5),
			}),
		Entry("a deleted one without content", `{"id":"1","type":"text","content":null,"deletedOn":"2025-11-03T09:22:05Z"}`,
			chat.Message{ID: "1", Type: chat.MessageTypeText, DeletedOn: on(9, 22, 5)}),
		Entry("HTML with attachments, from Teams",
			`{"id":"1","type":"html","sequenceId":"6","version":"2","content":{"message":"<p>Graph <img id=\"0-eus-d1\"></p>","attachments":[`+
				`{"id":"0-eus-d1","attachmentType":"image","name":"graph.png","url":"https://contoso/images/0-eus-d1/views/original?api-version=2025-03-15",`+
				`"previewUrl":"https://contoso/images/0-eus-d1/views/small?api-version=2025-03-15"},`+
				`{"id":"f","attachmentType":"file","name":"plan.docx","extension":"docx"},{"id":"v","attachmentType":"video"}]},"senderDisplayName":"Edda",`+
				`"createdOn":"2025-11-03T09:31:12Z","senderCommunicationIdentifier":{"rawId":"8:orgid:u","microsoftTeamsUser":{"userId":"u","isAnonymous":false,`+
				`"cloud":"public"}},"policyViolation":{"result":"contentBlocked"}}`,
			chat.Message{
				ID: "1", Type: chat.MessageTypeHTML, SequenceID: "6", Version: "2", SenderDisplayName: "Edda", CreatedOn: on(9, 31, 12),
				Sender: chat.MicrosoftTeamsUser{UserID: "u"}, Unknown: json.RawMessage(`{"policyViolation":{"result":"contentBlocked"}}`),
				Content: chat.MessageContent{Message: `<p>Graph <img id="0-eus-d1"></p>`, Attachments: []chat.Attachment{
					{
						ID: "0-eus-d1", Type: chat.AttachmentTypeImage, Name: "graph.png", URL: "https://contoso/images/0-eus-d1/views/original?api-version=2025-03-15",
						PreviewURL: "https://contoso/images/0-eus-d1/views/small?api-version=2025-03-15",
					},
					{ID: "f", Type: chat.AttachmentTypeFile, Name: "plan.docx", Unknown: json.RawMessage(`{"extension":"docx"}`)},
					{ID: "v", Type: "video"},
				}},
			}),
		Entry("a new topic",
			`{"id":"1762161500604","type":"topicUpdated","sequenceId":"3","version":"1762161500604","content":{"topic":"Release 4.2",`+
				`"initiatorCommunicationIdentifier":⟨ana⟩},"createdOn":"2025-11-03T09:18:20Z"}`,
			chat.Message{
				ID: "1762161500604", Type: chat.MessageTypeTopicUpdated, SequenceID: "3", Version: "1762161500604", CreatedOn: on(9, 18, 20),
				Content: chat.MessageContent{Topic: "Release 4.2", Initiator: user(ana)},
			}),
		Entry("added participants",
			`{"id":"1762161364495","type":"participantAdded","sequenceId":"1","version":"1762161364495","content":{"participants":[`+
				`{"communicationIdentifier":⟨ana⟩,"displayName":"Ana","shareHistoryTime":"1970-01-01T00:00:00Z"},`+
				`{"communicationIdentifier":⟨cy⟩,"shareHistoryTime":"1970-01-01T00:00:00Z"}],"initiatorCommunicationIdentifier":⟨ana⟩},`+
				`"createdOn":"2025-11-03T09:16:04Z"}`,
			chat.Message{
				ID: "1762161364495", Type: chat.MessageTypeParticipantAdded, SequenceID: "1", Version: "1762161364495", CreatedOn: on(9, 16, 4),
				Content: chat.MessageContent{Initiator: user(ana), Participants: []chat.Participant{
					{Identifier: user(ana), DisplayName: "Ana", ShareHistoryTime: always}, {Identifier: user(cy), ShareHistoryTime: always},
				}},
			}),
		Entry("a removed participant",
			`{"id":"1762162030006","type":"participantRemoved","sequenceId":"7","version":"1762162030006","content":{"participants":[`+
				`{"communicationIdentifier":⟨dee⟩,"displayName":"Dee","shareHistoryTime":"1970-01-01T00:00:00Z"}],"initiatorCommunicationIdentifier":⟨ana⟩},`+
				`"createdOn":"2025-11-03T09:27:10Z"}`,
			chat.Message{
				ID: "1762162030006", Type: chat.MessageTypeParticipantRemoved, SequenceID: "7", Version: "1762162030006", CreatedOn: on(9, 27, 10),
				Content: chat.MessageContent{Initiator: user(ana), Participants: []chat.Participant{
					{Identifier: user(dee), DisplayName: "Dee", ShareHistoryTime: always},
				}},
			}),
		Entry("one of an unknown type",
			`{"id":"1","type":"callStarted","sequenceId":"8","version":"1","content":{"call":{"id":"c"},"message":"a call"},"createdOn":"2025-11-03T09:27:10Z"}`,
			chat.Message{
				ID: "1", Type: "callStarted", SequenceID: "8", Version: "1", CreatedOn: on(9, 27, 10),
				Content: chat.MessageContent{Message: "a call", Unknown: json.RawMessage(`{"call":{"id":"c"}}`)},
			}),
		Entry("one with nothing but an id", `{"id":"1"}`, chat.Message{ID: "1"}),
	)

	It("has times in UTC, whatever zone they are written in", func(ctx SpecContext) {
		const east = `"2025-11-03T11:46:04+02:30"`
		thread, _ := threadOf(
			reply(http.StatusOK, `{"createdOn":`+east+`,"deletedOn":`+east+`}`),
			reply(http.StatusOK, `{"createdOn":`+east+`,"editedOn":`+east+`,"deletedOn":`+east+`}`),
			reply(http.StatusOK, `{"value":[{"shareHistoryTime":`+east+`}]}`),
			reply(http.StatusOK, `{"value":[{"readOn":`+east+`}]}`),
		)
		Expect(thread.GetProperties(ctx)).To(Equal(chat.ThreadProperties{CreatedOn: on(9, 16, 4), DeletedOn: on(9, 16, 4)}))
		Expect(thread.GetMessage(ctx, "1")).To(Equal(chat.Message{CreatedOn: on(9, 16, 4), EditedOn: on(9, 16, 4), DeletedOn: on(9, 16, 4)}))
		Expect(firstPage(ctx, thread.ListParticipants(nil)).Items).To(Equal([]chat.Participant{{ShareHistoryTime: on(9, 16, 4)}}))
		Expect(firstPage(ctx, thread.ListReadReceipts(nil)).Items).To(Equal([]chat.ReadReceipt{{ReadOn: on(9, 16, 4)}}))

		client, _ := clientOf(reply(http.StatusOK, `{"value":[{"deletedOn":`+east+`,"lastMessageReceivedOn":`+east+`}]}`))
		Expect(firstPage(ctx, client.ListThreads(nil)).Items).To(Equal([]chat.ThreadItem{{DeletedOn: on(9, 16, 4), LastMessageReceivedOn: on(9, 16, 4)}}))
	})

	It("to ListMessages keeps the next link unchanged", func(ctx SpecContext) {
		const query = "/messages?syncState=3e3f0000&startTime=1%2F1%2F1970%2012%3A00%3A00%20AM%20%2B00%3A00&maxPageSize=2&api-version=2025-03-15"
		thread, _ := threadOf(reply(http.StatusOK, live.Replace(`{"value":[],"nextLink":"https://elsewhere.example/chat/threads/RELEASE`+query+`"}`)))
		Expect(firstPage(ctx, thread.ListMessages(nil))).To(Equal(chat.Page[chat.Message]{
			Items: []chat.Message{}, ContinuationToken: "/chat/threads/" + release + query,
		}))
	})
})

func firstPage[T any](ctx SpecContext, pager *chat.Pager[T]) chat.Page[T] {
	GinkgoHelper()
	for page, err := range pager.Pages(ctx) {
		Expect(err).NotTo(HaveOccurred())
		return page
	}
	Fail("no page")
	return chat.Page[T]{}
}
