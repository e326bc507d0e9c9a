package chat_test

import (
	"context"
	"net/http"
	"runtime"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("Untrusted input", func() {
	It("does not put a token into an error, even one of an unknown form", func(ctx SpecContext) {
		credential, err := chat.NewTokenCredential(func(context.Context) (chat.AccessToken, error) {
			return chat.AccessToken{Token: "opaque-SECRET-1", ExpiresOn: time.Now().Add(time.Hour)}, nil
		}, nil)
		Expect(err).NotTo(HaveOccurred())
		wire := answering(reply(400, `{"error":{"code":"opaque-SECRET-1","message":"token opaque-SECRET-1 is odd"}}`))
		client, err := chat.NewClient(testEndpoint, credential, options(wire))
		Expect(err).NotTo(HaveOccurred())
		Expect(client.DeleteThread(ctx, testThread)).To(MatchError(And(
			ContainSubstring("token [redacted] is odd"), Not(ContainSubstring("SECRET")))))
	})

	DescribeTable("cannot make a listing read another path",
		func(ctx SpecContext, token string) {
			thread, wire := threadOf(reply(200, `{"value":[]}`))
			_, err := thread.ListParticipants(&chat.ListParticipantsOptions{ContinuationToken: token}).Collect(ctx, 0)
			Expect(err).To(MatchError("chat: ContinuationToken does not belong to this listing"))
			Expect(wire.Requests()).To(BeEmpty())
		},
		Entry("another listing of the thread", "/chat/threads/"+testThread+"/messages?syncState=1"),
		Entry("another thread's", "/chat/threads/19:other@thread.v2/participants?skip=2"),
		Entry("another API", "/identities?api-version=1"),
		Entry("a path without its first part, which follows two slashes as a host does", "//chat/threads/"+testThread+"/participants"),
		Entry("a parent path", "/chat/threads/"+testThread+"/participants/../messages"),
	)

	It("is not a sent message if it has no id", api.OtherResponses(), func(ctx SpecContext) {
		thread, _ := threadOf(reply(201, `{}`))
		Expect(thread.SendMessage(ctx, "x", nil)).Error().To(MatchError(chat.ErrOutcomeUnknown))
	})

	Context("in a listing with Prefetch", func() {
		next := `{"value":[` + messageOnTheWire + `],"nextLink":"/chat/threads/` + testThread + `/messages?api-version=2025-03-15&p=2"}`
		list := func(ctx context.Context, dies answer) (messages []chat.Message, err error) {
			thread, _ := threadOf(reply(200, next), dies)
			for m, err := range thread.ListMessages(&chat.ListMessagesOptions{Prefetch: true}).All(ctx) {
				if err != nil {
					return messages, err
				}
				messages = append(messages, m)
			}
			return messages, nil
		}

		It("panics in the goroutine of the caller", func(ctx SpecContext) {
			broken := func(*http.Request) (*http.Response, error) { panic("a policy broke") }
			Expect(func() { _, _ = list(ctx, broken) }).To(PanicWith("a policy broke"))
		})

		It("ends it with an error", func(ctx SpecContext) {
			messages, err := list(ctx, func(*http.Request) (*http.Response, error) {
				runtime.Goexit() //nolint:forbidigo // as a failed test in a fake transport does
				return nil, nil
			})
			Expect(messages).To(HaveLen(1))
			Expect(err).To(MatchError(ContainSubstring("has ended")))
		})
	})
})
