package chat_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("A policy that passes a message on again", func() {
	again := policyFunc(func(req *policy.Request) (*http.Response, error) {
		resp, err := req.Next()
		if err == nil {
			_, _ = io.ReadAll(resp.Body)
			_ = resp.Body.Close()
		}
		if err := req.RewindBody(); err != nil {
			return nil, err
		}
		return req.Next()
	})
	places := map[string]func(*chat.ClientOptions){
		"for each call": func(o *chat.ClientOptions) { o.PerCallPolicies = []policy.Policy{again} },
		"for each try":  func(o *chat.ClientOptions) { o.PerRetryPolicies = []policy.Policy{again} },
	}
	clientWithPolicy := func(place func(*chat.ClientOptions), answers ...answer) (*chat.Client, *scripted) {
		GinkgoHelper()
		wire := answering(answers...)
		o := options(wire)
		place(o)
		client, err := chat.NewClient(testEndpoint, staticCredential(), o)
		Expect(err).NotTo(HaveOccurred())
		return client, wire
	}

	for name, place := range places {
		It("gets the success of the first time, "+name, func(ctx SpecContext) {
			client, wire := clientWithPolicy(place, sendMessage.Succeed(), reply(500, ""))
			Expect(sendMessage.Call(ctx, client)).To(Succeed())
			Expect(wire.Requests()).To(HaveLen(1))
		})

		DescribeTable("does not send it again after, "+name, func(ctx SpecContext, first answer) {
			client, wire := clientWithPolicy(place, first, sendMessage.Succeed())
			Expect(sendMessage.Call(ctx, client)).To(MatchError(chat.ErrOutcomeUnknown))
			Expect(wire.Requests()).To(HaveLen(1))
		},
			Entry("a lost response", fail(errReset)),
			Entry("a 500", reply(500, "")),
			Entry("a 408", reply(408, "")),
			Entry("a redirect", reply(307, "", "Location", "https://elsewhere.example/")),
			Entry("a response that is cut short", cut(201, `{"id":`)),
		)

		DescribeTable("may send it again after, "+name, func(ctx SpecContext, first answer) {
			client, wire := clientWithPolicy(place, first, sendMessage.Succeed())
			Expect(sendMessage.Call(ctx, client)).To(Succeed())
			Expect(wire.Requests()).To(HaveLen(2))
		},
			Entry("a refused connection", fail(errRefused)),
			Entry("a 429", reply(429, "")),
		)
	}
})

// stubborn is a transport that sends a request once more after an error and after a 500.
type stubborn struct{ *http.Transport }

func (s stubborn) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := s.Transport.RoundTrip(req)
	if err == nil && resp.StatusCode < 500 {
		return resp, nil
	}
	if err == nil {
		_ = resp.Body.Close()
	}
	req.Body, _ = req.GetBody()
	return s.Transport.RoundTrip(req)
}

var _ = Describe("A transport that retries on its own", func() {
	serve := func(secure bool, first http.HandlerFunc) (*chat.Client, *atomic.Int32) {
		GinkgoHelper()
		delivered := new(atomic.Int32)
		handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.ReadAll(r.Body)
			if delivered.Add(1) == 1 {
				first(w, r)
				return
			}
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, sendMessage.Answer)
		})
		server := httptest.NewUnstartedServer(handler)
		if secure {
			server.EnableHTTP2 = true
			server.StartTLS()
		} else {
			server.Start()
		}
		DeferCleanup(server.Close)
		transport, ok := server.Client().Transport.(*http.Transport)
		Expect(ok).To(BeTrue())
		return clientAt(server.URL, &http.Client{Transport: stubborn{transport}}), delivered
	}
	unavailable := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }
	hangUp := func(w http.ResponseWriter, _ *http.Request) {
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = conn.Close()
		}
	}

	DescribeTable("leaves the outcome of a message unknown", func(ctx SpecContext, secure bool, first http.HandlerFunc) {
		client, delivered := serve(secure, first)
		err := sendMessage.Call(ctx, client)
		Expect(err).To(MatchError(chat.ErrOutcomeUnknown))
		Expect(err).To(MatchError(ContainSubstring("must not retry")))
		Expect(delivered.Load()).To(BeEquivalentTo(2), "the transport's doing")
	},
		Entry("after an error response over HTTP/1", false, unavailable),
		Entry("after an error response over HTTP/2", true, unavailable),
		Entry("after a lost response over HTTP/1", false, hangUp),
	)

	It("does not disturb other operations", func(ctx SpecContext) {
		client, delivered := serve(false, unavailable)
		Expect(client.CreateThread(ctx, "Release 4.2", nil)).Error().To(HaveOccurred()) // the answer is that to a message
		Expect(delivered.Load()).To(BeEquivalentTo(2))
	})

	It("does not disturb a message that is sent once", func(ctx SpecContext) {
		client, delivered := serve(true, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, sendMessage.Answer)
		})
		for range 3 {
			Expect(sendMessage.Call(ctx, client)).To(Succeed())
		}
		Expect(delivered.Load()).To(BeEquivalentTo(3))
	})
})
