package events_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
)

// allPublished are the events of all types, in the order of their names.
func allPublished() []events.Event {
	all := published()
	var list []events.Event
	for _, name := range slices.Sorted(maps.Keys(all)) {
		list = append(list, all[name])
	}
	return list
}

// parsed is the only event of an item with a type and data.
func parsed(kind, data string) events.Event {
	GinkgoHelper()
	list, err := events.Parse([]byte(`{"id":"1","subject":"s","eventType":"Microsoft.Communication.` + kind + `","eventTime":"2026-11-03T09:20:02.3371234Z","data":` + data + `}`))
	Expect(err).NotTo(HaveOccurred())
	Expect(list).To(HaveLen(1))
	return list[0]
}

var _ = Describe("Parse", func() {
	DescribeTable("reads every type of event, one at a time and in a batch",
		func(schema events.Schema) {
			for _, event := range allPublished() {
				Expect(events.Parse([]byte(formatted(schema, event)))).To(Equal([]events.Event{event}))
			}
			Expect(events.Parse([]byte(formatted(schema, allPublished()...)))).To(Equal(allPublished()))
		},
		Entry("in the schema of Event Grid", events.SchemaEventGrid),
		Entry("in that of CloudEvents", events.SchemaCloudEvents),
	)

	It("detects the schema of each event of a batch", func() {
		grid := strings.Trim(formatted(events.SchemaEventGrid, allPublished()[0]), "[]")
		cloud := formatted(events.SchemaCloudEvents, allPublished()[1])
		Expect(events.Parse([]byte("\ufeff [" + grid + ",\n" + cloud + "] "))).To(Equal(allPublished()[:2]))
		Expect(events.Parse([]byte(grid))).To(Equal(allPublished()[:1]))
	})

	It("reads no events from an empty array", func() {
		Expect(events.Parse([]byte("[]"))).To(BeEmpty())
	})

	DescribeTable("reads a version",
		func(version, want string) {
			Expect(parsed("ChatMessageReceived", `{"threadId":"t","messageId":"1","version":`+version+`}`)).To(And(
				HaveField("Version", want), HaveField("Message.Version", want)))
		},
		Entry("that is a number", `1613694358927`, "1613694358927"),
		Entry("that is a string", `"1613694358927"`, "1613694358927"),
		Entry("that is a number in floating-point", `1.613694358927E+12`, "1613694358927"),
		Entry("that is larger than the numbers of floating-point", `9007199254740993`, "9007199254740993"),
		Entry("that is null", `null`, ""),
		Entry("that is an object", `{}`, ""),
	)

	DescribeTable("reads a date in UTC, with milliseconds in the header and whole seconds in the message",
		func(date string, milliseconds int) {
			second := time.Date(2021, 2, 20, 1, 7, 10, 0, time.UTC)
			Expect(parsed("ChatMessageReceivedInThread", `{"threadId":"t","messageId":"1","composeTime":"`+date+`"}`)).To(And(
				HaveField("Time", second.Add(time.Duration(milliseconds)*time.Millisecond)), HaveField("Message.CreatedOn", second)))
		},
		Entry("in whole seconds", "2021-02-20T01:07:10Z", 0),
		Entry("with 2 digits", "2021-02-20T01:07:10.14Z", 140),
		Entry("with 3 digits and an offset", "2021-02-20T01:07:10.064+00:00", 64),
		Entry("with 6 digits", "2021-02-20T01:07:10.109802Z", 109),
		Entry("with 7 digits", `2021-02-20T01:07:10.5987591\u002B00:00`, 598),
		Entry("with another offset", "2021-02-19T17:07:10.064-08:00", 64),
		Entry("without an offset", "2021-02-20T01:07:10.064", 64),
	)

	It("takes the time of the envelope if the data has none", func() {
		second := time.Date(2026, 11, 3, 9, 20, 2, 0, time.UTC)
		for _, t := range events.EventTypes() {
			event := parsed(shortType(t), `{"threadId":"t","messageId":"1","senderId":"8:acs:r_a","participantAdded":{"participantCommunicationIdentifier":`+anaJSON+`},`+
				`"participantRemoved":{"participantCommunicationIdentifier":`+anaJSON+`},"userCommunicationIdentifier":`+anaJSON+`,"editTime":7,"composeTime":"soon","time":{}}`)
			Expect(event.Kind()).To(Equal(t.Kind), t.Name)
			Expect(event.EventHeader().Time).To(Equal(second.Add(337*time.Millisecond)), t.Name)
		}
	})

	It("reads the raw ids that older events have instead of identifiers", func() {
		Expect(parsed("ChatMessageReceived", `{"threadId":"t","messageId":"1","senderId":"8:acs:r_a","recipientId":"8:acs:r_b"}`)).To(And(
			HaveField("Message.Sender", ana), HaveField("Recipient", bo), HaveField("Level", events.LevelUser)))
		Expect(parsed("ChatThreadCreatedWithUser", `{"threadId":"t","createdBy":"8:acs:r_a","recipientId":"8:acs:r_b","members":[{"displayName":"Bo","memberId":"8:acs:r_b"},{}]}`)).To(And(
			HaveField("CreatedBy.Identifier", ana), HaveField("Properties.CreatedBy", ana),
			HaveField("Participants", []chat.Participant{{Identifier: bo, DisplayName: "Bo"}})))
		Expect(parsed("ChatThreadPropertiesUpdatedPerUser", `{"threadId":"t","editedBy":"8:acs:r_a"}`)).To(HaveField("UpdatedBy.Identifier", ana))
		Expect(parsed("ChatThreadWithUserDeleted", `{"threadId":"t","deletedBy":"8:acs:r_a"}`)).To(HaveField("DeletedBy.Identifier", ana))
	})

	It("matches names and types in any letter case", func() {
		Expect(events.Parse([]byte(`{"ID":"1","EventType":"microsoft.communication.chatmessagereceivedinthread","Data":{"ThreadID":"t","messageid":"1","TYPE":"TEXT"}}`))).To(
			HaveExactElements(And(HaveField("ID", "1"), HaveField("ThreadID", "t"), HaveField("Message.Type", chat.MessageTypeText))))
		Expect(parsed("ChatMessageReceived", `{"threadId":"t","messageId":"1","type":"RichText/Html"}`)).To(HaveField("Message.Type", chat.MessageTypeHTML))
		Expect(parsed("ChatMessageReceived", `{"threadId":"t","messageId":"1","type":"Poll"}`)).To(HaveField("Message.Type", chat.MessageType("Poll")))
	})

	It("reads the bot of a command from the subject, in any letter case", func() {
		list, err := events.Parse([]byte(`{"id":"1","type":"Microsoft.Communication.ChatAzureBotCommandReceivedInThread","subject":"thread/t/sender/8:acs:r_a/Recipient/28:orgid:b",` +
			`"data":{"threadId":"t","messageId":"1"}}`))
		Expect(err).NotTo(HaveOccurred())
		Expect(list[0].EventHeader().Recipient).To(Equal(chat.MicrosoftTeamsApp{AppID: "b"}))
		Expect(parsed("ChatAzureBotCommandReceivedInThread", `{"threadId":"t","messageId":"1"}`).EventHeader().Recipient).To(BeNil())
	})

	It("reads an id of a thread that is escaped as in a URL", func() {
		Expect(parsed("ChatThreadDeleted", `{"threadId":"19%3Ax%40thread.v2"}`)).To(HaveField("ThreadID", "19:x@thread.v2"))
	})

	It("reads data in base64 and data that is JSON in a string", func() {
		text, err := json.Marshal(`{"threadId":"t"}`)
		Expect(err).NotTo(HaveOccurred())
		Expect(parsed("ChatThreadDeleted", string(text))).To(HaveField("ThreadID", "t"))
		Expect(events.Parse([]byte(`{"id":"1","type":"Microsoft.Communication.ChatThreadDeleted","data_base64":"` + base64.StdEncoding.EncodeToString([]byte(`{"threadId":"t"}`)) + `"}`))).To(
			HaveExactElements(HaveField("ThreadID", "t")))
	})

	It("keeps the fields that it can read if others are malformed", func() {
		Expect(parsed("ChatMessageReceived", `{"threadId":"t","messageId":1613694358927,"messageBody":{"x":[]},"metadata":[1],"senderDisplayName":7,`+
			`"senderCommunicationIdentifier":"x","recipientCommunicationIdentifier":[],"composeTime":[],"sequenceId":3}`)).To(And(
			HaveField("Message.ID", "1613694358927"), HaveField("Message.Content.Message", ""), HaveField("Message.Metadata", BeNil()),
			HaveField("Message.SenderDisplayName", "7"), HaveField("Message.SequenceID", "3"), HaveField("Recipient", BeNil())))
	})

	DescribeTable("returns an Unknown, with the header fields that it can read,",
		func(data, kind string) {
			event := parsed(kind, data)
			Expect(event).To(BeAssignableToTypeOf(events.Unknown{}))
			unknown := event.(events.Unknown)
			Expect(unknown.Type).To(Equal("Microsoft.Communication." + kind))
			Expect(unknown.ID).To(Equal("1"))
			Expect(unknown.Subject).To(Equal("s"))
			Expect(unknown.Time.IsZero()).To(BeFalse())
			Expect(string(unknown.Raw)).To(ContainSubstring(`"id":"1"`))
		},
		Entry("for another type", `{"threadId":"t"}`, "SMSReceived"),
		Entry("for a message without an id", `{"threadId":"t"}`, "ChatMessageReceived"),
		Entry("for an edit without an id", `{"threadId":"t"}`, "ChatMessageEditedInThread"),
		Entry("for a deletion without an id", `{"threadId":"t"}`, "ChatMessageDeleted"),
		Entry("for a command without an id", `{"threadId":"t"}`, "ChatAzureBotCommandReceivedInThread"),
		Entry("for typing without a sender", `{"threadId":"t"}`, "ChatTypingIndicatorReceivedInThread"),
		Entry("without a thread", `{"messageId":"1"}`, "ChatMessageReceived"),
		Entry("without a participant", `{"threadId":"t","participantAdded":{"displayName":"x"}}`, "ChatThreadParticipantAdded"),
		Entry("without a removed participant", `{"threadId":"t","participantRemoved":[]}`, "ChatThreadParticipantRemoved"),
		Entry("without a user", `{"userCommunicationIdentifier":{}}`, "UserDisconnected"),
		Entry("without data", `null`, "ChatMessageReceived"),
		Entry("for data that is no object", `[{"threadId":"t"}]`, "ChatThreadCreated"),
		Entry("for data that is text", `"hello"`, "ChatThreadCreated"),
	)

	It("does not lose the other events of a batch to a malformed one", func() {
		items := []string{`1`, `null`, `"x"`, `[]`, `{}`, `{"eventType":"Microsoft.Communication.ChatMessageReceived","data":{"threadId":7}}`}
		good := strings.Trim(formatted(events.SchemaEventGrid, allPublished()[3]), "[]")
		list, err := events.Parse([]byte("[" + good + "," + strings.Join(items, ",") + "," + good + "]"))
		Expect(err).NotTo(HaveOccurred())
		Expect(list).To(HaveLen(len(items) + 2))
		Expect(list[0]).To(Equal(allPublished()[3]))
		Expect(list[len(list)-1]).To(Equal(allPublished()[3]))
		for i, raw := range items {
			Expect(list[i+1]).To(HaveField("Raw", json.RawMessage(raw)))
		}
	})

	It("returns values that JSON keeps", func() {
		for _, event := range allPublished() {
			data, err := json.Marshal(event)
			Expect(err).NotTo(HaveOccurred())
			Expect(events.Unmarshal(data)).To(Equal(event))
		}
	})

	DescribeTable("fails for",
		func(body, message string) {
			list, err := events.Parse([]byte(body))
			Expect(err).To(MatchError(And(HavePrefix("events: parse: "), ContainSubstring(message))))
			Expect(list).To(BeNil())
		},
		Entry("nothing", "", "empty"),
		Entry("text", `"x"`, "neither a JSON object nor an array"),
		Entry("null", `null`, "neither a JSON object nor an array"),
		Entry("a truncated batch", `[{"id":"1"},{"id"`, "not JSON"),
		Entry("two objects", `{} {}`, "not JSON"),
		Entry("a trick with brackets", `{}],"x":[{}`, "not JSON"),
		Entry("too large a body", `[`+strings.Repeat(" ", 4<<20)+`]`, "limit is 4194304"),
		Entry("too many events", `[`+strings.Repeat("{},", 5000)+`{}]`, "5001 events; the limit is 5000"),
		Entry("too many items", `[[`+strings.Repeat("1,", 100_000)+`1]]`, "more than 100000 items"),
		Entry("20,000 levels of nesting", strings.Repeat(`[`, 20_000)+strings.Repeat(`]`, 20_000), "not JSON"),
	)
})

var _ = Describe("ParseStorageQueue", func() {
	It("reads an event in base64, or in JSON", func() {
		event := allPublished()[0]
		body := strings.Trim(formatted(events.SchemaEventGrid, event), "[]")
		Expect(events.ParseStorageQueue(base64.StdEncoding.EncodeToString([]byte(body)))).To(Equal([]events.Event{event}))
		Expect(events.ParseStorageQueue(" " + body)).To(Equal([]events.Event{event}))
		Expect(events.ParseStorageQueue("[" + body + "]")).To(Equal([]events.Event{event}))
	})

	It("fails for other text", func() {
		Expect(events.ParseStorageQueue("!")).Error().To(MatchError(ContainSubstring("base64")))
		Expect(events.ParseStorageQueue("aGVsbG8=")).Error().To(MatchError(ContainSubstring("neither")))
		Expect(events.ParseStorageQueue("")).Error().To(MatchError(ContainSubstring("empty")))
	})
})
