package chat_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
)

// insistent are retry options with which azcore retries everything.
var insistent = policy.RetryOptions{
	MaxRetries: 5, RetryDelay: time.Microsecond, MaxRetryDelay: time.Minute,
	ShouldRetry: func(*http.Response, error) bool { return true },
}

// withStatusCodes requests a retry on every status.
func withStatusCodes() policy.RetryOptions {
	o := policy.RetryOptions{MaxRetries: 5, RetryDelay: time.Microsecond, MaxRetryDelay: time.Minute}
	for status := 200; status < 600; status++ {
		o.StatusCodes = append(o.StatusCodes, status)
	}
	return o
}

var _ = Describe("Sending a message", func() {
	delivered := sendMessage.Succeed()

	DescribeTable("it is sent again after", func(ctx SpecContext, first answer) {
		client, wire := clientOf(first, delivered)
		Expect(sendMessage.Call(ctx, client)).To(Succeed())
		requests := wire.Requests()
		Expect(requests).To(HaveLen(2))
		Expect(requests[1].Body).To(Equal(requests[0].Body))
	},
		Entry("a refused connection", fail(errRefused)),
		Entry("a 429", reply(429, "")),
		Entry("a 429 with a delay", reply(429, "", "retry-after-ms", "1")),
		Entry("a 503 with a delay", reply(503, "", "retry-after-ms", "1")),
	)

	It("it is sent again after a refused connection, even if a policy has a connection under the same context", func(ctx SpecContext) {
		var asked atomic.Int32
		gateway := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
		DeferCleanup(gateway.Close)
		o := options(nil)
		o.InsecureAllowCredentialWithHTTP = true
		o.PerRetryPolicies = []policy.Policy{policyFunc(func(req *policy.Request) (*http.Response, error) {
			askElsewhere(req.Raw().Context(), gateway.URL)
			return req.Next()
		})}
		client, err := chat.NewClient(closedEndpoint(), staticCredential(), o)
		Expect(err).NotTo(HaveOccurred())
		Expect(sendMessage.Call(ctx, client)).To(And(HaveOccurred(), Not(MatchError(chat.ErrOutcomeUnknown))))
		Expect(asked.Load()).To(BeEquivalentTo(4))
	})

	// These are sent once, whatever the options; unknown tells whether the outcome is unknown.
	once := []TableEntry{
		Entry("a lost reply", fail(errReset), true),
		Entry("a connection that ends before the response", fail(http.ErrHandlerTimeout), true),
		Entry("a truncated 201", cut(201, `{"id":"176`), true),
		Entry("a 201 that cannot be decoded", reply(201, "<html>"), true),
		Entry("a 201 without a body", reply(201, ""), true),
		Entry("a 200", reply(200, `{"id":"1"}`), true),
		Entry("a 204", reply(204, ""), true),
		Entry("a 408", reply(408, ""), true),
		Entry("a 500", reply(500, ""), true),
		Entry("a 502", reply(502, ""), true),
		Entry("a 503 without a delay", reply(503, ""), true),
		Entry("a 504", reply(504, ""), true),
		Entry("a 501", reply(501, ""), true),
		Entry("a redirect", reply(307, "", "Location", "https://elsewhere.example/"), true),
		Entry("a 400", reply(400, ""), false),
		Entry("a truncated 400", cut(400, `{"error":`), false),
		Entry("a 403", reply(403, ""), false),
		Entry("a 404", reply(404, ""), false),
		Entry("a 413", reply(413, ""), false),
	}
	outcome := func(unknown bool) types.GomegaMatcher {
		if unknown {
			return MatchError(chat.ErrOutcomeUnknown)
		}
		return And(HaveOccurred(), Not(MatchError(chat.ErrOutcomeUnknown)))
	}

	DescribeTable("it is not sent again after", api.OtherResponses(), func(ctx SpecContext, first answer, unknown bool) {
		client, wire := clientOf(first, delivered)
		Expect(sendMessage.Call(ctx, client)).To(outcome(unknown))
		Expect(wire.Requests()).To(HaveLen(1))
	}, once)

	for name, retry := range map[string]policy.RetryOptions{"ShouldRetry": insistent, "StatusCodes": withStatusCodes()} {
		DescribeTable("it is not sent again, with "+name+" for everything, after", api.OtherResponses(), func(ctx SpecContext, first answer, unknown bool) {
			client, wire := clientWith(retry, first, delivered)
			Expect(sendMessage.Call(ctx, client)).To(outcome(unknown))
			Expect(wire.Requests()).To(HaveLen(1))
		}, once)

		DescribeTable("it is not sent again, with "+name+" in the context, after", api.OtherResponses(), func(ctx SpecContext, first answer, unknown bool) {
			client, wire := clientOf(first, delivered)
			Expect(sendMessage.Call(policy.WithRetryOptions(ctx, retry), client)).To(outcome(unknown))
			Expect(wire.Requests()).To(HaveLen(1))
		}, once)

		It("it is not sent again, with "+name+" for everything, after success", func(ctx SpecContext) {
			client, wire := clientWith(retry, delivered)
			Expect(sendMessage.Call(ctx, client)).To(Succeed())
			Expect(wire.Requests()).To(HaveLen(1))
		})
	}

	It("no attempt exceeds those that the options allow", func(ctx SpecContext) {
		client, wire := clientWith(policy.RetryOptions{MaxRetries: -1}, reply(429, ""))
		Expect(sendMessage.Call(ctx, client)).To(And(MatchError(chat.ErrThrottled), Not(MatchError(chat.ErrOutcomeUnknown))))
		Expect(wire.Requests()).To(HaveLen(1))
	})

	It("the error contains the status and the cause of an unknown outcome", func(ctx SpecContext) {
		client, _ := clientOf(reply(500, `{"error":{"code":"InternalError","message":"Out of luck"}}`))
		err := sendMessage.Call(ctx, client)
		Expect(err).To(And(MatchError(chat.ErrOutcomeUnknown), MatchError(chat.ErrUnavailable)))
		failed, ok := errors.AsType[*chat.Error](err)
		Expect(ok).To(BeTrue())
		Expect(failed.Message).To(Equal("Out of luck"))

		client, _ = clientOf(fail(errReset))
		Expect(sendMessage.Call(ctx, client)).To(MatchError(errReset))
	})

	It("the outcome of the last attempt counts", func(ctx SpecContext) {
		client, _ := clientOf(reply(429, ""), fail(errReset))
		Expect(sendMessage.Call(ctx, client)).To(MatchError(chat.ErrOutcomeUnknown))

		client, _ = clientOf(reply(429, ""), reply(403, ""))
		Expect(sendMessage.Call(ctx, client)).To(And(MatchError(chat.ErrForbidden), Not(MatchError(chat.ErrOutcomeUnknown))))
	})

	Describe("when the context ends", func() {
		ended := MatchError(context.DeadlineExceeded)

		It("after the message went out, the outcome is unknown", func() {
			bubble(func() {
				client, wire := clientOf(hang)
				ctx, cancel := context.WithTimeout(context.Background(), time.Second)
				defer cancel()
				Expect(sendMessage.Call(ctx, client)).To(And(ended, MatchError(chat.ErrOutcomeUnknown)))
				Expect(wire.Requests()).To(HaveLen(1))
			})
		})

		It("as the response arrives, the response counts", func() {
			bubble(func() {
				ctx, cancel := context.WithCancel(context.Background())
				for status, matcher := range map[int]types.GomegaMatcher{
					201: Succeed(), 403: MatchError(chat.ErrForbidden), 500: MatchError(chat.ErrOutcomeUnknown),
				} {
					client, _ := clientOf(func(req *http.Request) (*http.Response, error) {
						cancel()
						return reply(status, sendMessage.Answer)(req)
					})
					Expect(sendMessage.Call(ctx, client)).To(matcher, fmt.Sprint(status))
					ctx, cancel = context.WithCancel(context.Background())
				}
				cancel()
			})
		})

		It("the timeout of an attempt makes the outcome unknown", func() {
			bubble(func() {
				client, wire := clientWith(policy.RetryOptions{TryTimeout: time.Second}, hang)
				Expect(sendMessage.Call(context.Background(), client)).To(And(ended, MatchError(chat.ErrOutcomeUnknown)))
				Expect(wire.Requests()).To(HaveLen(1))
			})
		})

		It("before the message went out, it was not sent", func(ctx SpecContext) {
			client, wire := clientOf(delivered)
			over, cancel := context.WithCancel(ctx)
			cancel()
			Expect(sendMessage.Call(over, client)).To(And(MatchError(context.Canceled), Not(MatchError(chat.ErrOutcomeUnknown))))
			Expect(wire.Requests()).To(BeEmpty())
		})

		It("during a delay, it was not sent", func() {
			bubble(func() {
				client, wire := clientWith(policy.RetryOptions{}, reply(429, "", "Retry-After", "30"))
				ctx, cancel := context.WithTimeout(context.Background(), time.Second)
				defer cancel()
				Expect(sendMessage.Call(ctx, client)).To(And(ended, Not(MatchError(chat.ErrOutcomeUnknown))))
				Expect(wire.Requests()).To(HaveLen(1))
			})
		})

		It("while waiting for a token, it was not sent", func() {
			bubble(func() {
				credential, err := chat.NewTokenCredential(func(ctx context.Context) (chat.AccessToken, error) {
					<-ctx.Done()
					return chat.AccessToken{}, ctx.Err()
				}, nil)
				Expect(err).NotTo(HaveOccurred())
				defer credential.Close()
				wire := answering(delivered)
				client, err := chat.NewClient(testEndpoint, credential, options(wire))
				Expect(err).NotTo(HaveOccurred())
				ctx, cancel := context.WithTimeout(context.Background(), time.Second)
				defer cancel()
				Expect(sendMessage.Call(ctx, client)).To(And(ended, Not(MatchError(chat.ErrOutcomeUnknown))))
				Expect(wire.Requests()).To(BeEmpty())
			})
		})
	})
})

// hang answers when the context ends, with its error.
func hang(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

// clientWith makes a client with retry options whose requests get the answers.
func clientWith(retry policy.RetryOptions, answers ...answer) (*chat.Client, *scripted) {
	wire := answering(answers...)
	o := options(wire)
	o.Retry = retry
	client, err := chat.NewClient(testEndpoint, staticCredential(), o)
	Expect(err).NotTo(HaveOccurred())
	return client, wire
}
