package chat_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/explain"
	"github.com/acschat/acs-chat-go/chat/identity"
)

// patientClient is a client with azcore's delays between retries, for specs in a bubble.
func patientClient(credential *chat.TokenCredential, retry policy.RetryOptions, answers ...answer) (*chat.Client, *scripted) {
	GinkgoHelper()
	wire := answering(answers...)
	client, err := chat.NewClient(testEndpoint, credential, &chat.ClientOptions{ClientOptions: azcore.ClientOptions{Transport: wire, Retry: retry}})
	Expect(err).NotTo(HaveOccurred())
	return client, wire
}

var _ = Describe("A deadline", func() {
	// within calls op with a deadline of two seconds, and returns how long it took, and its error.
	within := func(op operation, client *chat.Client) (took time.Duration, err error) {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		started := time.Now()
		err = op.Call(ctx, client)
		return time.Since(started), err
	}
	statusOf := func(err error) int {
		if refusal, ok := errors.AsType[*chat.Error](err); ok {
			return refusal.StatusCode
		}
		return 0
	}

	for _, op := range operations {
		It("does not hide the outcome of the last attempt of "+op.String(), func() {
			bubble(func() {
				client, wire := patientClient(staticCredential(), policy.RetryOptions{}, reply(429, `{"error":{"code":"429"}}`))
				took, err := within(op, client)
				Expect(err).To(MatchError(context.DeadlineExceeded))
				Expect(err).To(MatchError(chat.ErrThrottled))
				Expect(statusOf(err)).To(Equal(429))
				Expect(errors.Is(err, chat.ErrOutcomeUnknown)).To(BeFalse())
				Expect(err).To(MatchError(HavePrefix("chat: " + op.Action + ": 429 Too Many Requests")))
				Expect(took).To(BeNumerically("<", 2*time.Second), "a wait that cannot end in time is not started")
				Expect(wire.Requests()).To(HaveLen(2))
			})
		})
	}

	DescribeTable("that ends in an attempt does not hide the outcome of the one before", func(first answer, outcome error, text string) {
		bubble(func() {
			client, _ := patientClient(staticCredential(), policy.RetryOptions{}, first, hang)
			took, err := within(operationOf("ThreadClient.GetMessage"), client)
			Expect(took).To(Equal(2 * time.Second))
			Expect(err).To(MatchError(context.DeadlineExceeded))
			Expect(err).To(MatchError(outcome))
			Expect(err).To(MatchError(ContainSubstring(text)))
			Expect(err.Error()).NotTo(ContainSubstring("\n"))
		})
	},
		Entry("a 503", reply(503, ""), chat.ErrUnavailable, "503 Service Unavailable"),
		Entry("a closed port", fail(errRefused), errRefused, "connection refused"),
		Entry("a lost connection", fail(errReset), errReset, "connection reset"),
	)

	DescribeTable("does not hide a proxy that refuses", func(ctx SpecContext, listening bool, text string) {
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
		}))
		DeferCleanup(proxy.Close)
		if !listening {
			proxy.Close()
		}
		address, err := url.Parse(proxy.URL)
		Expect(err).NotTo(HaveOccurred())
		for _, op := range operations {
			By(op.String())
			client := clientAt(testEndpoint, &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(address)}})
			limited, cancel := context.WithTimeout(policy.WithRetryOptions(ctx, policy.RetryOptions{RetryDelay: time.Minute, MaxRetryDelay: time.Minute}), time.Second)
			err := op.Call(limited, client)
			cancel()
			Expect(err).To(MatchError(context.DeadlineExceeded))
			Expect(err).To(MatchError(ContainSubstring(text)))
			Expect(errors.Is(err, chat.ErrOutcomeUnknown)).To(BeFalse())
			Expect(client.Explain(ctx, testThread, err).Causes[0].Kind).To(Equal(explain.Proxy))
		}
	},
		Entry("the connection", false, "proxyconnect"),
		Entry("the tunnel, for now", true, "Service Unavailable"),
	)

	It("does not let a 429 stand for a message that may have been sent since", func() {
		bubble(func() {
			client, _ := patientClient(staticCredential(), policy.RetryOptions{}, reply(429, "", "Retry-After", "1"), func(req *http.Request) (*http.Response, error) {
				<-req.Context().Done()
				return nil, errReset
			})
			_, err := within(sendMessage, client)
			Expect(err).To(MatchError(chat.ErrOutcomeUnknown))
			Expect(err).To(MatchError(context.DeadlineExceeded))
			Expect(err).NotTo(MatchError(chat.ErrThrottled))
		})
	})

	It("that ends in the wait for a retry does not hide the outcome", func() {
		bubble(func() {
			client, _ := patientClient(staticCredential(), policy.RetryOptions{}, reply(503, "", "Retry-After", "1"))
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(time.Second/2, cancel)
			err := operationOf("ThreadClient.GetMessage").Call(ctx, client)
			Expect(err).To(MatchError(context.Canceled))
			Expect(err).To(MatchError(chat.ErrUnavailable))
		})
	})

	DescribeTable("ends a call before a wait that exceeds it",
		func(header string, retry policy.RetryOptions, requests int) {
			bubble(func() {
				client, wire := patientClient(staticCredential(), retry, reply(503, "", "Retry-After", header))
				took, err := within(operationOf("ThreadClient.GetMessage"), client)
				Expect(err).To(MatchError(context.DeadlineExceeded))
				Expect(err).To(MatchError(chat.ErrUnavailable))
				Expect(took).To(BeNumerically("<", 2*time.Second))
				Expect(wire.Requests()).To(HaveLen(requests))
			})
		},
		Entry("that the service asks for", "3", policy.RetryOptions{}, 1),
		Entry("after one that does not", "1", policy.RetryOptions{}, 2),
		Entry("of the retry options", "", policy.RetryOptions{RetryDelay: 3 * time.Second}, 1),
		Entry("of the caller's own decision", "", policy.RetryOptions{RetryDelay: 3 * time.Second, ShouldRetry: func(*http.Response, error) bool { return true }}, 1),
	)

	DescribeTable("that plays no part is not mentioned",
		func(retry policy.RetryOptions, answers ...answer) {
			bubble(func() {
				client, _ := patientClient(staticCredential(), retry, answers...)
				_, err := within(operationOf("ThreadClient.GetMessage"), client)
				Expect(err).To(HaveOccurred())
				Expect(err).NotTo(MatchError(context.DeadlineExceeded))
			})
		},
		Entry("after a refusal", policy.RetryOptions{RetryDelay: time.Hour}, reply(403, "")),
		Entry("after the last attempt", policy.RetryOptions{RetryDelay: time.Hour, MaxRetries: -1}, reply(503, "")),
		Entry("after a delay that is longer than any wait", policy.RetryOptions{}, reply(503, "", "Retry-After", "61")),
		Entry("after a status that is not retried", policy.RetryOptions{RetryDelay: time.Hour, StatusCodes: []int{500}}, reply(503, "")),
		Entry("after an outcome that the caller does not retry",
			policy.RetryOptions{RetryDelay: time.Hour, ShouldRetry: func(*http.Response, error) bool { return false }}, reply(503, "")),
		Entry("after an error that is not retried", policy.RetryOptions{RetryDelay: time.Hour}, fail(&net.DNSError{Err: "no such host", Name: "x", IsNotFound: true})),
	)

	It("is compared with the retry options of the call", func() {
		bubble(func() {
			client, wire := patientClient(staticCredential(), policy.RetryOptions{}, reply(503, ""))
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
			defer cancel()
			ctx = policy.WithRetryOptions(ctx, policy.RetryOptions{RetryDelay: 3 * time.Second})
			_, err := client.ThreadClient(testThread).GetMessage(ctx, testMessage)
			Expect(err).To(MatchError(context.DeadlineExceeded))
			Expect(err).To(MatchError(chat.ErrUnavailable))
			Expect(wire.Requests()).To(HaveLen(1))
		})
	})

	Context("in the wait for a token", func() {
		// minted is a client whose tokens come from the identity API, which gives the answers.
		minted := func(answers ...answer) *chat.Client {
			GinkgoHelper()
			identities, err := identity.NewClientWithAccessKey(testEndpoint, "MDEyMzQ1Njc4OWFiY2RlZg==",
				&identity.ClientOptions{ClientOptions: azcore.ClientOptions{Transport: answering(answers...)}})
			Expect(err).NotTo(HaveOccurred())
			credential, err := identities.Credential(testUser, []identity.Scope{identity.ScopeChat}, nil)
			Expect(err).NotTo(HaveOccurred())
			client, _ := patientClient(credential, policy.RetryOptions{}, reply(200, "{}"))
			return client
		}

		DescribeTable("does not hide why none came", func(answered answer, cause error, kind explain.Kind) {
			bubble(func() {
				client := minted(answered)
				took, err := within(operationOf("ThreadClient.GetMessage"), client)
				Expect(took).To(Equal(2 * time.Second))
				Expect(err).To(MatchError(context.DeadlineExceeded))
				Expect(err).To(MatchError(cause))
				Expect(err).To(MatchError(HavePrefix("chat: get message: refresh token: identity: get token: ")))
				explained := client.Explain(context.Background(), "", err)
				Expect(explained.Causes[0].Kind).To(Equal(kind))
				time.Sleep(time.Minute) // the refresh ends
			})
		},
			Entry("from a service that throttles", reply(429, ""), chat.ErrThrottled, explain.Throttled),
			Entry("from a service that is down", reply(503, ""), chat.ErrUnavailable, explain.Unavailable),
			Entry("from a closed port", fail(errRefused), errRefused, explain.Connection),
		)

		It("does not hide the 401 that made it necessary", func() {
			bubble(func() {
				credential := credentialOf((&issuer{answer: hangs}).refresh, &chat.TokenCredentialOptions{InitialToken: opaque("initial", time.Hour)})
				client, _ := patientClient(credential, policy.RetryOptions{}, reply(401, ""))
				_, err := within(operationOf("ThreadClient.GetMessage"), client)
				Expect(err).To(MatchError(context.DeadlineExceeded))
				Expect(err).To(MatchError(chat.ErrUnauthorized))
				time.Sleep(time.Minute)
			})
		})

		It("of the refresh itself does not hide why it failed", func() {
			bubble(func() {
				client := minted(reply(503, "", "Retry-After", "29"))
				started := time.Now()
				err := operationOf("ThreadClient.GetMessage").Call(context.Background(), client)
				Expect(err).To(MatchError(chat.ErrUnavailable))
				Expect(err).To(MatchError(context.DeadlineExceeded))
				Expect(time.Since(started)).To(BeNumerically("<", 30*time.Second))
			})
		})
	})

	DescribeTable("is explained by the last outcome", func(answered answer, kind explain.Kind) {
		bubble(func() {
			client, _ := patientClient(staticCredential(), policy.RetryOptions{}, answered)
			_, err := within(operationOf("ThreadClient.GetMessage"), client)
			causes := client.Explain(context.Background(), "", err).Causes
			Expect(causes).To(HaveLen(2))
			Expect(causes[0].Kind).To(Equal(kind))
			Expect(causes[1].Kind).To(Equal(explain.Timeout))
			for _, cause := range causes {
				Expect(cause.What).NotTo(ContainSubstring("no answer"))
			}
		})
	},
		Entry("a 429", reply(429, "", "MS-CV", "cv"), explain.Throttled),
		Entry("a 503", reply(503, "", "MS-CV", "cv"), explain.Unavailable),
		Entry("a closed port", fail(errRefused), explain.Connection),
	)
})
