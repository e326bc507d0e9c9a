package chat_test

import (
	"context"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("A Fleet with more users than tokens to keep", func() {
	It("issues one token at a time for a user whose callers have left, and stops with Close", func() {
		bubble(func() {
			var minting, most, ended atomic.Int32
			fleet, err := chat.NewFleet(testEndpoint, func(ctx context.Context, user chat.CommunicationUser) (chat.AccessToken, error) {
				if user.ID == "8:acs:b" {
					return chat.AccessToken{Token: "of-b", ExpiresOn: time.Now().Add(time.Hour)}, nil
				}
				most.Store(max(most.Load(), minting.Add(1)))
				defer minting.Add(-1)
				<-ctx.Done()
				ended.Add(1)
				return chat.AccessToken{}, ctx.Err()
			}, &chat.FleetOptions{MaxTokens: 1, MintTimeout: time.Hour, ClientOptions: *options(answering(reply(204, "")))})
			Expect(err).NotTo(HaveOccurred())
			a, b := fleet.As(chat.CommunicationUser{ID: "8:acs:a"}), fleet.As(chat.CommunicationUser{ID: "8:acs:b"})
			for range 5 {
				ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
				Expect(a.DeleteThread(ctx, testThread)).To(MatchError(context.DeadlineExceeded))
				cancel()
				Expect(b.DeleteThread(context.Background(), testThread)).To(Succeed())
			}
			Expect(most.Load()).To(Equal(int32(1)))
			Expect(fleet.Close()).To(Succeed())
			Eventually(ended.Load).Should(Equal(int32(1)))
		})
	})
})
