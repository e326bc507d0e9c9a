package chat_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("A refused token", func() {
	It("is replaced at once, however soon after another, if the service had accepted it", func() {
		bubble(func() {
			client, wire, refreshes := renewedClient(
				reply(204, ""), reply(401, ""), // token-1
				reply(204, ""), reply(401, ""), // token-2
				reply(204, ""),
			)
			for range 3 {
				Expect(client.DeleteThread(context.Background(), testThread)).To(Succeed())
			}
			Expect(refreshes()).To(Equal(3))
			Expect(wire.Requests()).To(HaveLen(5))
		})
	})

	It("is not replaced again within a second if no token was ever accepted", func() {
		bubble(func() {
			client, _, refreshes := renewedClient(reply(401, ""))
			for range 100 {
				Expect(client.DeleteThread(context.Background(), testThread)).To(MatchError(chat.ErrUnauthorized))
			}
			Expect(refreshes()).To(Equal(2))
			time.Sleep(time.Second)
			Expect(client.DeleteThread(context.Background(), testThread)).To(MatchError(chat.ErrUnauthorized))
			Expect(refreshes()).To(Equal(3))
		})
	})

	It("does not count as accepted by an answer from in front of the service", func() {
		bubble(func() {
			client, _, refreshes := renewedClient(reply(401, ""), reply(502, ""), reply(204, ""), reply(401, ""))
			Expect(client.DeleteThread(context.Background(), testThread)).To(Succeed()) // token-1 refused, token-2 at a 502, then accepted
			Expect(refreshes()).To(Equal(2))
			Expect(client.DeleteThread(context.Background(), testThread)).To(MatchError(chat.ErrUnauthorized))
			Expect(refreshes()).To(Equal(3))
		})
	})

	It("says in the error how old it is, since the service says nothing", func() {
		bubble(func() {
			credential, err := chat.NewStaticTokenCredential(tokenUntil(time.Now().Add(-time.Hour)))
			Expect(err).NotTo(HaveOccurred())
			client, err := chat.NewClient(testEndpoint, credential, options(&scripted{answers: []answer{reply(401, "")}}))
			Expect(err).NotTo(HaveOccurred())
			Expect(client.DeleteThread(context.Background(), testThread)).To(MatchError(ContainSubstring("the token ended 1h0m0s ago")))
		})
	})

	It("says in the error that it should be good, when it should", func(ctx SpecContext) {
		client, _ := clientOf(reply(401, ""))
		Expect(client.DeleteThread(ctx, testThread)).To(MatchError(And(
			ContainSubstring("left by this machine's clock"), ContainSubstring("of another resource"))))
	})
})
