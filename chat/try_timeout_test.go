package chat_test

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("The limit of an attempt", func() {
	once := func(limit time.Duration) policy.RetryOptions {
		return policy.RetryOptions{MaxRetries: -1, TryTimeout: limit}
	}
	// failure is the error of op, which a service that never answers makes fail after a time.
	failure := func(ctx context.Context, op operation, client *chat.Client, after time.Duration) error {
		GinkgoHelper()
		started := time.Now()
		err := op.Call(ctx, client)
		Expect(err).To(MatchError(context.DeadlineExceeded))
		Expect(time.Since(started)).To(Equal(after))
		return err
	}

	It("is a minute unless the options set another", func() {
		for _, op := range operations {
			By(op.String())
			bubble(func() {
				client, _ := clientWith(once(0), hang)
				err := failure(context.Background(), op, client, time.Minute)
				Expect(err).To(MatchError(ContainSubstring("no answer within 1m0s")))
				client, _ = clientWith(once(time.Second), hang)
				Expect(failure(context.Background(), op, client, time.Second)).To(MatchError(ContainSubstring("no answer within")))
			})
		}
	})

	It("can be set for one call", func() {
		bubble(func() {
			client, _ := clientWith(policy.RetryOptions{}, hang)
			ctx := policy.WithRetryOptions(context.Background(), once(2*time.Second))
			Expect(failure(ctx, operationOf("ThreadClient.GetMessage"), client, 2*time.Second)).To(MatchError(ContainSubstring("no answer within")))
			Expect(failure(policy.WithRetryOptions(context.Background(), once(0)), operationOf("ThreadClient.GetMessage"), client, time.Minute)).To(MatchError(ContainSubstring("no answer within")))
		})
	})

	It("ends each attempt at its own time, whatever others are in progress", func() {
		bubble(func() {
			client, _ := clientWith(once(0), hang)
			get := operationOf("ThreadClient.GetMessage")
			ended := map[time.Duration]time.Duration{} // by the start of the attempt
			var mu sync.Mutex
			var group sync.WaitGroup
			for start, limit := range map[time.Duration]time.Duration{0: 0, 10 * time.Second: 0, 20 * time.Second: 5 * time.Second, time.Hour: 0} {
				group.Go(func() {
					defer GinkgoRecover()
					time.Sleep(start)
					began := time.Now()
					err := get.Call(policy.WithRetryOptions(context.Background(), once(limit)), client)
					mu.Lock()
					defer mu.Unlock()
					Expect(err).NotTo(MatchError(context.Canceled), "the caller has not canceled")
					ended[start] = time.Since(began)
				})
			}
			group.Wait()
			Expect(ended).To(Equal(map[time.Duration]time.Duration{
				0: time.Minute, 10 * time.Second: time.Minute, 20 * time.Second: 5 * time.Second, time.Hour: time.Minute,
			}))
		})
	})

	It("does not exist if it is negative", func() {
		bubble(func() {
			client, _ := clientWith(once(-1), func(req *http.Request) (*http.Response, error) {
				time.Sleep(time.Hour)
				return operationOf("ThreadClient.GetMessage").Succeed()(req)
			})
			Expect(operationOf("ThreadClient.GetMessage").Call(context.Background(), client)).To(Succeed())
		})
	})

	It("leaves the outcome of a message unknown", func() {
		bubble(func() {
			client, wire := clientWith(policy.RetryOptions{}, hang)
			Expect(failure(context.Background(), sendMessage, client, time.Minute)).To(MatchError(chat.ErrOutcomeUnknown))
			Expect(wire.Requests()).To(HaveLen(1))
		})
	})

	It("covers the body of the response", func() {
		bubble(func() {
			client, _ := clientWith(once(0), func(req *http.Request) (*http.Response, error) {
				resp, err := reply(200, `{"id":"1"`)(req)
				resp.ContentLength = -1
				resp.Body = io.NopCloser(io.MultiReader(resp.Body, untilEnd{req.Context()}))
				return resp, err
			})
			Expect(failure(context.Background(), operationOf("ThreadClient.GetMessage"), client, time.Minute)).To(MatchError(ContainSubstring("no answer within")))
		})
	})

	It("does not cover the wait for a token, which has a limit of its own", func() {
		bubble(func() {
			source := &issuer{answer: func(ctx context.Context, call int) (chat.AccessToken, error) {
				time.Sleep(20 * time.Second)
				return mints(time.Hour)(ctx, call)
			}}
			client, _ := patientClient(credentialOf(source.refresh, nil), once(time.Second), operationOf("ThreadClient.GetMessage").Succeed())
			Expect(operationOf("ThreadClient.GetMessage").Call(context.Background(), client)).To(Succeed())
		})
	})
})

// untilEnd is a body that ends with its context.
type untilEnd struct{ context.Context }

func (b untilEnd) Read([]byte) (int, error) {
	<-b.Done()
	return 0, b.Err()
}
