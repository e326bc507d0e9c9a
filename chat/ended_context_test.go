package chat_test

import (
	"context"
	"errors"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("A call whose context ends as the response arrives", func() {
	It("fails with its error if the response cannot be decoded", api.OtherResponses(), func() {
		for _, op := range operations {
			if op.Answer == "" {
				continue
			}
			By(op.String())
			ctx, cancel := context.WithCancel(context.Background())
			client, _ := clientOf(func(req *http.Request) (*http.Response, error) {
				cancel()
				return reply(op.Status, "")(req)
			})
			err := op.Call(ctx, client)
			Expect(err).To(MatchError(context.Canceled))
			Expect(errors.Is(err, chat.ErrOutcomeUnknown)).To(Equal(op.Name == sendMessage.Name))
		}
	})

	It("does not lose the response", func() {
		ctx, cancel := context.WithCancel(context.Background())
		for _, op := range operations {
			By(op.String())
			client, _ := clientOf(func(req *http.Request) (*http.Response, error) {
				cancel()
				return op.Succeed()(req)
			})
			Expect(op.Call(ctx, client)).To(Succeed())
			ctx, cancel = context.WithCancel(context.Background())
		}
		cancel()
	})
})
