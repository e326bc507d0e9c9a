package chat_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("Getting the properties of a thread", func() {
	It("returns all of them", func(ctx SpecContext) {
		thread, _ := threadOf(reply(200, `{"id":"19:a","topic":"T","createdOn":"2026-01-02T03:04:05.6780000Z","createdByCommunicationIdentifier":`+
			anaOnTheWire+`,"deletedOn":"2026-01-02T03:04:06Z","metadata":{"k":"v"},"retentionPolicy":{"kind":"none"}}`))
		Expect(thread.GetProperties(ctx)).To(Equal(chat.ThreadProperties{
			ID: "19:a", Topic: "T", CreatedOn: time.Date(2026, 1, 2, 3, 4, 5, 678_000_000, time.UTC), CreatedBy: testUser,
			DeletedOn: time.Date(2026, 1, 2, 3, 4, 6, 0, time.UTC), Metadata: map[string]string{"k": "v"},
			Retention: chat.RetentionPolicy{Kind: chat.RetentionKindNone},
		}))
	})

	It("leaves fields empty that the service omits", api.OtherResponses(), func(ctx SpecContext) {
		thread, _ := threadOf(reply(200, `{"id":"19:a","retentionPolicy":null}`))
		Expect(thread.GetProperties(ctx)).To(Equal(chat.ThreadProperties{ID: "19:a"}))
	})
})

var _ = Describe("Updating the properties of a thread", func() {
	DescribeTable("sends", func(ctx SpecContext, update chat.PropertiesUpdate, body string) {
		thread, wire := threadOf(reply(204, ""))
		Expect(thread.UpdateProperties(ctx, update)).To(Succeed())
		Expect(only(wire).Body).To(Equal(body))
	},
		Entry("an empty object for the zero update, which succeeds", chat.PropertiesUpdate{}, `{}`),
		Entry("a topic", chat.PropertiesUpdate{Topic: new("T")}, `{"topic":"T"}`),
		Entry("an empty topic", chat.PropertiesUpdate{Topic: new("")}, `{"topic":""}`),
		Entry("metadata, empty values among it", chat.PropertiesUpdate{Metadata: map[string]string{"keep": "1", "drop": ""}}, `{"metadata":{"drop":"","keep":"1"}}`),
		Entry("empty metadata", chat.PropertiesUpdate{Metadata: map[string]string{}}, `{"metadata":{}}`),
		Entry("a retention", chat.PropertiesUpdate{
			Retention: &chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: 30},
		}, `{"retentionPolicy":{"kind":"threadCreationDate","deleteThreadAfterDays":30}}`),
		Entry("the removal of a retention", chat.PropertiesUpdate{Retention: &chat.RetentionPolicy{Kind: chat.RetentionKindNone}}, `{"retentionPolicy":{"kind":"none"}}`),
		Entry("all of them", chat.PropertiesUpdate{
			Topic: new("T"), Metadata: map[string]string{"k": "v"}, Retention: &chat.RetentionPolicy{Kind: "other"},
		}, `{"topic":"T","metadata":{"k":"v"},"retentionPolicy":{"kind":"other"}}`),
	)

	DescribeTable("with only a topic sends", func(ctx SpecContext, topic, body string) {
		thread, wire := threadOf(reply(204, ""))
		Expect(thread.UpdateTopic(ctx, topic)).To(Succeed())
		Expect(only(wire).Body).To(Equal(body))
	},
		Entry("it", "Release 4.3", `{"topic":"Release 4.3"}`),
		Entry("it when it is empty", "", `{"topic":""}`),
	)
})
