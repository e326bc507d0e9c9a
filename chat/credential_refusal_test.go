package chat_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("TokenCredential when the service refuses its token", func() {
	// guarded returns the client of a thread whose service accepts the tokens for which accept is true.
	guarded := func(credential *chat.TokenCredential, accept func(token string) bool) (*chat.ThreadClient, *scripted) {
		GinkgoHelper()
		wire := answering(func(req *http.Request) (*http.Response, error) {
			if accept(strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")) {
				return reply(http.StatusNoContent, "")(req)
			}
			return reply(http.StatusUnauthorized, "")(req)
		})
		client, err := chat.NewThreadClient(testEndpoint, testThread, credential, options(wire))
		Expect(err).NotTo(HaveOccurred())
		return client, wire
	}
	call := func(client *chat.ThreadClient) error { return client.UpdateTopic(context.Background(), "topic") }

	It("drops that token and fetches another, although it looks valid", func() {
		bubble(func() {
			source := &issuer{answer: mints(time.Hour)}
			credential := credentialOf(source.refresh, &chat.TokenCredentialOptions{InitialToken: opaque("revoked", time.Hour)})
			client, wire := guarded(credential, func(token string) bool { return token != "revoked" })
			for range 3 {
				Expect(call(client)).To(Succeed())
			}
			Expect(wire.Requests()).To(HaveLen(4))
			Expect(source.calls()).To(Equal(1))
			Expect(ask(credential)).To(Equal("token-1"))
		})
	})

	It("drops no other: a late refusal keeps the new token", func() {
		bubble(func() {
			source := &issuer{answer: delayed(time.Second, mints(time.Hour))}
			credential := credentialOf(source.refresh, &chat.TokenCredentialOptions{InitialToken: opaque("revoked", time.Hour)})
			var late atomic.Int64
			client, _ := guarded(credential, func(token string) bool {
				if token != "revoked" {
					return true
				}
				time.Sleep(time.Duration(late.Add(1)) * 100 * time.Millisecond)
				return false
			})
			failures := make([]error, 100)
			var calls sync.WaitGroup
			for i := range failures {
				calls.Go(func() { failures[i] = call(client) })
			}
			calls.Wait()
			Expect(failures).To(HaveEach(BeNil()))
			Expect(source.calls()).To(Equal(1))
			Expect(ask(credential)).To(Equal("token-1"))
		})
	})

	DescribeTable("fetches ten and then one a second, not one per call, until a token is accepted",
		func(answer issuing) {
			bubble(func() {
				source := &issuer{answer: answer}
				initial, _ := answer(context.Background(), 0)
				credential := credentialOf(source.refresh, &chat.TokenCredentialOptions{InitialToken: initial})
				client, wire := guarded(credential, func(token string) bool { return token == "good" })
				for range 600 {
					Expect(call(client)).To(MatchError(chat.ErrUnauthorized))
					time.Sleep(100 * time.Millisecond)
				}
				Expect(source.calls()).To(Equal(10 + 60))
				Expect(len(wire.Requests())).To(BeNumerically("<=", 600+70), "no second try with a token that was refused")

				source.becomes(gives(opaque("good", time.Hour)))
				time.Sleep(time.Second)
				Expect(call(client)).To(Succeed())
				Expect(source.calls()).To(Equal(71))
			})
		},
		Entry("with new tokens", mints(time.Hour)),
		Entry("with the same token again", gives(chat.AccessToken{Token: "same", ExpiresOn: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)})),
	)
})
