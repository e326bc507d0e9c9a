package chat_test

import (
	"context"
	"errors"
	"math"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

// disguised is not an identifier of the package, although it implements the interface.
type disguised struct{ chat.CommunicationUser }

var _ = Describe("A bad argument", func() {
	refused := func(err error, name string) {
		GinkgoHelper()
		argument, ok := errors.AsType[*chat.ArgumentError](err)
		Expect(ok).To(BeTrue(), "%v", err)
		Expect(argument.Name).To(Equal(name))
		Expect(err).To(MatchError(HavePrefix("chat: " + name + " ")))
		Expect(err).NotTo(MatchError(ContainSubstring("\n")))
	}

	type call = func(context.Context, *chat.Client) error
	check := func(ctx SpecContext, c call, name string) {
		GinkgoHelper()
		client, wire := clientOf(reply(500, ""))
		refused(c(ctx, client), name)
		Expect(wire.Requests()).To(BeEmpty())
	}

	for _, id := range []string{"", ".", ".."} {
		for _, op := range operations {
			if op.Path == "/chat/threads" {
				continue
			}
			It("is a thread id "+`"`+id+`" to `+op.String(), func(ctx SpecContext) {
				check(ctx, func(ctx context.Context, c *chat.Client) error { return op.On(ctx, c, id) }, "threadID")
			})
		}

		DescribeTable(`is a message id "`+id+`"`, func(ctx SpecContext, c func(context.Context, *chat.ThreadClient, string) error) {
			check(ctx, func(ctx context.Context, client *chat.Client) error {
				return c(ctx, client.ThreadClient(testThread), id)
			}, "messageID")
		},
			Entry("to get", func(ctx context.Context, t *chat.ThreadClient, id string) error {
				_, err := t.GetMessage(ctx, id)
				return err
			}),
			Entry("to update", func(ctx context.Context, t *chat.ThreadClient, id string) error {
				return t.UpdateMessage(ctx, id, chat.MessageUpdate{})
			}),
			Entry("to delete", func(ctx context.Context, t *chat.ThreadClient, id string) error { return t.DeleteMessage(ctx, id) }),
			Entry("to have read", func(ctx context.Context, t *chat.ThreadClient, id string) error { return t.SendReadReceipt(ctx, id) }),
		)
	}

	DescribeTable("is, to SendMessage,", func(ctx SpecContext, content string, kind chat.MessageType, name string) {
		check(ctx, func(ctx context.Context, c *chat.Client) error {
			_, err := c.ThreadClient(testThread).SendMessage(ctx, content, &chat.SendMessageOptions{Type: kind})
			return err
		}, name)
	},
		Entry("empty content", "", chat.MessageTypeText, "content"),
		Entry("a change of topic", "Hi", chat.MessageTypeTopicUpdated, "Type"),
		Entry("an addition", "Hi", chat.MessageTypeParticipantAdded, "Type"),
		Entry("a removal", "Hi", chat.MessageTypeParticipantRemoved, "Type"),
	)

	const latin1 = "caf\xe9" // é as a single byte
	send := func(content string, options *chat.SendMessageOptions) call {
		return func(ctx context.Context, c *chat.Client) error {
			_, err := c.ThreadClient(testThread).SendMessage(ctx, content, options)
			return err
		}
	}
	change := func(update chat.MessageUpdate) call {
		return func(ctx context.Context, c *chat.Client) error {
			return c.ThreadClient(testThread).UpdateMessage(ctx, "1", update)
		}
	}
	create := func(topic string, options *chat.CreateThreadOptions) call {
		return func(ctx context.Context, c *chat.Client) error {
			_, err := c.CreateThread(ctx, topic, options)
			return err
		}
	}
	set := func(update chat.PropertiesUpdate) call {
		return func(ctx context.Context, c *chat.Client) error {
			return c.ThreadClient(testThread).UpdateProperties(ctx, update)
		}
	}
	add := func(participant chat.Participant) call {
		return func(ctx context.Context, c *chat.Client) error {
			participant.Identifier = testUser
			_, err := c.ThreadClient(testThread).AddParticipants(ctx, append(people(1), participant))
			return err
		}
	}
	DescribeTable("is text that is not UTF-8 as", check,
		Entry("a new message", send(latin1, nil), "content"),
		Entry("its sender", send("Hi", &chat.SendMessageOptions{SenderDisplayName: latin1}), "SenderDisplayName"),
		Entry("a key of its metadata", send("Hi", &chat.SendMessageOptions{Metadata: map[string]string{latin1: "1"}}), `Metadata["caf\xe9"]`),
		Entry("its metadata", send("Hi", &chat.SendMessageOptions{Metadata: map[string]string{"a": "1", "b": latin1}}), `Metadata["b"]`),
		Entry("metadata whose key and value are valid UTF-8 only together", send("Hi", &chat.SendMessageOptions{Metadata: map[string]string{"a\xc3": "\xa9"}}),
			`Metadata["a\xc3"]`),
		Entry("the new text of a message", change(chat.MessageUpdate{Content: new(latin1)}), "Content"),
		Entry("new metadata of a message", change(chat.MessageUpdate{Metadata: map[string]string{"a": latin1}}), `Metadata["a"]`),
		Entry("the topic of a new thread", create(latin1, nil), "topic"),
		Entry("its metadata", create("", &chat.CreateThreadOptions{Metadata: map[string]string{"a": latin1}}), `Metadata["a"]`),
		Entry("one of its participants", create("", &chat.CreateThreadOptions{
			Participants: []chat.Participant{{Identifier: testUser, DisplayName: latin1}},
		}), "Participants[0].DisplayName"),
		Entry("a topic", func(ctx context.Context, c *chat.Client) error {
			return c.ThreadClient(testThread).UpdateTopic(ctx, latin1)
		}, "topic"),
		Entry("a topic among properties", set(chat.PropertiesUpdate{Topic: new(latin1)}), "Topic"),
		Entry("metadata among properties", set(chat.PropertiesUpdate{Metadata: map[string]string{latin1: ""}}), `Metadata["caf\xe9"]`),
		Entry("a participant", add(chat.Participant{DisplayName: latin1}), "participants[1].DisplayName"),
		Entry("metadata of a participant", add(chat.Participant{Metadata: map[string]string{"a": latin1}}), `participants[1].Metadata["a"]`),
		Entry("the name with a typing notification", func(ctx context.Context, c *chat.Client) error {
			return c.ThreadClient(testThread).SendTypingNotification(ctx, &chat.SendTypingNotificationOptions{SenderDisplayName: latin1})
		}, "SenderDisplayName"),
	)

	tooMany := math.MaxInt32
	tooMany++ // where an int has 32 bits it is negative, and refused as well
	for _, n := range []int{-1, tooMany, math.MinInt} {
		DescribeTable("is a count out of range in", check,
			Entry("the page size of threads", func(ctx context.Context, c *chat.Client) error {
				_, err := c.ListThreads(&chat.ListThreadsOptions{PageSize: n}).Collect(ctx, 0)
				return err
			}, "PageSize"),
			Entry("the page size of messages", func(ctx context.Context, c *chat.Client) error {
				_, err := c.ThreadClient(testThread).ListMessages(&chat.ListMessagesOptions{PageSize: n}).Collect(ctx, 0)
				return err
			}, "PageSize"),
			Entry("the page size of participants", func(ctx context.Context, c *chat.Client) error {
				_, err := c.ThreadClient(testThread).ListParticipants(&chat.ListParticipantsOptions{PageSize: n, Skip: n}).Collect(ctx, 0)
				return err
			}, "PageSize"),
			Entry("the participants to skip", func(ctx context.Context, c *chat.Client) error {
				_, err := c.ThreadClient(testThread).ListParticipants(&chat.ListParticipantsOptions{Skip: n, Prefetch: true}).Collect(ctx, 0)
				return err
			}, "Skip"),
			Entry("the page size of receipts", func(ctx context.Context, c *chat.Client) error {
				_, err := c.ThreadClient(testThread).ListReadReceipts(&chat.ListReadReceiptsOptions{PageSize: n}).Collect(ctx, 0)
				return err
			}, "PageSize"),
			Entry("the receipts to skip", func(ctx context.Context, c *chat.Client) error {
				_, err := c.ThreadClient(testThread).ListReadReceipts(&chat.ListReadReceiptsOptions{Skip: n}).Collect(ctx, 0)
				return err
			}, "Skip"),
			Entry("the retention of a new thread", func(ctx context.Context, c *chat.Client) error {
				_, err := c.CreateThread(ctx, "", &chat.CreateThreadOptions{
					Retention: chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: n},
				})
				return err
			}, "DeleteThreadAfterDays"),
			Entry("a new retention", func(ctx context.Context, c *chat.Client) error {
				return c.ThreadClient(testThread).UpdateProperties(ctx, chat.PropertiesUpdate{
					Retention: &chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: n},
				})
			}, "DeleteThreadAfterDays"),
		)
	}

	DescribeTable("is a retention without a kind", check,
		Entry("of a new thread", func(ctx context.Context, c *chat.Client) error {
			_, err := c.CreateThread(ctx, "", &chat.CreateThreadOptions{Retention: chat.RetentionPolicy{DeleteThreadAfterDays: 60}})
			return err
		}, "Retention.Kind"),
		Entry("of a thread", set(chat.PropertiesUpdate{Retention: &chat.RetentionPolicy{DeleteThreadAfterDays: 60}}), "Retention.Kind"),
		Entry("or days of a thread", set(chat.PropertiesUpdate{Retention: &chat.RetentionPolicy{}}), "Retention.Kind"),
	)

	for _, year := range []int{-1, 0, 10_000} {
		at := time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC)
		DescribeTable("is a time that RFC 3339 cannot represent", check,
			Entry("from which to list threads", func(ctx context.Context, c *chat.Client) error {
				_, err := c.ListThreads(&chat.ListThreadsOptions{StartTime: at}).Collect(ctx, 0)
				return err
			}, "StartTime"),
			Entry("from which to list messages", func(ctx context.Context, c *chat.Client) error {
				_, err := c.ThreadClient(testThread).ListMessages(&chat.ListMessagesOptions{StartTime: at}).Collect(ctx, 0)
				return err
			}, "StartTime"),
			Entry("from which to share the history", func(ctx context.Context, c *chat.Client) error {
				_, err := c.ThreadClient(testThread).AddParticipants(ctx, []chat.Participant{{Identifier: testUser, ShareHistoryTime: at}})
				return err
			}, "participants[0].ShareHistoryTime"),
		)
	}

	DescribeTable("is an identifier that is", func(ctx SpecContext, id chat.Identifier) {
		list := append(people(2), chat.Participant{Identifier: id})
		check(ctx, func(ctx context.Context, c *chat.Client) error {
			_, err := c.ThreadClient(testThread).AddParticipants(ctx, list)
			return err
		}, "participants[2]")
		check(ctx, func(ctx context.Context, c *chat.Client) error {
			_, err := c.CreateThread(ctx, "", &chat.CreateThreadOptions{Participants: list})
			return err
		}, "Participants[2]")
		check(ctx, func(ctx context.Context, c *chat.Client) error {
			return c.ThreadClient(testThread).RemoveParticipant(ctx, id)
		}, "identifier")
	},
		Entry("nil", nil),
		Entry("an empty user", chat.CommunicationUser{}), Entry("an empty number", chat.PhoneNumber{}),
		Entry("an empty Teams user", chat.MicrosoftTeamsUser{Cloud: chat.CloudDoD}), Entry("an empty Teams guest", chat.MicrosoftTeamsUser{IsAnonymous: true}),
		Entry("an empty Teams app", chat.MicrosoftTeamsApp{}), Entry("an empty extension user", chat.TeamsExtensionUser{}),
		Entry("an empty unknown", chat.UnknownIdentifier{}), Entry("the empty raw id", chat.ParseRawID("")),
		Entry("a pointer", &chat.CommunicationUser{ID: "8:acs:a"}), Entry("a nil pointer", (*chat.PhoneNumber)(nil)),
		Entry("another type", disguised{testUser}),
	)

	DescribeTable("is an idempotency key with", func(ctx SpecContext, key string) {
		check(ctx, func(ctx context.Context, c *chat.Client) error {
			_, err := c.CreateThread(ctx, "", &chat.CreateThreadOptions{IdempotencyKey: key})
			return err
		}, "IdempotencyKey")
	},
		Entry("a line break", "a\r\nX: y"), Entry("another script", "schlüssel"), Entry("a control character", "\x00"),
	)

	DescribeTable("is an endpoint that is", func(endpoint string) {
		_, err := chat.NewClient(endpoint, staticCredential(), nil)
		refused(err, "endpoint")
		_, err = chat.NewThreadClient(endpoint, testThread, staticCredential(), nil)
		refused(err, "endpoint")
		Expect(err).NotTo(MatchError(ContainSubstring("c2VjcmV0")))
	},
		Entry("empty", ""), Entry("blank", "  "), Entry("a host", "contoso.communication.azure.com"), Entry("a host and a port", "contoso.example:443"),
		Entry("without a host", "https://"), Entry("a port alone", "https://:443"), Entry("a path", "/chat"),
		Entry("plain http", "http://contoso.example"), Entry("another scheme", "ftp://contoso.example"), Entry("no hierarchy", "https:contoso"),
		Entry("not a URL", "https://contoso example/%zz"), Entry("a bad port", "https://contoso.example:x"),
		Entry("with a query", "https://contoso.example?key=c2VjcmV0"), Entry("with an empty query", "https://contoso.example?"),
		Entry("with a fragment", "https://contoso.example#c2VjcmV0"), Entry("with a user", "https://u:c2VjcmV0@contoso.example"),
		Entry("a connection string", "endpoint=https://contoso.example/;accesskey=c2VjcmV0"),
		Entry("a connection string in another form", "AccessKey=c2VjcmV0;Endpoint=https://contoso.example/"),
		Entry("the address of the threads", "https://contoso.example/chat/threads"),
		Entry("the address of the threads at a gateway", "https://contoso.example/v1/Chat/Threads/"),
		Entry("the address of the users", "https://contoso.example/identities"),
		Entry("in quotes", `"https://contoso.example"`), Entry("with a quote at its end", `https://contoso.example'`),
		Entry("with a comma at its end", "https://contoso.example,"), Entry("after a byte order mark", "\ufeffhttps://contoso.example"),
		Entry("a key in a URL", "https://contoso.example/;accesskey=c2VjcmV0"),
	)

	It("is a credential that is nil or the zero value", func() {
		for _, credential := range []*chat.TokenCredential{nil, {}} {
			_, err := chat.NewClient(testEndpoint, credential, nil)
			refused(err, "credential")
			_, err = chat.NewThreadClient(testEndpoint, testThread, credential, nil)
			refused(err, "credential")
		}
	})

	It("is not a credential that is closed", func(ctx SpecContext) {
		refreshed, err := chat.NewTokenCredential(giving("token"), nil)
		Expect(err).NotTo(HaveOccurred())
		for _, credential := range []*chat.TokenCredential{staticCredential(), refreshed} {
			Expect(credential.Close()).To(Succeed())
			client, err := chat.NewClient(testEndpoint, credential, nil)
			Expect(err).NotTo(HaveOccurred())
			_, err = client.CreateThread(ctx, "x", nil)
			Expect(err).To(MatchError(chat.ErrClosed))
		}
	})

	It("is the thread id of a new thread client", func() {
		for _, id := range []string{"", ".", ".."} {
			_, err := chat.NewThreadClient(testEndpoint, id, staticCredential(), nil)
			refused(err, "threadID")
		}
	})
})
