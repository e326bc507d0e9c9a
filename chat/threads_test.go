package chat_test

import (
	"errors"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
)

const createdThread = `{"chatThread":{"id":"19:new@thread.v2","topic":"Release 4.2","createdOn":"2026-01-02T03:04:05Z",` +
	`"createdByCommunicationIdentifier":` + anaOnTheWire + `,"metadata":{"k":"v"},` +
	`"retentionPolicy":{"kind":"threadCreationDate","deleteThreadAfterDays":60}}}`

// inTokyo is a time with an offset and more digits than the service accepts.
var inTokyo = time.Date(2026, 1, 2, 12, 4, 5, 678_901_234, time.FixedZone("JST", 9*60*60))

var _ = Describe("Creating a thread", func() {
	It("sends the options", func(ctx SpecContext) {
		client, wire := clientOf(reply(201, createdThread))
		_, err := client.CreateThread(ctx, "Release 4.2", &chat.CreateThreadOptions{
			Participants: []chat.Participant{
				{Identifier: testUser, DisplayName: "Ana", ShareHistoryTime: inTokyo, Metadata: map[string]string{"role": "lead"}},
				{Identifier: chat.PhoneNumber{Number: "+15555550123"}},
			},
			Metadata:  map[string]string{"k": "v"},
			Retention: chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: 60},
		})
		Expect(err).NotTo(HaveOccurred())
		Expect(only(wire).Body).To(Equal(`{"topic":"Release 4.2","participants":[` +
			`{"communicationIdentifier":` + anaOnTheWire + `,"displayName":"Ana","shareHistoryTime":"2026-01-02T03:04:05.678Z","metadata":{"role":"lead"}},` +
			`{"communicationIdentifier":{"rawId":"4:+15555550123","phoneNumber":{"value":"+15555550123"}}}],` +
			`"metadata":{"k":"v"},"retentionPolicy":{"kind":"threadCreationDate","deleteThreadAfterDays":60}}`))
	})

	DescribeTable("sends only the topic for", func(ctx SpecContext, options *chat.CreateThreadOptions) {
		client, wire := clientOf(reply(201, createdThread))
		Expect(client.CreateThread(ctx, "", options)).Error().NotTo(HaveOccurred())
		Expect(only(wire).Body).To(Equal(`{"topic":""}`))
	},
		Entry("nil options", nil),
		Entry("zero options", &chat.CreateThreadOptions{}),
		Entry("an empty list of participants", &chat.CreateThreadOptions{Participants: []chat.Participant{}}),
	)

	It("returns the thread", func(ctx SpecContext) {
		client, _ := clientOf(reply(201, createdThread))
		result, err := client.CreateThread(ctx, "Release 4.2", nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(result.Failed).To(BeNil())
		Expect(result.Thread).To(Equal(chat.ThreadProperties{
			ID: "19:new@thread.v2", Topic: "Release 4.2",
			CreatedOn: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), CreatedBy: testUser,
			Metadata:  map[string]string{"k": "v"},
			Retention: chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: 60},
		}))
	})

	DescribeTable("fails if a 201 has no thread, as in", api.OtherResponses(), func(ctx SpecContext, body string) {
		client, wire := clientOf(reply(201, body))
		Expect(client.CreateThread(ctx, "", &chat.CreateThreadOptions{Participants: people(201)})).Error().To(HaveOccurred())
		Expect(wire.Requests()).To(HaveLen(1))
	},
		Entry("an empty body", ``), Entry("an empty object", `{}`),
		Entry("null", `{"chatThread":null}`), Entry("a thread without an id", `{"chatThread":{"topic":"?"}}`),
	)

	Describe("the idempotency key", func() {
		const header = "repeatability-request-id"

		It("is that of the caller", func(ctx SpecContext) {
			client, wire := clientOf(reply(503, ""), reply(201, createdThread))
			Expect(client.CreateThread(ctx, "", &chat.CreateThreadOptions{IdempotencyKey: "order 66"})).Error().NotTo(HaveOccurred())
			for _, sent := range wire.Requests() {
				Expect(sent.Header.Get(header)).To(Equal("order 66"))
			}
		})

		It("is otherwise a new UUID for each call, the same for its retries", func(ctx SpecContext) {
			client, wire := clientOf(reply(503, ""), fail(errReset), reply(201, createdThread))
			var keys []string
			for range 2 {
				Expect(client.CreateThread(ctx, "", nil)).Error().NotTo(HaveOccurred())
			}
			for _, sent := range wire.Requests() {
				keys = append(keys, sent.Header.Get(header))
			}
			Expect(keys).To(HaveLen(4))
			Expect(keys).To(HaveEach(MatchRegexp(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)))
			Expect(keys[:3]).To(HaveEach(keys[0]))
			Expect(keys[3]).NotTo(Equal(keys[0]))
		})

		It("is not sent by any other operation", func(ctx SpecContext) {
			for _, op := range operations {
				if op.Name != "Client.CreateThread" {
					client, wire := clientOf(op.Succeed())
					Expect(op.Call(ctx, client)).To(Succeed())
					Expect(only(wire).Header).NotTo(HaveKey("Repeatability-Request-Id"))
				}
			}
		})
	})

	It("returns the participants that were not added with the reasons", func(ctx SpecContext) {
		client, _ := clientOf(reply(201, strings.TrimSuffix(createdThread, "}")+
			`,"invalidParticipants":[{"code":"404","message":"No such user","target":"8:acs:p1"},{"code":"403","message":"","target":"8:acs:p2"}]}`))
		result, err := client.CreateThread(ctx, "", &chat.CreateThreadOptions{Participants: people(3)})
		Expect(err).NotTo(HaveOccurred())
		Expect(result.Thread.ID).To(Equal("19:new@thread.v2"))
		Expect(result.Failed).To(HaveLen(2))
		Expect(result.Failed[0].Participant).To(Equal(people(3)[1]))
		Expect(result.Failed[0].Err).To(MatchError(chat.ErrNotFound))
		Expect(result.Failed[1].Participant).To(Equal(people(3)[2]))
		Expect(result.Failed[1].Err).To(MatchError(chat.ErrForbidden))
	})

	Context("with more participants than fit into one request", func() {
		It("adds the others afterwards", func(ctx SpecContext) {
			client, wire := clientOf(
				reply(201, strings.TrimSuffix(createdThread, "}")+`,"invalidParticipants":[{"code":"404","message":"Not found","target":"8:acs:p0"}]}`),
				reply(201, `{"invalidParticipants":[{"code":"403","message":"Permissions check failed","target":"8:acs:p200"}]}`), reply(201, `{}`))
			result, err := client.CreateThread(ctx, "", &chat.CreateThreadOptions{Participants: people(450)})
			Expect(err).NotTo(HaveOccurred())
			Expect(batches(wire)).To(Equal([]int{200, 200, 50}))
			Expect(wire.Requests()[1].URL).To(Equal(testEndpoint + "/chat/threads/19:new@thread.v2/participants/:add?api-version=" + apiVersion))
			Expect(result.Failed).To(HaveLen(2))
			Expect(result.Failed[0].Participant).To(Equal(people(1)[0]))
			Expect(result.Failed[1].Participant).To(Equal(people(201)[200]))
		})

		It("also returns the thread if a later batch fails", func(ctx SpecContext) {
			client, wire := clientOf(reply(201, createdThread), reply(201, `{}`), reply(403, ""))
			result, err := client.CreateThread(ctx, "", &chat.CreateThreadOptions{Participants: people(450)})
			Expect(err).To(MatchError(chat.ErrForbidden))
			partial, ok := errors.AsType[*chat.PartialAddError](err)
			Expect(ok).To(BeTrue())
			Expect(partial.Participants).To(Equal(people(450)[400:]))
			Expect(result.Thread.ID).To(Equal("19:new@thread.v2"))
			Expect(wire.Requests()).To(HaveLen(3))
		})

		It("adds no participants if the creation fails", func(ctx SpecContext) {
			client, wire := clientOf(reply(403, ""))
			result, err := client.CreateThread(ctx, "", &chat.CreateThreadOptions{Participants: people(450)})
			Expect(err).To(MatchError(chat.ErrForbidden))
			Expect(result).To(BeZero())
			Expect(wire.Requests()).To(HaveLen(1))
		})
	})
})

var _ = Describe("Listing threads", func() {
	It("sends the options", func(ctx SpecContext) {
		client, wire := clientOf(reply(200, `{"value":[]}`))
		Expect(client.ListThreads(&chat.ListThreadsOptions{StartTime: inTokyo, PageSize: 5}).Collect(ctx, 0)).To(BeEmpty())
		Expect(only(wire).URL).To(Equal(testEndpoint + "/chat/threads?api-version=" + apiVersion +
			"&maxPageSize=5&startTime=2026-01-02T03%3A04%3A05.678Z"))
	})

	It("returns the threads in the service's order", func(ctx SpecContext) {
		client, _ := clientOf(reply(200, `{"value":[{"id":"b","topic":"B","lastMessageReceivedOn":"2026-01-02T03:04:05Z"},`+
			`{"id":"a","topic":"","deletedOn":"2026-01-02T03:04:06Z"}]}`))
		Expect(client.ListThreads(nil).Collect(ctx, 0)).To(Equal([]chat.ThreadItem{
			{ID: "b", Topic: "B", LastMessageReceivedOn: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
			{ID: "a", DeletedOn: time.Date(2026, 1, 2, 3, 4, 6, 0, time.UTC)},
		}))
	})
})
