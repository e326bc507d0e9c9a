package chat_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/explain"
)

// budgetOptions are the options of a client with a retry budget, and otherwise azcore's.
func budgetOptions(budget int, retry policy.RetryOptions, answers ...answer) (*chat.ClientOptions, *scripted) {
	wire := answering(answers...)
	return &chat.ClientOptions{RetryBudget: budget, ClientOptions: azcore.ClientOptions{Transport: wire, Retry: retry}}, wire
}

var _ = Describe("The retry budget", func() {
	budgetClient := func(budget int, retry policy.RetryOptions, answers ...answer) (*chat.Client, *scripted) {
		GinkgoHelper()
		o, wire := budgetOptions(budget, retry, answers...)
		client, err := chat.NewClient(testEndpoint, staticCredential(), o)
		Expect(err).NotTo(HaveOccurred())
		return client, wire
	}
	remove := func(client *chat.Client) error { return client.DeleteThread(context.Background(), testThread) }
	beEmpty := MatchError(ContainSubstring("the retry budget of the client is empty"))
	down, up := reply(503, "", "MS-CV", "cv"), reply(204, "")

	Context("of a service that always answers 503", func() {
		insist := policy.RetryOptions{ShouldRetry: func(*http.Response, error) bool { return true }}

		DescribeTable("bounds the requests of 1,000 calls", func(budget int, retry policy.RetryOptions, requests int) {
			bubble(func() {
				client, wire := budgetClient(budget, retry, down)
				for range 1000 {
					Expect(remove(client)).To(MatchError(chat.ErrUnavailable))
				}
				Expect(wire.Requests()).To(HaveLen(requests))
			})
		},
			Entry("by 100 retries", 0, policy.RetryOptions{}, 1100),
			Entry("by as many retries as the option allows", 50, policy.RetryOptions{}, 1010),
			Entry("by no more if the caller decides to retry", 0, insist, 1100),
			Entry("by no more if the caller lists the status", 0, policy.RetryOptions{StatusCodes: []int{503}}, 1100),
			Entry("by no more if many retries are allowed", 0, policy.RetryOptions{MaxRetries: 10}, 1100),
			Entry("by the retry options alone if it is negative", -1, policy.RetryOptions{}, 4000),
		)

		It("bounds them also if the context of each call has retry options", func() {
			bubble(func() {
				client, wire := budgetClient(0, policy.RetryOptions{}, down)
				for range 1000 {
					Expect(client.DeleteThread(policy.WithRetryOptions(context.Background(), insist), testThread)).NotTo(Succeed())
				}
				Expect(wire.Requests()).To(HaveLen(1100))
			})
		})

		It("bounds those of concurrent calls", func() {
			bubble(func() {
				client, wire := budgetClient(0, policy.RetryOptions{}, down)
				var calls sync.WaitGroup
				for range 1000 {
					calls.Go(func() { _ = remove(client) })
				}
				calls.Wait()
				Expect(wire.Requests()).To(HaveLen(1100))
			})
		})

		It("bounds those of messages", func() {
			bubble(func() {
				client, wire := budgetClient(0, policy.RetryOptions{}, reply(503, "", "Retry-After", "1"))
				for range 1000 {
					Expect(sendMessage.Call(context.Background(), client)).To(And(MatchError(chat.ErrUnavailable), Not(MatchError(chat.ErrOutcomeUnknown))))
				}
				Expect(wire.Requests()).To(HaveLen(1100))
			})
		})

		It("is shared by the users of a fleet", func() {
			bubble(func() {
				o, wire := budgetOptions(0, policy.RetryOptions{}, down)
				mint := func(context.Context, chat.CommunicationUser) (chat.AccessToken, error) {
					return chat.AccessToken{Token: "token", ExpiresOn: time.Now().Add(24 * time.Hour)}, nil
				}
				fleet, err := chat.NewFleet(testEndpoint, mint, &chat.FleetOptions{ClientOptions: *o})
				Expect(err).NotTo(HaveOccurred())
				for i := range 1000 {
					user := chat.CommunicationUser{ID: "8:acs:" + string(rune('a'+i%26))}
					Expect(remove(fleet.As(user))).To(MatchError(chat.ErrUnavailable))
				}
				Expect(wire.Requests()).To(HaveLen(1100))
			})
		})
	})

	DescribeTable("that is empty ends a call at once, with the last outcome",
		func(outcome answer, cause any, kind explain.Kind) {
			bubble(func() {
				client, wire := budgetClient(1, policy.RetryOptions{}, outcome)
				started := time.Now()
				err := remove(client)
				Expect(time.Since(started)).To(BeZero())
				Expect(wire.Requests()).To(HaveLen(1))
				Expect(err).To(And(beEmpty, MatchError(cause), MatchError(HavePrefix("chat: delete thread: "))))
				Expect(client.Explain(context.Background(), "", err).Causes[0].Kind).To(Equal(kind))
			})
		},
		Entry("that is a 503", down, chat.ErrUnavailable, explain.Unavailable),
		Entry("that is a 429 with a delay", reply(429, "", "Retry-After", "5", "MS-CV", "cv"), chat.ErrThrottled, explain.Throttled),
		Entry("that is a refused connection", fail(errRefused), errRefused, explain.Connection),
	)

	It("that is empty leaves the response in the error", func() {
		bubble(func() {
			client, _ := budgetClient(1, policy.RetryOptions{}, reply(503, `{"error":{"code":"Busy","message":"come back later"}}`, "Retry-After", "7"))
			failed, ok := errors.AsType[*chat.Error](remove(client))
			Expect(ok).To(BeTrue())
			Expect(failed.Code).To(Equal("Busy"))
			Expect(failed.Message).To(Equal("come back later"))
			Expect(failed.RetryAfter).To(Equal(7 * time.Second))
		})
	})

	DescribeTable("that is empty is not named in the error of a call that would not be retried", func(retry policy.RetryOptions, outcome answer) {
		bubble(func() {
			client, _ := budgetClient(1, retry, outcome)
			Expect(remove(client)).To(And(HaveOccurred(), Not(beEmpty)))
		})
	},
		Entry("because the outcome is final", policy.RetryOptions{}, reply(403, "")),
		Entry("because the status is not retried", policy.RetryOptions{StatusCodes: []int{500}}, down),
		Entry("because the caller decides so", policy.RetryOptions{ShouldRetry: func(*http.Response, error) bool { return false }}, down),
		Entry("because no retry is allowed", policy.RetryOptions{MaxRetries: -1}, down),
	)

	It("is not named if it suffices for all retries", func() {
		bubble(func() {
			client, wire := budgetClient(15, policy.RetryOptions{}, down)
			Expect(remove(client)).To(And(MatchError(chat.ErrUnavailable), Not(beEmpty)))
			Expect(wire.Requests()).To(HaveLen(4))
			Expect(remove(client)).To(beEmpty)
		})
	})

	It("pays twice as much for the retry after a timeout", func() {
		bubble(func() {
			client, wire := budgetClient(20, policy.RetryOptions{TryTimeout: time.Second, MaxRetries: 9}, hang)
			Expect(remove(client)).To(And(MatchError(context.DeadlineExceeded), beEmpty))
			Expect(wire.Requests()).To(HaveLen(3))
		})
	})

	It("gets back what a retry that succeeds has cost", func() {
		bubble(func() {
			answers := []answer{}
			for range 50 {
				answers = append(answers, down, up)
			}
			client, wire := budgetClient(5, policy.RetryOptions{}, answers...)
			for range 50 {
				Expect(remove(client)).To(Succeed())
			}
			Expect(wire.Requests()).To(HaveLen(100))
		})
	})

	It("does not get back what the other retries of the call have cost", func() {
		bubble(func() {
			client, _ := budgetClient(10, policy.RetryOptions{}, down, down, up, down, down)
			Expect(remove(client)).To(Succeed())
			Expect(remove(client)).To(beEmpty)
		})
	})

	It("earns a token with each call that the service answers", func() {
		bubble(func() {
			answers := []answer{down, down, up, up, reply(403, ""), reply(404, ""), down, down, up, down, up}
			client, _ := budgetClient(5, policy.RetryOptions{}, answers...)
			Expect(remove(client)).To(beEmpty)
			Expect(remove(client)).To(Succeed())
			Expect(remove(client)).To(Succeed())
			Expect(remove(client)).To(MatchError(chat.ErrForbidden))
			Expect(remove(client)).To(MatchError(chat.ErrNotFound))
			Expect(remove(client)).To(beEmpty, "4 tokens are too few")
			Expect(remove(client)).To(beEmpty)
			Expect(remove(client)).To(Succeed())
			Expect(remove(client)).To(Succeed(), "5 tokens are enough")
		})
	})

	It("gets back what was taken for a retry that was not made", func() {
		bubble(func() {
			client, wire := budgetClient(5, policy.RetryOptions{}, down, down, up)
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(time.Second/10, cancel)
			Expect(client.DeleteThread(ctx, testThread)).To(MatchError(context.Canceled))
			Expect(remove(client)).To(Succeed())
			Expect(wire.Requests()).To(HaveLen(3))
		})
	})
})
