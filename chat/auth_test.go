package chat_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

// tokensIn are what requests carried in their Authorization header.
func tokensIn(requests []request) []string {
	var tokens []string
	for _, r := range requests {
		tokens = append(tokens, r.Header.Get("Authorization"))
	}
	return tokens
}

// accepting answers a request with the success of the operation if it has one of the good tokens, and rejects it otherwise.
func accepting(op operation, good ...string) answer {
	return func(req *http.Request) (*http.Response, error) {
		for _, token := range good {
			if req.Header.Get("Authorization") == "Bearer "+token {
				return op.Succeed()(req)
			}
		}
		return reply(401, "")(req)
	}
}

// renewedClient returns a client whose credential returns token-1, token-2 and so on, each for an hour.
func renewedClient(answers ...answer) (client *chat.Client, wire *scripted, refreshes func() int) {
	refresh, refreshes := refresherOf(time.Hour)
	client, wire = clientRefreshedBy(refresh, answers...)
	return client, wire, refreshes
}

func clientRefreshedBy(refresh func(context.Context) (chat.AccessToken, error), answers ...answer) (*chat.Client, *scripted) {
	credential, err := chat.NewTokenCredential(refresh, nil)
	Expect(err).NotTo(HaveOccurred())
	wire := answering(answers...)
	client, err := chat.NewClient(testEndpoint, credential, options(wire))
	Expect(err).NotTo(HaveOccurred())
	return client, wire
}

var _ = Describe("Authentication", func() {
	It("requests a token from the credential for every attempt", func() {
		bubble(func() {
			refresh, _ := refresherOf(time.Second)
			client, wire := clientRefreshedBy(refresh, func(req *http.Request) (*http.Response, error) {
				time.Sleep(time.Second) // the token ends on the way
				return reply(503, "")(req)
			}, reply(204, ""))
			Expect(client.DeleteThread(context.Background(), testThread)).To(Succeed())
			Expect(tokensIn(wire.Requests())).To(Equal([]string{"Bearer token-1", "Bearer token-2"}))
		})
	})

	Context("when the service answers 401", func() {
		for _, op := range operations {
			It(op.String()+" is tried once more with another token, and the same body", func(ctx SpecContext) {
				client, wire, refreshes := renewedClient(accepting(op, "token-2"))
				Expect(op.Call(ctx, client)).To(Succeed())
				requests := wire.Requests()
				Expect(tokensIn(requests)).To(Equal([]string{"Bearer token-1", "Bearer token-2"}))
				Expect(requests[1].Body).To(Equal(requests[0].Body))
				Expect(requests[1].Body).To(Equal(op.Body))
				Expect(refreshes()).To(Equal(2))
			})
		}

		It("a second 401 is the error", func(ctx SpecContext) {
			client, wire, _ := renewedClient(reply(401, ""))
			err := client.DeleteThread(ctx, testThread)
			failed, ok := errors.AsType[*chat.Error](err)
			Expect(ok).To(BeTrue())
			Expect(failed.StatusCode).To(Equal(401))
			Expect(err).To(MatchError(chat.ErrUnauthorized))
			Expect(wire.Requests()).To(HaveLen(2))
		})

		It("a call is repeated once with a new token, however many retries it has", func(ctx SpecContext) {
			client, wire, refreshes := renewedClient(reply(401, ""), reply(503, ""), reply(401, ""), reply(204, ""))
			Expect(client.DeleteThread(ctx, testThread)).To(MatchError(chat.ErrUnauthorized))
			Expect(wire.Requests()).To(HaveLen(3))
			Expect(refreshes()).To(Equal(2))
		})

		It("retries continue after the repetition", func(ctx SpecContext) {
			client, wire, _ := renewedClient(reply(401, ""), reply(503, ""), reply(204, ""))
			Expect(client.DeleteThread(ctx, testThread)).To(Succeed())
			Expect(tokensIn(wire.Requests())).To(Equal([]string{"Bearer token-1", "Bearer token-2", "Bearer token-2"}))
		})

		It("a static token is not sent again", func(ctx SpecContext) {
			client, wire := clientOf(reply(401, ""))
			Expect(client.DeleteThread(ctx, testThread)).To(MatchError(chat.ErrUnauthorized))
			Expect(wire.Requests()).To(HaveLen(1))
		})

		It("the same token is not sent again after a refresh", func(ctx SpecContext) {
			client, wire := clientRefreshedBy(func(context.Context) (chat.AccessToken, error) {
				return chat.AccessToken{Token: "the-same", ExpiresOn: time.Now().Add(time.Hour)}, nil
			}, reply(401, ""))
			Expect(client.DeleteThread(ctx, testThread)).To(MatchError(chat.ErrUnauthorized))
			Expect(wire.Requests()).To(HaveLen(1))
		})

		It("a refresh that fails is the cause of the error", func(ctx SpecContext) {
			down := errors.New("the token service is down")
			first := true
			client, wire := clientRefreshedBy(func(context.Context) (chat.AccessToken, error) {
				if !first {
					return chat.AccessToken{}, down
				}
				first = false
				return chat.AccessToken{Token: "token-1", ExpiresOn: time.Now().Add(time.Hour)}, nil
			}, reply(401, ""))
			Expect(client.DeleteThread(ctx, testThread)).To(And(MatchError(chat.ErrUnauthorized), MatchError(down)))
			Expect(wire.Requests()).To(HaveLen(1))
		})

		It("a message whose response is lost on the repetition has an unknown outcome", func(ctx SpecContext) {
			client, wire, _ := renewedClient(reply(401, ""), fail(errReset))
			Expect(sendMessage.Call(ctx, client)).To(MatchError(chat.ErrOutcomeUnknown))
			Expect(wire.Requests()).To(HaveLen(2))
		})

		It("a message rejected for its token was not sent", func(ctx SpecContext) {
			client, wire, _ := renewedClient(reply(401, ""))
			Expect(sendMessage.Call(ctx, client)).To(And(MatchError(chat.ErrUnauthorized), Not(MatchError(chat.ErrOutcomeUnknown))))
			Expect(wire.Requests()).To(HaveLen(2))
		})

		It("a 403 does not replace the token", func(ctx SpecContext) {
			client, wire, refreshes := renewedClient(reply(403, ""))
			Expect(client.DeleteThread(ctx, testThread)).To(MatchError(chat.ErrForbidden))
			Expect(wire.Requests()).To(HaveLen(1))
			Expect(refreshes()).To(Equal(1))
		})
	})

	Context("when the service refuses every token", func() {
		It("a burst of calls causes at most ten more refreshes, and not one per call", func() {
			bubble(func() {
				client, wire, refreshes := renewedClient(reply(401, ""))
				var calls sync.WaitGroup
				for range 200 {
					calls.Go(func() {
						defer GinkgoRecover()
						Expect(client.DeleteThread(context.Background(), testThread)).To(MatchError(chat.ErrUnauthorized))
					})
				}
				calls.Wait()
				Expect(refreshes()).To(BeNumerically("<=", 1+10))
				Expect(len(wire.Requests())).To(BeNumerically("<=", 2*200))
			})
		})

		It("steady calls cause at most ten refreshes, and then one a second", func() {
			bubble(func() {
				client, _, refreshes := renewedClient(reply(401, ""))
				for range 100 {
					Expect(client.DeleteThread(context.Background(), testThread)).NotTo(Succeed())
					time.Sleep(100 * time.Millisecond)
				}
				Expect(refreshes()).To(BeNumerically("<=", 1+10+10))
			})
		})

		It("steady calls succeed again when a token is accepted", func() {
			bubble(func() {
				client, _, _ := renewedClient(accepting(operationOf("Client.DeleteThread"), "token-4", "token-5"))
				started := time.Now()
				for client.DeleteThread(context.Background(), testThread) != nil {
					Expect(time.Since(started)).To(BeNumerically("<", 5*time.Second))
					time.Sleep(100 * time.Millisecond)
				}
			})
		})
	})

	It("does not retry if the credential fails", func(ctx SpecContext) {
		down := errors.New("the token service is down")
		calls := 0
		client, wire := clientRefreshedBy(func(context.Context) (chat.AccessToken, error) {
			calls++
			return chat.AccessToken{}, down
		}, reply(204, ""))
		Expect(client.DeleteThread(ctx, testThread)).To(MatchError(down))
		Expect(calls).To(Equal(1))
		Expect(wire.Requests()).To(BeEmpty())
	})

	It("fails with ErrClosed once the credential is closed", func(ctx SpecContext) {
		credential := staticCredential()
		wire := answering(reply(204, ""))
		client, err := chat.NewClient(testEndpoint, credential, options(wire))
		Expect(err).NotTo(HaveOccurred())
		Expect(credential.Close()).To(Succeed())
		Expect(client.DeleteThread(ctx, testThread)).To(MatchError(chat.ErrClosed))
		Expect(wire.Requests()).To(BeEmpty())
	})

	It("sends a token over plain http only if the option allows it", func(ctx SpecContext) {
		wire := answering(reply(204, ""))
		o := options(wire)
		_, err := chat.NewClient("http://localhost:8080", staticCredential(), o)
		Expect(err).To(MatchError(ContainSubstring("https")))

		o.InsecureAllowCredentialWithHTTP = true
		client, err := chat.NewClient("http://localhost:8080", staticCredential(), o)
		Expect(err).NotTo(HaveOccurred())
		Expect(client.DeleteThread(ctx, testThread)).To(Succeed())
		Expect(wire.Requests()[0].Header).To(HaveKey("Authorization"))
	})

	It("releases a caller that waits for another's refresh when its own context ends", func() {
		bubble(func() {
			client, wire := clientRefreshedBy(func(context.Context) (chat.AccessToken, error) {
				time.Sleep(10 * time.Second)
				return chat.AccessToken{Token: "slow", ExpiresOn: time.Now().Add(time.Hour)}, nil
			}, reply(204, ""))
			var first sync.WaitGroup
			first.Go(func() {
				defer GinkgoRecover()
				Expect(client.DeleteThread(context.Background(), testThread)).To(Succeed())
			})
			time.Sleep(time.Second)

			ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
			defer cancel()
			started := time.Now()
			Expect(client.DeleteThread(ctx, testThread)).To(MatchError(context.DeadlineExceeded))
			Expect(time.Since(started)).To(Equal(100 * time.Millisecond))
			first.Wait()
			Expect(wire.Requests()).To(HaveLen(1))
		})
	})
})
