package chat_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

var (
	errReset   = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	errRefused = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
)

// cut answers with a body that breaks off.
func cut(status int, body string) answer {
	return func(req *http.Request) (*http.Response, error) {
		resp, err := reply(status, body)(req)
		resp.ContentLength += 10
		resp.Body = io.NopCloser(io.MultiReader(resp.Body, errReader{}))
		return resp, err
	}
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

var retriedStatuses = []int{408, 429, 500, 502, 503, 504}

var _ = Describe("Retries", func() {
	for _, op := range repeatable() {
		Describe("of "+op.String(), func() {
			for _, status := range retriedStatuses {
				It("follow a "+strconv.Itoa(status), func(ctx SpecContext) {
					client, wire := clientOf(reply(status, ""), op.Succeed())
					Expect(op.Call(ctx, client)).To(Succeed())
					requests := wire.Requests()
					Expect(requests).To(HaveLen(2))
					Expect(requests[1].Body).To(Equal(requests[0].Body))
					Expect(requests[1].Header).To(Equal(requests[0].Header))
				})
			}

			DescribeTable("follow a connection that", func(ctx SpecContext, failure answer) {
				client, wire := clientOf(failure, op.Succeed())
				Expect(op.Call(ctx, client)).To(Succeed())
				Expect(wire.Requests()).To(HaveLen(2))
			},
				Entry("cannot be established", fail(errRefused)),
				Entry("breaks before the response", fail(errReset)),
				Entry("ends before the response", fail(io.EOF)),
				Entry("breaks during the response", cut(op.Status, op.Answer)),
			)

			DescribeTable("don't follow a", func(ctx SpecContext, status int) {
				client, wire := clientOf(reply(status, ""))
				failed, ok := errors.AsType[*chat.Error](op.Call(ctx, client))
				Expect(ok).To(BeTrue())
				Expect(failed.StatusCode).To(Equal(status))
				Expect(wire.Requests()).To(HaveLen(1))
			},
				Entry("400", 400), Entry("403", 403), Entry("404", 404), Entry("409", 409), Entry("413", 413), Entry("501", 501),
			)

			It("end, and the last response is the error", func(ctx SpecContext) {
				client, wire := clientOf(reply(503, ""))
				Expect(op.Call(ctx, client)).To(MatchError(chat.ErrUnavailable))
				Expect(wire.Requests()).To(HaveLen(4))
			})
		})
	}

	Describe("their number", func() {
		It("is that of the options", func(ctx SpecContext) {
			client, wire := clientWith(policy.RetryOptions{MaxRetries: 1, RetryDelay: time.Microsecond}, reply(500, ""))
			Expect(client.DeleteThread(ctx, testThread)).To(MatchError(chat.ErrUnavailable))
			Expect(wire.Requests()).To(HaveLen(2))
		})

		It("is that of the context if it has options", func(ctx SpecContext) {
			client, wire := clientOf(reply(500, ""))
			noRetry := policy.WithRetryOptions(ctx, policy.RetryOptions{MaxRetries: -1})
			Expect(client.DeleteThread(noRetry, testThread)).To(MatchError(chat.ErrUnavailable))
			Expect(wire.Requests()).To(HaveLen(1))
		})
	})

	Describe("the delay that the service requests", func() {
		DescribeTable("is used", func(name, value string, delay time.Duration) {
			bubble(func() {
				client, wire := clientWith(policy.RetryOptions{}, reply(429, "", name, value), reply(204, ""))
				Expect(client.DeleteThread(context.Background(), testThread)).To(Succeed())
				requests := wire.Requests()
				Expect(requests[1].At.Sub(requests[0].At)).To(Equal(delay))
			})
		},
			Entry("in seconds", "Retry-After", "7", 7*time.Second),
			Entry("as a date", "Retry-After", "Thu, 01 Jan 2026 00:00:09 GMT", 9*time.Second),
			Entry("in milliseconds", "retry-after-ms", "250", 250*time.Millisecond),
			Entry("in milliseconds of another header", "x-ms-retry-after-ms", "350", 350*time.Millisecond),
		)

		It("ends the call if it exceeds the option", func() {
			bubble(func() {
				client, wire := clientWith(policy.RetryOptions{}, reply(429, "", "Retry-After", "3600"))
				err := client.DeleteThread(context.Background(), testThread)
				Expect(err).To(MatchError(chat.ErrThrottled))
				failed, _ := errors.AsType[*chat.Error](err)
				Expect(failed.RetryAfter).To(Equal(time.Hour))
				Expect(wire.Requests()).To(HaveLen(1))
			})
		})
	})

	It("wait longer each time if the service requests no delay", func() {
		bubble(func() {
			client, wire := clientWith(policy.RetryOptions{}, reply(500, ""))
			Expect(client.DeleteThread(context.Background(), testThread)).NotTo(Succeed())
			at := func(i int) time.Time { return wire.Requests()[i].At }
			Expect(at(1).Sub(at(0))).To(BeNumerically("~", 800*time.Millisecond, 300*time.Millisecond))
			Expect(at(3).Sub(at(2))).To(BeNumerically(">", at(2).Sub(at(1))))
		})
	})

	It("follow an attempt that exceeds its timeout", func() {
		bubble(func() {
			client, wire := clientWith(policy.RetryOptions{TryTimeout: time.Second, RetryDelay: time.Microsecond}, hang, operationOf("ThreadClient.GetMessage").Succeed())
			message, err := client.ThreadClient(testThread).GetMessage(context.Background(), testMessage)
			Expect(err).NotTo(HaveOccurred())
			Expect(message.ID).To(Equal(testMessage))
			requests := wire.Requests()
			Expect(requests[1].At.Sub(requests[0].At)).To(BeNumerically("~", time.Second, time.Millisecond))
		})
	})

	It("send the request id of the first attempt again", func(ctx SpecContext) {
		client, wire := clientOf(reply(500, ""), reply(204, ""))
		Expect(client.DeleteThread(ctx, testThread)).To(Succeed())
		requests := wire.Requests()
		Expect(requests[1].Header.Get("x-ms-client-request-id")).To(Equal(requests[0].Header.Get("x-ms-client-request-id")))
	})

	It("end with the error of a context that ends during a delay", func() {
		bubble(func() {
			client, wire := clientWith(policy.RetryOptions{}, reply(503, "", "Retry-After", "30"))
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(time.Second, cancel)
			started := time.Now()
			Expect(client.DeleteThread(ctx, testThread)).To(MatchError(context.Canceled))
			Expect(time.Since(started)).To(Equal(time.Second))
			Expect(wire.Requests()).To(HaveLen(1))
		})
	})
})
