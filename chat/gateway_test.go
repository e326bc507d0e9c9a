package chat_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

// wrapped hides an http.Client, as a caller's own transport may.
type wrapped struct{ client *http.Client }

func (w wrapped) Do(req *http.Request) (*http.Response, error) { return w.client.Do(req) }

var _ = Describe("A gateway or a transport", func() {
	It("gets a message once, even with a header that makes net/http retry", func(ctx SpecContext) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(listener.Close)
		var posts atomic.Int32
		var key atomic.Value
		go func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				go func() {
					defer func() { _ = conn.Close() }()
					for reader := bufio.NewReader(conn); ; {
						req, err := http.ReadRequest(reader)
						if err != nil {
							return
						}
						_, _ = io.Copy(io.Discard, req.Body)
						if req.Method == http.MethodPost {
							posts.Add(1)
							key.Store(req.Header.Get("Idempotency-Key"))
							return // it took the message, and the connection breaks
						}
						_, _ = io.WriteString(conn, "HTTP/1.1 204 No Content\r\n\r\n")
					}
				}()
			}
		}()
		o := options(nil)
		o.Transport, o.InsecureAllowCredentialWithHTTP = &http.Client{Transport: &http.Transport{}}, true
		client, err := chat.NewClient("http://"+listener.Addr().String(), staticCredential(), o)
		Expect(err).NotTo(HaveOccurred())
		Expect(client.DeleteThread(ctx, testThread)).To(Succeed()) // the connection is one that is used again
		sending := policy.WithHTTPHeader(ctx, http.Header{"Idempotency-Key": {"mine"}})
		_, err = client.ThreadClient(testThread).SendMessage(sending, "x", nil)
		Expect(err).To(MatchError(chat.ErrOutcomeUnknown))
		Expect(posts.Load()).To(Equal(int32(1)))
		Expect(key.Load()).To(Equal("mine"))
	})

	It("is an error if it follows a redirect to another host", func(ctx SpecContext) {
		elsewhere := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
		DeferCleanup(elsewhere.Close)
		service := httptest.NewTLSServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
		DeferCleanup(service.Close)
		client, err := chat.NewClient(service.URL, staticCredential(), options(wrapped{service.Client()}))
		Expect(err).NotTo(HaveOccurred())
		Expect(client.DeleteThread(ctx, testThread)).To(MatchError(ContainSubstring("the transport follows redirects")))
	})

	It("may have a path like that of the service", func(ctx SpecContext) {
		wire := answering(
			reply(200, `{"value":[],"nextLink":"https://contoso/chat/threads?syncState=1&api-version=2025-03-15"}`), reply(200, `{"value":[]}`),
		)
		client, err := chat.NewClient("https://gateway/chat", staticCredential(), options(wire))
		Expect(err).NotTo(HaveOccurred())
		Expect(client.ListThreads(nil).Collect(ctx, 0)).To(BeEmpty())
		Expect(wire.Requests()[0].URL).To(HavePrefix("https://gateway/chat/chat/threads?"))
		Expect(wire.Requests()[1].URL).To(Equal("https://gateway/chat/chat/threads?syncState=1&api-version=2025-03-15"))
	})

	It("has the path of the endpoint", func() {
		_, err := chat.NewClient("https://gateway/v1/chat/threads/", staticCredential(), nil)
		Expect(err).To(MatchError(`chat: endpoint must not end in "/chat/threads", which the calls add: remove it`))
		for _, path := range []string{"/chat", "/threads", "/v1/mychat/threads", "/my-identities", "/identities/v1"} {
			Expect(chat.NewClient("https://gateway"+path, staticCredential(), nil)).Error().NotTo(HaveOccurred())
		}
	})

	It("may lose a response, and the error then explains a refusal", func(ctx SpecContext) {
		client, _ := clientOf(fail(io.ErrUnexpectedEOF), reply(403, ""))
		err := client.DeleteThread(ctx, testThread)
		Expect(err).To(MatchError(chat.ErrForbidden))
		Expect(err).To(MatchError(ContainSubstring("an earlier try, whose answer was lost, may have done it")))
		client, _ = clientOf(reply(403, ""))
		Expect(client.DeleteThread(ctx, testThread)).To(MatchError(Not(ContainSubstring("earlier try"))))
		thread, _ := threadOf(fail(io.ErrUnexpectedEOF), reply(403, ""))
		_, err = thread.GetProperties(ctx)
		Expect(err).To(MatchError(Not(ContainSubstring("earlier try"))))
	})

	DescribeTable("gets the User-Agent that the telemetry options determine",
		func(ctx SpecContext, telemetry policy.TelemetryOptions, agent OmegaMatcher) {
			wire := answering(reply(204, ""))
			o := options(wire)
			o.Telemetry = telemetry
			client, err := chat.NewClient(testEndpoint, staticCredential(), o)
			Expect(err).NotTo(HaveOccurred())
			Expect(client.DeleteThread(ctx, testThread)).To(Succeed())
			Expect(wire.Requests()[0].Header.Get("User-Agent")).To(agent)
		},
		Entry("with nothing", policy.TelemetryOptions{}, HavePrefix("acs-chat-go/")),
		Entry("with an application", policy.TelemetryOptions{ApplicationID: "shop"}, HavePrefix("shop acs-chat-go/")),
		Entry("with an odd one", policy.TelemetryOptions{ApplicationID: "a b\nc" + strings.Repeat("x", 100)},
			MatchRegexp("^a/b/cx{18,19} acs-chat-go/")),
		Entry("disabled", policy.TelemetryOptions{Disabled: true}, BeEmpty()),
	)
})
