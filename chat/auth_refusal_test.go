package chat_test

import (
	"context"
	"errors"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("A refused token", func() {
	It("is replaced at once, ten times in a row", func() {
		bubble(func() {
			answers := []answer{}
			for range 10 {
				answers = append(answers, reply(204, ""), reply(401, ""))
			}
			client, wire, refreshes := renewedClient(append(answers, reply(204, ""))...)
			for range 11 {
				Expect(client.DeleteThread(context.Background(), testThread)).To(Succeed())
			}
			Expect(refreshes()).To(Equal(11))
			Expect(wire.Requests()).To(HaveLen(21))
		})
	})

	It("is then replaced once a second if the service rejects every token", func() {
		bubble(func() {
			client, _, refreshes := renewedClient(reply(401, ""))
			for range 100 {
				Expect(client.DeleteThread(context.Background(), testThread)).To(MatchError(chat.ErrUnauthorized))
			}
			Expect(refreshes()).To(Equal(11))
			for second := range 60 {
				time.Sleep(time.Second)
				for range 10 {
					Expect(client.DeleteThread(context.Background(), testThread)).To(MatchError(chat.ErrUnauthorized))
				}
				Expect(refreshes()).To(Equal(12 + second))
			}
		})
	})

	It("is not replaced more often if one operation alone is rejected", func() {
		bubble(func() {
			credentialRefresh, refreshes := refresherOf(time.Hour)
			client, _ := clientRefreshedBy(credentialRefresh, func(req *http.Request) (*http.Response, error) {
				if req.Method == http.MethodDelete {
					return reply(401, "")(req)
				}
				return reply(200, threadOnTheWire)(req)
			})
			for range 200 {
				Expect(client.DeleteThread(context.Background(), testThread)).To(MatchError(chat.ErrUnauthorized))
				Expect(client.ThreadClient(testThread).GetProperties(context.Background())).Error().NotTo(HaveOccurred())
			}
			Expect(refreshes()).To(Equal(11))
		})
	})

	It("remains in use if another cannot be fetched", func() {
		bubble(func() {
			down := errors.New("the token service is down")
			fetched := false
			client, _ := clientRefreshedBy(func(context.Context) (chat.AccessToken, error) {
				if fetched {
					return chat.AccessToken{}, down
				}
				fetched = true
				return chat.AccessToken{Token: "the-only", ExpiresOn: time.Now().Add(time.Hour)}, nil
			}, reply(401, "", "MS-CV", "abc.0"), reply(204, ""))
			err := client.DeleteThread(context.Background(), testThread)
			Expect(err).To(MatchError(And(ContainSubstring("MS-CV abc.0"), ContainSubstring("fetching another token failed"))))
			Expect(err).To(MatchError(chat.ErrUnauthorized))
			Expect(err).To(MatchError(down))
			_, ok := errors.AsType[*chat.Error](err)
			Expect(ok).To(BeTrue())
			Expect(client.DeleteThread(context.Background(), testThread)).To(Succeed())
		})
	})

	It("has its age in the error, since the service gives no reason", func() {
		bubble(func() {
			credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: tokenUntil(time.Now().Add(-time.Hour))})
			Expect(err).NotTo(HaveOccurred())
			client, err := chat.NewClient(testEndpoint, credential, options(answering(reply(401, ""))))
			Expect(err).NotTo(HaveOccurred())
			Expect(client.DeleteThread(context.Background(), testThread)).To(MatchError(ContainSubstring("the token expired 1h0m0s ago")))
		})
	})

	It("is said to be valid in the error if it should be", func(ctx SpecContext) {
		client, _ := clientOf(reply(401, ""))
		Expect(client.DeleteThread(ctx, testThread)).To(MatchError(And(
			ContainSubstring("left by the local clock"), ContainSubstring("belongs to another resource"))))
	})
})
