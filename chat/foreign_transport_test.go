package chat_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

// transportFunc is a transport other than that of net/http.
type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) Do(req *http.Request) (*http.Response, error)        { return f(req) }
func (f transportFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// closeCounter is a body that counts how often it is closed.
type closeCounter struct {
	io.Reader
	closed *atomic.Int32
}

func (c closeCounter) Close() error {
	c.closed.Add(1)
	return nil
}

// closedEndpoint returns an endpoint with a closed port.
func closedEndpoint() string {
	server := httptest.NewServer(nil)
	defer server.Close()
	return server.URL
}

// askElsewhere makes a request of its own under a context.
func askElsewhere(ctx context.Context, address string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	Expect(err).NotTo(HaveOccurred())
	if resp, err := http.DefaultClient.Do(req); err == nil {
		Expect(resp.Body.Close()).To(Succeed())
	}
}

var _ = Describe("A transport of the caller's", func() {
	clientOver := func(transport policy.Transporter, change func(*chat.ClientOptions)) *chat.Client {
		GinkgoHelper()
		o := options(transport)
		if change != nil {
			change(o)
		}
		client, err := chat.NewClient(testEndpoint, staticCredential(), o)
		Expect(err).NotTo(HaveOccurred())
		return client
	}

	It("may change its request, and the next attempt has an unchanged one", func(ctx SpecContext) {
		for _, op := range operations {
			By(op.String())
			wire := answering(reply(429, ""), op.Succeed())
			client := clientOver(transportFunc(func(req *http.Request) (*http.Response, error) {
				Expect(req.URL.Scheme).To(Equal("https"))
				Expect(req.Header).NotTo(HaveKey("X-Hop"))
				resp, err := wire.Do(req)
				req.URL.Scheme, req.URL.Host, req.Host = "http", "gateway", "gateway"
				req.Header.Set("X-Hop", "1")
				req.Body, req.GetBody = http.NoBody, nil
				resp.Request = nil
				return resp, err
			}), nil)
			Expect(op.Call(ctx, client)).To(Succeed())
			requests := wire.Requests()
			Expect(requests).To(HaveLen(2))
			Expect(requests[1].Body).To(Equal(requests[0].Body))
			Expect(requests[1].Body).To(Equal(op.Body))
		}
	})

	It("has every response closed, even if the context ends as it arrives", func() {
		for _, status := range []int{200, 202, 401, 403, 404, 429, 500, 503} {
			for _, op := range operations {
				By(op.String())
				ctx, cancel := context.WithCancel(context.Background())
				var opened, closed atomic.Int32
				client := clientOver(transportFunc(func(req *http.Request) (*http.Response, error) {
					cancel()
					opened.Add(1)
					body := closeCounter{strings.NewReader(`{}`), &closed}
					return &http.Response{StatusCode: status, Header: http.Header{}, ContentLength: -1, Body: body, Request: req}, nil
				}), nil)
				_ = op.Call(ctx, client)
				Expect(closed.Load()).To(Equal(opened.Load()), "%d", status)
			}
		}
	})

	lost := func(delivered *int) transportFunc {
		return func(*http.Request) (*http.Response, error) {
			*delivered++
			return nil, errReset
		}
	}

	It("sends a message once, although another connection of its own failed", func(ctx SpecContext) {
		delivered, address := 0, closedEndpoint()
		client := clientOver(transportFunc(func(req *http.Request) (*http.Response, error) {
			askElsewhere(req.Context(), address)
			return lost(&delivered)(req)
		}), nil)
		Expect(sendMessage.Call(ctx, client)).To(MatchError(chat.ErrOutcomeUnknown))
		Expect(delivered).To(Equal(1))
	})

	It("sends a message once, although a connection of a policy failed", func(ctx SpecContext) {
		delivered, address := 0, closedEndpoint()
		client := clientOver(lost(&delivered), func(o *chat.ClientOptions) {
			o.PerRetryPolicies = []policy.Policy{policyFunc(func(req *policy.Request) (*http.Response, error) {
				askElsewhere(req.Raw().Context(), address)
				return req.Next()
			})}
		})
		Expect(sendMessage.Call(ctx, client)).To(MatchError(chat.ErrOutcomeUnknown))
		Expect(delivered).To(Equal(1))
	})
})

var _ = Describe("A log that is sent under the context of its records", func() {
	It("does not make the outcome of an unsent message unknown", func(ctx SpecContext) {
		var shipped atomic.Int32
		collector := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { shipped.Add(1) }))
		DeferCleanup(collector.Close)
		o := options(nil)
		o.InsecureAllowCredentialWithHTTP = true
		o.Logger = slog.New(shippingHandler{slog.NewTextHandler(new(bytes.Buffer), nil), collector.URL})
		client, err := chat.NewClient(closedEndpoint(), staticCredential(), o)
		Expect(err).NotTo(HaveOccurred())
		Expect(sendMessage.Call(ctx, client)).To(And(HaveOccurred(), Not(MatchError(chat.ErrOutcomeUnknown))))
		Expect(shipped.Load()).To(BeEquivalentTo(4))
	})
})

// shippingHandler sends each record somewhere.
type shippingHandler struct {
	slog.Handler
	to string
}

func (h shippingHandler) Handle(ctx context.Context, _ slog.Record) error {
	askElsewhere(ctx, h.to)
	return nil
}
