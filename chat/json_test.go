package chat_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/acschat/acs-chat-go/chat"
)

// The recorded objects of 2025-03-15.
const (
	threadJSON = `{"id":"RELEASE","topic":"Release planning","createdOn":"2025-11-03T09:16:04Z","createdByCommunicationIdentifier":⟨ana⟩,` +
		`"metadata":{"phase":"beta","project":"apollo"},"retentionPolicy":{"kind":"threadCreationDate","deleteThreadAfterDays":60}}`
	failureJSON = `{"code":"403","message":"Permissions check failed","target":"8:acs:r_u"}`
	textJSON    = `{"id":"1762161601337","type":"text","sequenceId":"4","version":"1762161690415","content":{"message":"a < b","attachments":[]},` +
		`"senderDisplayName":"Ana","createdOn":"2025-11-03T09:20:01Z","senderCommunicationIdentifier":⟨ana⟩,"editedOn":"2025-11-03T09:21:30Z",` +
		`"metadata":{"tags":"doc"}}`
	deletedJSON = `{"id":"1762161601337","type":"html","sequenceId":"4","version":"1762161725088","content":{"message":"","attachments":[]},` +
		`"senderDisplayName":"","createdOn":"2025-11-03T09:20:01Z","senderCommunicationIdentifier":⟨ana⟩,"deletedOn":"2025-11-03T09:22:05Z"}`
	attachmentJSON = `{"id":"0-eus-d1","attachmentType":"image","name":"graph.png","url":"https://contoso/original","previewUrl":"https://contoso/small"}`
	teamsJSON      = `{"id":"1","type":"html","sequenceId":"6","version":"2","content":{"message":"<p>Graph</p>","attachments":[` + attachmentJSON +
		`,{"id":"f","attachmentType":"file","name":"plan.docx","extension":"docx"}]},"senderDisplayName":"Edda","createdOn":"2025-11-03T09:31:12Z",` +
		`"senderCommunicationIdentifier":{"rawId":"8:orgid:u","microsoftTeamsUser":{"userId":"u","isAnonymous":false,"cloud":"public"}},` +
		`"policyViolation":{"state":"contentBlocked"}}`
	topicJSON = `{"id":"1762161500604","type":"topicUpdated","sequenceId":"3","version":"1762161500604","content":{"topic":"",` +
		`"initiatorCommunicationIdentifier":⟨ana⟩},"createdOn":"2025-11-03T09:18:20Z"}`
	participantJSON = `{"communicationIdentifier":⟨bo⟩,"displayName":"Bo","shareHistoryTime":"1970-01-01T00:00:00Z","metadata":{"role":"lead"}}`
	addedJSON       = `{"id":"1762161364495","type":"participantAdded","sequenceId":"1","version":"1762161364495","content":{"participants":[` +
		participantJSON + `,{"communicationIdentifier":⟨cy⟩,"shareHistoryTime":"1970-01-01T00:00:00Z"}],` +
		`"initiatorCommunicationIdentifier":⟨ana⟩},"createdOn":"2025-11-03T09:16:04Z"}`
	receiptJSON = `{"senderCommunicationIdentifier":⟨ana⟩,"chatMessageId":"1762161609902","readOn":"2025-11-03T09:27:11Z"}`
)

// jsonOf is the JSON of a value without the escapes for HTML.
func jsonOf(value any) string {
	GinkgoHelper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	Expect(enc.Encode(value)).To(Succeed())
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// survives reads a value, compares what it writes, and reads that again with each of the two encoders.
func survives[T any](form, want string) {
	GinkgoHelper()
	var value T
	Expect(json.Unmarshal([]byte(live.Replace(form)), &value)).To(Succeed())
	Expect(jsonOf(value)).To(Equal(live.Replace(want)))
	for _, marshal := range []func(any) ([]byte, error){
		json.Marshal, func(v any) ([]byte, error) { return jsonv2.Marshal(v) },
	} {
		data, err := marshal(value)
		Expect(err).NotTo(HaveOccurred())
		var again T
		Expect(json.Unmarshal(data, &again)).To(Succeed())
		Expect(again).To(Equal(value))
	}
}

var _ = Describe("JSON", func() {
	DescribeTable("writes a value as the service does", func(check func(form, want string), form string) {
		check(form, form)
	},
		Entry("a thread", survives[chat.ThreadProperties], threadJSON),
		Entry("a deleted thread without metadata", survives[chat.ThreadProperties], `{"id":"NOTES","topic":"","createdOn":"2025-11-03T09:17:40Z",`+
			`"createdByCommunicationIdentifier":⟨ana⟩,"deletedOn":"2025-11-03T09:18:00Z","retentionPolicy":{"kind":"none"}}`),
		Entry("an empty thread", survives[chat.ThreadProperties], `{"id":"","topic":""}`),
		Entry("a thread in a list", survives[chat.ThreadItem],
			`{"id":"NOTES","topic":"Notes","deletedOn":"2025-11-03T08:59:12Z","lastMessageReceivedOn":"2025-11-03T08:57:42Z"}`),
		Entry("a thread in a list that is too new", survives[chat.ThreadItem], `{"id":"NOTES","topic":"Notes"}`),
		Entry("a new thread", survives[chat.CreateThreadResult], `{"chatThread":`+threadJSON+`}`),
		Entry("a new thread without some participants", survives[chat.CreateThreadResult], `{"chatThread":`+threadJSON+`,"invalidParticipants":[`+failureJSON+`]}`),
		Entry("a participant who was not added", survives[chat.FailedParticipant], failureJSON),
		Entry("one with details", survives[chat.FailedParticipant], `{"code":"a","message":"b","target":"4:+1","details":[{"code":"c","message":""}],`+
			`"innererror":{"code":"d","message":"e","target":"f"}}`),
		Entry("a retention", survives[chat.RetentionPolicy], `{"kind":"threadCreationDate","deleteThreadAfterDays":60}`),
		Entry("a sent message", survives[chat.SendMessageResult], `{"id":"1762161601337"}`),
		Entry("a text", survives[chat.Message], textJSON),
		Entry("a deleted message", survives[chat.Message], deletedJSON),
		Entry("a message from Teams, with members of a preview", survives[chat.Message], teamsJSON),
		Entry("a new topic", survives[chat.Message], topicJSON),
		Entry("participants who were added", survives[chat.Message], addedJSON),
		Entry("a message of an unknown type", survives[chat.Message], `{"id":"1","type":"callStarted","sequenceId":"8","version":"1",`+
			`"content":{"message":"a call","call":{"id":"c"}},"createdOn":"2025-11-03T09:27:10Z"}`),
		Entry("a message with nothing but an id", survives[chat.Message], `{"id":"1","type":"","sequenceId":"","version":"","content":{}}`),
		Entry("content of a user", survives[chat.MessageContent], `{"message":"","attachments":[]}`),
		Entry("content of the service", survives[chat.MessageContent], `{"topic":"Release","initiatorCommunicationIdentifier":⟨ana⟩}`),
		Entry("an attachment", survives[chat.Attachment], attachmentJSON),
		Entry("an attachment with an unknown member", survives[chat.Attachment], `{"id":"f","attachmentType":"file","extension":"docx"}`),
		Entry("a participant", survives[chat.Participant], participantJSON),
		Entry("an empty participant", survives[chat.Participant], `{}`),
		Entry("a receipt", survives[chat.ReadReceipt], receiptJSON),
		Entry("an empty receipt", survives[chat.ReadReceipt], `{"chatMessageId":""}`),
	)

	DescribeTable("converts a message of another version into the form of 2025-03-15", func(form, want string) {
		survives[chat.Message](form, want)
	},
		Entry("one with kinds and without attachments",
			`{"id":"1","type":"text","sequenceId":"4","version":"1","content":{"message":"a"},"senderDisplayName":"","createdOn":"2025-11-03T09:20:01Z",`+
				`"senderCommunicationIdentifier":«ana»,"metadata":{}}`,
			`{"id":"1","type":"text","sequenceId":"4","version":"1","content":{"message":"a","attachments":[]},"senderDisplayName":"",`+
				`"createdOn":"2025-11-03T09:20:01Z","senderCommunicationIdentifier":⟨ana⟩}`),
		Entry("one without content or a sender", `{"id":"1","type":"text","content":null}`,
			`{"id":"1","type":"text","sequenceId":"","version":"","content":{"message":"","attachments":[]},"senderDisplayName":""}`),
		Entry("one in another zone", `{"id":"1","type":"callEnded","sequenceId":"","version":"","content":{},"createdOn":"2025-11-03T11:46:04.5+02:30"}`,
			`{"id":"1","type":"callEnded","sequenceId":"","version":"","content":{},"createdOn":"2025-11-03T09:16:04.5Z"}`),
	)

	DescribeTable("is read as tolerantly as a listing", func(form string, want chat.Message) {
		m := chat.Message{ID: "old", SenderDisplayName: "old", Metadata: map[string]string{"old": "1"}, Unknown: json.RawMessage(`{"old":1}`)}
		Expect(json.Unmarshal([]byte(live.Replace(form)), &m)).To(Succeed())
		Expect(m).To(Equal(want))
	},
		Entry("with members of the wrong type", `{"id":"1","type":7,"content":[],"createdOn":"yesterday","senderCommunicationIdentifier":⟨ana⟩}`,
			chat.Message{ID: "1", Sender: user(ana)}),
		Entry("in any letter case, with duplicate members", `{"ID":"0","id":"1"}`, chat.Message{ID: "1"}),
		Entry("with a time without a zone", `{"createdOn":"2025-11-03T09:16:04","content":1}`, chat.Message{CreatedOn: on(9, 16, 4)}),
		Entry("with times that JSON can't represent in UTC", `{"id":"1","createdOn":"9999-12-31T23:59:59-14:00","editedOn":"0000-01-01T00:00:00+14:00"}`,
			chat.Message{ID: "1"}),
		Entry("with one of them and a member of the wrong type", `{"id":"1","type":7,"createdOn":"9999-12-31T23:59:59-14:00"}`, chat.Message{ID: "1"}),
		Entry("replacing the whole value", `{}`, chat.Message{}),
	)

	It("is read tolerantly for small values too", func() {
		r := chat.RetentionPolicy{Kind: chat.RetentionKindNone, DeleteThreadAfterDays: 3}
		Expect(json.Unmarshal([]byte(`{"kind":"a","deleteThreadAfterDays":"7"}`), &r)).To(Succeed())
		Expect(r).To(Equal(chat.RetentionPolicy{Kind: "a"}))
		sent := chat.SendMessageResult{ID: "1"}
		Expect(json.Unmarshal([]byte(`{"id":5}`), &sent)).To(Succeed())
		Expect(sent).To(Equal(chat.SendMessageResult{}))
	})

	It("does not change a value for null", func() {
		m := chat.Message{ID: "1"}
		Expect(json.Unmarshal([]byte(`null`), &m)).To(Succeed())
		Expect(m).To(Equal(chat.Message{ID: "1"}))
	})

	DescribeTable("rejects", func(read func([]byte) error, form, words string) {
		Expect(read([]byte(form))).To(MatchError(words))
	},
		Entry("a string in place of a message", (&chat.Message{}).UnmarshalJSON, `"a"`, "chat: unmarshal chat.Message: not a JSON object"),
		Entry("an empty string", (&chat.Participant{}).UnmarshalJSON, ``, "chat: unmarshal chat.Participant: not a JSON object"),
		Entry("a number in place of an identifier", func(data []byte) error {
			_, err := chat.UnmarshalIdentifier(data)
			return err
		}, `1`, "chat: unmarshal chat.Identifier: not a JSON object"),
		Entry("an identifier of another kind", (&chat.PhoneNumber{}).UnmarshalJSON, `{"rawId":"8:acs:a"}`,
			"chat: unmarshal chat.PhoneNumber: the identifier is of the kind communicationUser"),
	)

	It("rejects a truncated object", func() {
		Expect((&chat.Message{}).UnmarshalJSON([]byte(`{"id":"1"`))).To(MatchError(ContainSubstring("chat: unmarshal chat.Message: ")))
	})

	It("does not write unknown members that are not an object", func() {
		_, err := json.Marshal(chat.Message{Unknown: json.RawMessage(`[1]`)})
		Expect(err).To(MatchError(ContainSubstring("chat: marshal chat.Message: ")))
	})

	It("keeps unknown members that a program sets", func() {
		Expect(jsonOf(chat.Attachment{ID: "f", Unknown: json.RawMessage(`{"size": 3}`)})).To(Equal(`{"id":"f","attachmentType":"","size":3}`))
	})

	It("uses the methods of an embedded message", func() {
		type note struct {
			chat.Message

			Stars int
		}
		Expect(jsonOf(note{chat.Message{ID: "1"}, 3})).To(Equal(jsonOf(chat.Message{ID: "1"})))
	})

	It("writes a value that a program created, without zero times and nil senders", func() {
		m := chat.Message{ID: "1", Type: chat.MessageTypeText, Metadata: map[string]string{"b": "2", "a": "1"}, CreatedOn: on(9, 0, 0).Local()}
		Expect(jsonOf(m)).To(Equal(`{"id":"1","type":"text","sequenceId":"","version":"","content":{"message":"","attachments":[]},` +
			`"senderDisplayName":"","createdOn":"2025-11-03T09:00:00Z","metadata":{"a":"1","b":"2"}}`))
		failed := chat.FailedParticipant{Participant: chat.Participant{Identifier: user("8:acs:u"), DisplayName: "U"}, Err: &chat.Error{Code: "404"}}
		Expect(jsonOf(failed)).To(Equal(`{"code":"404","message":"","target":"8:acs:u"}`))
	})

	It("matches an error after it was read", func() {
		var failed chat.FailedParticipant
		Expect(json.Unmarshal([]byte(failureJSON), &failed)).To(Succeed())
		Expect(errors.Is(failed.Err, chat.ErrForbidden)).To(BeTrue())
		Expect(failed.Participant).To(Equal(chat.Participant{Identifier: user("8:acs:r_u")}))
		Expect(failed.Err).To(MatchError("chat: add participant: 403 Forbidden: Permissions check failed, target 8:acs:r_u"))
	})

	// The name of the option is the decoder's, which is still an experiment: without it a listing loses members silently.
	It("uses the decoder's name of the option for unknown members", func() {
		var object struct {
			Known   int
			Unknown jsontext.Value `json:",embed"`
		}
		Expect(jsonv2.Unmarshal([]byte(`{"Known":1,"a":2}`), &object)).To(Succeed())
		Expect(string(object.Unknown)).To(Equal(`{"a":2}`))
	})
})

var _ = Describe("JSON of identifiers", func() {
	DescribeTable("is that of responses", func(id chat.Identifier, form string) {
		Expect(jsonOf(id)).To(Equal(form))
		Expect(chat.UnmarshalIdentifier([]byte(form))).To(Equal(id))
	},
		Entry("of a user", user("8:acs:a"), `{"rawId":"8:acs:a","communicationUser":{"id":"8:acs:a"}}`),
		Entry("of a phone number", chat.PhoneNumber{Number: "+15555550123"}, `{"rawId":"4:+15555550123","phoneNumber":{"value":"+15555550123"}}`),
		Entry("of a withheld number", chat.PhoneNumber{Number: "anonymous"}, `{"rawId":"4:anonymous","phoneNumber":{"value":"anonymous","isAnonymous":true}}`),
		Entry("of an asserted number", chat.PhoneNumber{Number: "+1_9"}, `{"rawId":"4:+1_9","phoneNumber":{"value":"+1_9","assertedId":"9"}}`),
		Entry("of a Teams user", chat.MicrosoftTeamsUser{UserID: "u", Cloud: chat.CloudGCCH},
			`{"rawId":"8:gcch:u","microsoftTeamsUser":{"userId":"u","isAnonymous":false,"cloud":"gcch"}}`),
		Entry("of an anonymous Teams user", chat.MicrosoftTeamsUser{UserID: "u", IsAnonymous: true},
			`{"rawId":"8:teamsvisitor:u","microsoftTeamsUser":{"userId":"u","isAnonymous":true,"cloud":"public"}}`),
		Entry("of a Teams app", chat.MicrosoftTeamsApp{AppID: "a"}, `{"rawId":"28:orgid:a","microsoftTeamsApp":{"appId":"a","cloud":"public"}}`),
		Entry("of an extension user", chat.TeamsExtensionUser{UserID: "u", TenantID: "t", ResourceID: "r", Cloud: chat.CloudDoD},
			`{"rawId":"8:dod-acs:r_t_u","teamsExtensionUser":{"userId":"u","tenantId":"t","resourceId":"r","cloud":"dod"}}`),
		Entry("of any other", chat.UnknownIdentifier{ID: "48:x"}, `{"rawId":"48:x"}`),
	)

	It("is read into a field of a kind", func() {
		var message struct {
			From chat.CommunicationUser
			To   chat.PhoneNumber
		}
		Expect(json.Unmarshal([]byte(`{"From":{"rawId":"8:acs:a"},"To":{"rawId":"4:+1","kind":"phoneNumber","phoneNumber":{"value":"+1"}}}`), &message)).To(Succeed())
		Expect(message.From).To(Equal(chat.CommunicationUser{ID: "8:acs:a"}))
		Expect(message.To).To(Equal(chat.PhoneNumber{Number: "+1"}))
		Expect(json.Unmarshal([]byte(`{"From":null}`), &message)).To(Succeed())
		Expect(message.From).To(Equal(chat.CommunicationUser{ID: "8:acs:a"}))
	})

	It("is nil for null and for an empty object", func() {
		Expect(chat.UnmarshalIdentifier([]byte(` null`))).To(BeNil())
		Expect(chat.UnmarshalIdentifier([]byte(`{}`))).To(BeNil())
	})

	It("is the raw id as a key, and in logs", func(ctx SpecContext) {
		Expect(jsonOf(map[chat.Identifier]int{
			user("8:acs:a"): 1, chat.PhoneNumber{Number: "+1"}: 2, chat.MicrosoftTeamsUser{UserID: "u"}: 3, chat.MicrosoftTeamsApp{AppID: "p"}: 4,
			chat.TeamsExtensionUser{UserID: "u", TenantID: "t", ResourceID: "r"}: 5, chat.UnknownIdentifier{ID: "48:x"}: 6,
		})).To(Equal(`{"28:orgid:p":4,"48:x":6,"4:+1":2,"8:acs:a":1,"8:acs:r_t_u":5,"8:orgid:u":3}`))
		var b bytes.Buffer
		slog.New(slog.NewTextHandler(&b, nil)).InfoContext(ctx, "joined", "user", user("8:acs:a"), "at", time.Time{})
		Expect(b.String()).To(ContainSubstring(" user=8:acs:a "))
	})
})
