package realtime_test

import (
	"encoding/json"
	"maps"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/realtime"
)

const thread = "19:t@thread.v2"

var (
	ann = chat.CommunicationUser{ID: "8:acs:R_a"}
	bo  = chat.CommunicationUser{ID: "8:acs:R_b"}
)

// header is that of the events of these specs.
func header(at, version string) events.Header {
	t, err := time.Parse(time.RFC3339, at)
	Expect(err).NotTo(HaveOccurred())
	return events.Header{ThreadID: thread, Time: t, Version: version, Recipient: bo}
}

var created = time.Date(2026, 11, 3, 9, 20, 0, 0, time.UTC) // that of threadMembers

func second(at string) time.Time { return header(at, "").Time }

// payloadOf makes a payload from an object. Values that are objects themselves become JSON text, as on the wire.
func payloadOf(members map[string]any) string {
	for name, value := range members {
		switch value.(type) {
		case map[string]any, []any:
			text, err := json.Marshal(value)
			Expect(err).NotTo(HaveOccurred())
			members[name] = string(text)
		}
	}
	text, err := json.Marshal(members)
	Expect(err).NotTo(HaveOccurred())
	return string(text)
}

// with adds members to others.
func with(members, others map[string]any) map[string]any {
	maps.Copy(members, others)
	return members
}

func messageMembers() map[string]any {
	return map[string]any{
		"senderId": "8:acs:R_a", "recipientId": "acs:R_b", "recipientMri": "8:acs:R_b", "groupId": thread, "messageId": "1762161602337",
		"messageType": "Text", "senderDisplayName": "Ann", "originalArrivalTime": "2026-11-03T09:20:02.337Z", "version": "1762161602337",
	}
}

func threadMembers() map[string]any {
	return map[string]any{
		"senderId": "8:acs:R_a", "recipientId": "acs:R_b", "recipientMri": "8:acs:R_b", "groupId": "", "threadId": thread,
		"createTime": "2026-11-03T09:20:00.562Z", "version": "1762161600562", "threadType": "chat",
	}
}

func who(role string) map[string]any {
	return map[string]any{role: map[string]any{"displayName": "Ann", "participantId": "8:acs:R_a", "memberMetaData": nil}}
}

var people = []any{
	map[string]any{"displayName": "Ann", "participantId": "8:acs:R_a", "shareHistoryTime": nil, "memberMetaData": "null"},
	map[string]any{"displayName": nil, "participantId": "8:acs:R_b", "shareHistoryTime": int64(1762161600123), "memberMetaData": `{"role":"guest"}`},
	map[string]any{"participantId": "acs:R_c", "shareHistoryTime": "2026-11-03T09:20:00.562Z"},
	map[string]any{"participantId": "4:+15555550123", "shareHistoryTime": 0},
}

var allHistory = time.Unix(0, 0).UTC() // as in REST

var peopleValues = []chat.Participant{
	{Identifier: ann, DisplayName: "Ann", ShareHistoryTime: allHistory},
	{Identifier: bo, ShareHistoryTime: time.Unix(1762161600, 0).UTC(), Metadata: map[string]string{"role": "guest"}},
	{Identifier: chat.CommunicationUser{ID: "8:acs:R_c"}, ShareHistoryTime: time.Date(2026, 11, 3, 9, 20, 0, 0, time.UTC)},
	{Identifier: chat.PhoneNumber{Number: "+15555550123"}, ShareHistoryTime: allHistory},
}

var _ = Describe("Events on the wire", func() {
	DescribeTable("are read",
		func(members func() map[string]any, want func() events.Event) {
			Expect(realtime.Decode(payloadOf(members()))).To(Equal(want()))
		},
		Entry("200", func() map[string]any {
			return with(messageMembers(), map[string]any{
				"eventId": 200, "messageBody": `hi "there" %41`, "acsChatMessageMetadata": `{"k":"v"}`,
				"attachments": []any{
					map[string]any{"id": "a", "attachmentType": "image", "name": "x.png", "url": "https://h.test/p/1?q=1", "previewUrl": "https://h.test/p/2"},
					map[string]any{"id": "b", "attachmentType": "file", "url": "https://h.test/f"},
				},
			})
		}, func() events.Event {
			return events.MessageReceived{Header: header("2026-11-03T09:20:02.337Z", "1762161602337"), Message: chat.Message{
				ID: "1762161602337", Type: chat.MessageTypeText, Version: "1762161602337", Sender: ann, SenderDisplayName: "Ann",
				CreatedOn: second("2026-11-03T09:20:02Z"), Metadata: map[string]string{"k": "v"},
				Content: chat.MessageContent{Message: `hi "there" %41`, Attachments: []chat.Attachment{
					{ID: "a", Type: chat.AttachmentTypeImage, Name: "x.png", URL: "https://contoso.test/p/1?api-version=2024-09-01",
						PreviewURL: "https://contoso.test/p/2?api-version=2024-09-01"},
					{ID: "b", Type: chat.AttachmentTypeFile, URL: "https://h.test/f"},
				}},
			}}
		}),
		Entry("200, with letters of other cases and numbers as text", func() map[string]any {
			return with(messageMembers(), map[string]any{
				"eventId": "200", "messageType": "RICHTEXT/HTML", "senderId": "acs:R_a", "recipientMri": "", "version": int64(1762161602337),
				"acsChatMessageMetadata": "null", "attachments": "[]",
			})
		}, func() events.Event {
			return events.MessageReceived{Header: header("2026-11-03T09:20:02.337Z", "1762161602337"), Message: chat.Message{
				ID: "1762161602337", Type: chat.MessageTypeHTML, Version: "1762161602337", Sender: ann, SenderDisplayName: "Ann",
				CreatedOn: second("2026-11-03T09:20:02Z"),
			}}
		}),
		Entry("247", func() map[string]any {
			return with(messageMembers(), map[string]any{
				"eventId": 247, "messageBody": "new", "edittime": "2026-11-03T09:21:05.9Z", "version": "9", "acsChatMessageMetadata": "{}",
			})
		}, func() events.Event {
			return events.MessageEdited{Header: header("2026-11-03T09:21:05.9Z", "9"), Message: chat.Message{
				ID: "1762161602337", Type: chat.MessageTypeText, Version: "9", Sender: ann, SenderDisplayName: "Ann",
				CreatedOn: second("2026-11-03T09:20:02Z"), EditedOn: second("2026-11-03T09:21:05Z"), Content: chat.MessageContent{Message: "new"},
			}}
		}),
		Entry("248", func() map[string]any {
			return with(messageMembers(), map[string]any{"eventId": 248, "deletetime": "2026-11-03T09:22:05.001Z", "version": "10"})
		}, func() events.Event {
			return events.MessageDeleted{Header: header("2026-11-03T09:22:05.001Z", "10"), Message: chat.Message{
				ID: "1762161602337", Type: chat.MessageTypeText, Version: "10", Sender: ann, SenderDisplayName: "Ann",
				CreatedOn: second("2026-11-03T09:20:02Z"), DeletedOn: second("2026-11-03T09:22:05Z"),
			}}
		}),
		Entry("245", func() map[string]any {
			return with(messageMembers(), map[string]any{
				"eventId": 245, "messageType": "Control/Typing", "originalArrivalTime": "2026-11-03T09:20:03.0001234Z",
			})
		}, func() events.Event {
			return events.TypingIndicatorReceived{Header: header("2026-11-03T09:20:03Z", "1762161602337"), Sender: ann, SenderDisplayName: "Ann"}
		}),
		Entry("246", func() map[string]any {
			members := with(messageMembers(), map[string]any{
				"eventId": 246, "messageBody": map[string]any{
					"user": "8:acs:R_a", "consumptionhorizon": "1762161602337;1762161604562;0", "messageVisibilityTime": int64(1762161600000), "version": "1762161604562",
				},
			})
			delete(members, "version")
			return members
		}, func() events.Event {
			return events.ReadReceiptReceived{Header: events.Header{
				ThreadID: thread, Time: time.UnixMilli(1762161604562).UTC(), Version: "1762161604562", Recipient: bo,
			}, Receipt: chat.ReadReceipt{Sender: ann, MessageID: "1762161602337", ReadOn: time.Unix(1762161604, 0).UTC()}}
		}),
		Entry("257", func() map[string]any {
			return with(with(threadMembers(), who("createdBy")), map[string]any{"eventId": 257, "members": people, "properties": map[string]any{
				"topic": "Größe %41 50%", "partnerName": "spool", "isMigrated": true, "acsChatThreadMetadata": `{"team":"x"}`,
				"retentionPolicy": `{"retentionPolicyType":"DeleteAfterCreationTime","executeAfter":"60.00:00:00"}`,
			}})
		}, func() events.Event {
			return events.ThreadCreated{
				Header: header("2026-11-03T09:20:00.562Z", "1762161600562"),
				Properties: chat.ThreadProperties{
					ID: thread, Topic: "Größe %41 50%", CreatedOn: second("2026-11-03T09:20:00Z"), CreatedBy: ann, Metadata: map[string]string{"team": "x"},
					Retention: chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: 60},
				},
				CreatedBy: chat.Participant{Identifier: ann, DisplayName: "Ann"}, Participants: peopleValues,
			}
		}),
		Entry("258", func() map[string]any {
			return with(with(threadMembers(), who("editedBy")), map[string]any{
				"eventId": 258, "editTime": "2026-11-03T09:25:00.1234567Z", "properties": map[string]any{"topic": ""},
			})
		}, func() events.Event {
			return events.ThreadPropertiesUpdated{
				Header: header("2026-11-03T09:25:00.123Z", "1762161600562"),
				Properties: chat.ThreadProperties{
					ID: thread, CreatedOn: second("2026-11-03T09:20:00Z"), Retention: chat.RetentionPolicy{Kind: chat.RetentionKindNone},
				},
				UpdatedBy: chat.Participant{Identifier: ann, DisplayName: "Ann"},
			}
		}),
		Entry("259", func() map[string]any {
			return with(with(threadMembers(), who("deletedBy")), map[string]any{
				"eventId": 259, "deleteTime": "2026-11-03T09:25:00Z", "reason": "deletedByUser",
			})
		}, func() events.Event {
			return events.ThreadDeleted{
				Header: header("2026-11-03T09:25:00Z", "1762161600562"), Reason: events.DeletionReasonUser,
				DeletedBy: chat.Participant{Identifier: ann, DisplayName: "Ann"}, ThreadCreatedOn: created,
			}
		}),
		Entry("259, of a policy", func() map[string]any {
			return with(threadMembers(), map[string]any{
				"eventId": 259, "deleteTime": "2026-11-03T09:25:00Z", "reason": "deletedByPolicy", "deletedBy": "null",
			})
		}, func() events.Event {
			return events.ThreadDeleted{
				Header: header("2026-11-03T09:25:00Z", "1762161600562"), Reason: events.DeletionReasonPolicy, ThreadCreatedOn: created,
			}
		}),
		Entry("260", func() map[string]any {
			return with(with(threadMembers(), who("addedBy")), map[string]any{"eventId": 260, "time": "2026-11-03T09:27:10.006Z", "participantsAdded": people})
		}, func() events.Event {
			return events.ParticipantsAdded{
				Header: header("2026-11-03T09:27:10.006Z", "1762161600562"), AddedBy: chat.Participant{Identifier: ann, DisplayName: "Ann"},
				Participants: peopleValues, ThreadCreatedOn: created,
			}
		}),
		Entry("261", func() map[string]any {
			return with(with(threadMembers(), who("removedBy")), map[string]any{"eventId": 261, "time": "2026-11-03T09:27:10.006Z", "participantsRemoved": people})
		}, func() events.Event {
			return events.ParticipantsRemoved{
				Header: header("2026-11-03T09:27:10.006Z", "1762161600562"), RemovedBy: chat.Participant{Identifier: ann, DisplayName: "Ann"},
				Participants: peopleValues, ThreadCreatedOn: created,
			}
		}),
	)

	It("may have members that are escaped as in a URL", func() {
		members := with(threadMembers(), map[string]any{
			"eventId": 260, "addedBy": "%7B%22participantId%22%3A%228%3Aacs%3AR_a%22%7D", "participantsAdded": "%5B%7B%22participantId%22%3A%228%3Aacs%3AR_b%22%7D%5D",
		})
		Expect(realtime.Decode(payloadOf(members))).To(And(
			HaveField("AddedBy.Identifier", BeEquivalentTo(ann)),
			HaveField("Participants", HaveExactElements(HaveField("Identifier", BeEquivalentTo(bo)))),
		))
	})

	DescribeTable("are unknown if they are malformed, with the header fields that could be read",
		func(members map[string]any, kind string) {
			payload := payloadOf(members)
			event, err := realtime.Decode(payload)
			Expect(err).To(HaveOccurred())
			unknown := event.(events.Unknown)
			Expect(unknown.Type).To(Equal(kind))
			Expect(string(unknown.Raw)).To(Equal(payload))
			Expect(unknown.ThreadID).To(Equal(members["threadId"]))
		},
		Entry("of an unknown kind", map[string]any{"eventId": 300, "threadId": thread}, "300"),
		Entry("without a kind", map[string]any{"threadId": thread}, ""),
		Entry("a message without an id", map[string]any{"eventId": 200, "threadId": thread}, "200"),
		Entry("attachments that are not JSON", map[string]any{"eventId": 200, "threadId": thread, "messageId": "1", "attachments": "[x"}, "200"),
		Entry("a receipt without a body", map[string]any{"eventId": 246, "threadId": thread, "messageId": "1"}, "246"),
		Entry("participants that are not JSON", map[string]any{"eventId": 260, "threadId": thread, "participantsAdded": "x"}, "260"),
		Entry("properties that are not JSON", map[string]any{"eventId": 258, "threadId": thread, "properties": "{"}, "258"),
		Entry("an initiator that is not JSON", map[string]any{"eventId": 259, "threadId": thread, "deletedBy": "{"}, "259"),
	)

	It("have no time that JSON can't represent in UTC", func() {
		payload := payloadOf(with(threadMembers(), map[string]any{"eventId": 259, "deleteTime": "9999-12-31T23:59:59-14:00"}))
		event, err := realtime.Decode(payload)
		Expect(err).NotTo(HaveOccurred())
		Expect(json.Marshal(event)).NotTo(ContainSubstring("9999"))
	})

	It("are unknown without a thread", func() {
		event, err := realtime.Decode(`{"eventId":245,"senderId":"8:acs:R_a"}`)
		Expect(err).To(HaveOccurred())
		Expect(event.Kind()).To(Equal(events.KindUnknown))
	})

	It("may be large", func() {
		text := strings.Repeat(`"\`, 14_000)
		event, err := realtime.Decode(payloadOf(with(messageMembers(), map[string]any{"eventId": 200, "messageBody": text})))
		Expect(err).NotTo(HaveOccurred())
		Expect(event.(events.MessageReceived).Message.Content.Message).To(Equal(text))
	})
})
