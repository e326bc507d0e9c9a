package chat_test

import (
	"context"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/explain"
)

var _ = Describe("A token callback that calls a client that waits for it", func() {
	const reason = "refresh token: the callback calls a client that waits for the callback: use a client with another credential"

	// own makes a client whose callback calls it.
	own := func(answers ...answer) (client *chat.Client, wire *scripted) {
		GinkgoHelper()
		credential := credentialOf(func(ctx context.Context) (chat.AccessToken, error) {
			return chat.AccessToken{}, client.DeleteThread(ctx, testThread)
		}, nil)
		client, wire = patientClient(credential, policy.RetryOptions{}, answers...)
		return client, wire
	}

	It("fails at once, and says so", func() {
		bubble(func() {
			client, wire := own()
			started := time.Now()
			err := client.DeleteThread(context.Background(), testThread)
			Expect(time.Since(started)).To(BeZero())
			Expect(err).To(MatchError(HaveSuffix(reason)))
			Expect(wire.Requests()).To(BeEmpty())
			cause := client.Explain(context.Background(), testThread, err).Causes[0]
			Expect(cause.Kind).To(Equal(explain.TokenFetch))
			Expect(cause.Evidence).To(HaveSuffix(reason))
		})
	})

	It("fails at once after a 401 too", func() {
		bubble(func() {
			var client *chat.Client
			calls := &issuer{}
			calls.becomes(func(ctx context.Context, call int) (chat.AccessToken, error) {
				if call == 1 {
					return mints(time.Hour)(ctx, call)
				}
				return chat.AccessToken{}, client.DeleteThread(ctx, testThread)
			})
			client, _ = patientClient(credentialOf(calls.refresh, nil), policy.RetryOptions{}, reply(401, ""))
			started := time.Now()
			err := client.DeleteThread(context.Background(), testThread)
			Expect(time.Since(started)).To(BeZero())
			Expect(err).To(MatchError(chat.ErrUnauthorized))
			Expect(err).To(MatchError(HaveSuffix(reason)))
		})
	})

	It("through the callback of another client fails at once too", func() {
		bubble(func() {
			var first, second *chat.Client
			calling := func(client **chat.Client) *chat.TokenCredential {
				return credentialOf(func(ctx context.Context) (chat.AccessToken, error) {
					return chat.AccessToken{}, (*client).DeleteThread(ctx, testThread)
				}, nil)
			}
			first, _ = patientClient(calling(&second), policy.RetryOptions{})
			second, _ = patientClient(calling(&first), policy.RetryOptions{})
			started := time.Now()
			Expect(first.DeleteThread(context.Background(), testThread)).To(MatchError(HaveSuffix(reason)))
			Expect(time.Since(started)).To(BeZero())
		})
	})

	It("in a fleet fails for the same user, and may act as another", func() {
		bubble(func() {
			var fleet *chat.Fleet
			ana, bo := chat.CommunicationUser{ID: "8:acs:ana"}, chat.CommunicationUser{ID: "8:acs:bo"}
			admin := ana
			mint := func(ctx context.Context, user chat.CommunicationUser) (chat.AccessToken, error) {
				if user == bo {
					return mints(time.Hour)(ctx, 1)
				}
				if err := fleet.As(admin).DeleteThread(ctx, testThread); err != nil {
					return chat.AccessToken{}, err
				}
				return mints(time.Hour)(ctx, 2)
			}
			fleet, err := chat.NewFleet(testEndpoint, mint, &chat.FleetOptions{ClientOptions: *options(answering(reply(204, "")))})
			Expect(err).NotTo(HaveOccurred())
			started := time.Now()
			Expect(fleet.As(ana).DeleteThread(context.Background(), testThread)).To(MatchError(HaveSuffix(reason)))
			Expect(time.Since(started)).To(BeZero())
			time.Sleep(time.Minute)
			admin = bo
			Expect(fleet.As(ana).DeleteThread(context.Background(), testThread)).To(Succeed())
		})
	})

	It("may call it while the current token is valid", func() {
		bubble(func() {
			var client *chat.Client
			calls := &issuer{}
			calls.becomes(func(ctx context.Context, call int) (chat.AccessToken, error) {
				if call > 1 {
					if err := client.DeleteThread(ctx, testThread); err != nil {
						return chat.AccessToken{}, err
					}
				}
				return mints(time.Hour)(ctx, call)
			})
			client, _ = patientClient(credentialOf(calls.refresh, nil), policy.RetryOptions{}, reply(204, ""))
			Expect(client.DeleteThread(context.Background(), testThread)).To(Succeed())
			time.Sleep(59 * time.Minute)
			Expect(client.DeleteThread(context.Background(), testThread)).To(Succeed())
			time.Sleep(2 * time.Minute)
			Expect(client.DeleteThread(context.Background(), testThread)).To(Succeed())
			Expect(calls.calls()).To(Equal(2))
		})
	})
})
