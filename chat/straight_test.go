package chat_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"regexp"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/log"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

// course is all that can be seen of a call from both ends of the wire, without the ids made for it.
type course struct {
	Requests []string
	Minted   int
	Err      string
}

var freshID = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// courseOf makes a call of a client that has some policies, and whose requests get the answers.
func courseOf(ctx context.Context, op operation, policies []policy.Policy, answers ...answer) course {
	GinkgoHelper()
	wire := answering(answers...)
	refresh, minted := refresherOf(time.Hour)
	credential, err := chat.NewTokenCredential(refresh, nil)
	Expect(err).NotTo(HaveOccurred())
	o := options(wire)
	o.PerRetryPolicies = policies
	client, err := chat.NewClient(testEndpoint, credential, o)
	Expect(err).NotTo(HaveOccurred())

	err = op.Call(ctx, client)
	taken := course{Minted: minted(), Err: freshID.ReplaceAllLiteralString(fmt.Sprint(err), "id")}
	for _, r := range wire.Requests() {
		var headers strings.Builder
		Expect(r.Header.Write(&headers)).To(Succeed()) // sorted
		seen := fmt.Sprintln(r.Method, r.URL) + headers.String() + r.Body
		taken.Requests = append(taken.Requests, freshID.ReplaceAllLiteralString(seen, "id"))
	}
	return taken
}

var _ = Describe("A call of which azcore's policies have nothing to expect", func() {
	pass := policyFunc(func(req *policy.Request) (*http.Response, error) { return req.Next() })

	DescribeTable("takes the course of one that goes through them, when its first attempt meets",
		func(ctx SpecContext, answers func(operation) []answer) {
			for _, op := range operations {
				By(op.String())
				straight := courseOf(ctx, op, nil, answers(op)...)
				Expect(straight.Requests).NotTo(BeEmpty())
				Expect(straight).To(Equal(courseOf(ctx, op, []policy.Policy{pass}, answers(op)...)))
			}
		},
		Entry("success", func(op operation) []answer { return []answer{op.Succeed()} }),
		Entry("a refused token", func(op operation) []answer { return []answer{reply(401, ""), op.Succeed()} }),
		Entry("nothing but refused tokens", func(operation) []answer { return []answer{reply(401, "")} }),
		Entry("a refused token, and the second one a limit", func(op operation) []answer {
			return []answer{reply(401, ""), reply(429, ""), reply(401, ""), op.Succeed()}
		}),
		Entry("a limit", func(op operation) []answer { return []answer{reply(429, ""), op.Succeed()} }),
		Entry("a delay", func(op operation) []answer {
			return []answer{reply(503, "", "retry-after-ms", "1"), op.Succeed()}
		}),
		Entry("a delay that is too long", func(operation) []answer { return []answer{reply(503, "", "Retry-After", "3600")} }),
		Entry("a failure", func(op operation) []answer { return []answer{reply(500, "{"), op.Succeed()} }),
		Entry("nothing but failures", func(operation) []answer { return []answer{reply(502, "<html>")} }),
		Entry("another success", func(operation) []answer { return []answer{reply(299, "{}")} }),
		Entry("a redirect", func(operation) []answer { return []answer{reply(307, "", "Location", "https://example.com/")} }),
		Entry("a refusal", func(operation) []answer {
			return []answer{reply(403, `{"error":{"code":"Forbidden","message":"no"}}`)}
		}),
		Entry("no connection", func(op operation) []answer { return []answer{fail(errRefused), op.Succeed()} }),
		Entry("a broken connection", func(op operation) []answer { return []answer{fail(errReset), op.Succeed()} }),
		Entry("nothing but broken connections", func(operation) []answer { return []answer{fail(io.EOF)} }),
		Entry("half an answer", func(op operation) []answer { return []answer{cut(op.Status, op.Answer), op.Succeed()} }),
		Entry("an answer that can't be read", func(op operation) []answer { return []answer{reply(op.Status, "<html>")} }),
	)

	Describe("in azcore's log", Serial, func() {
		var logged []string
		BeforeEach(func() {
			logged = nil
			log.SetEvents(log.EventRequest)
			log.SetListener(func(_ log.Event, text string) { logged = append(logged, text) })
			DeferCleanup(func() {
				log.SetListener(nil)
				log.SetEvents()
			})
		})

		It("leaves out the first attempt, and only that", func(ctx SpecContext) {
			client, _ := clientOf(reply(500, ""), reply(500, ""), reply(204, ""))
			logged = nil // of looking for the keys
			Expect(client.DeleteThread(ctx, testThread)).To(Succeed())
			Expect(logged).To(HaveLen(2))
		})

		DescribeTable("is whole with", func(ctx SpecContext, set func(*chat.ClientOptions)) {
			o := options(answering(reply(500, ""), reply(204, "")))
			set(o)
			client, err := chat.NewClient(testEndpoint, staticCredential(), o)
			Expect(err).NotTo(HaveOccurred())
			Expect(client.DeleteThread(ctx, testThread)).To(Succeed())
			Expect(logged).To(HaveLen(2))
			Expect(logged).To(HaveEach(ContainSubstring(testEndpoint)))
		},
			Entry("a policy", func(o *chat.ClientOptions) { o.PerRetryPolicies = []policy.Policy{pass} }),
			Entry("an option of the log", func(o *chat.ClientOptions) { o.Logging.AllowedHeaders = []string{"MS-CV"} }),
			Entry("a timeout for a try", func(o *chat.ClientOptions) { o.Retry.TryTimeout = time.Minute }),
		)

		It("is whole where the context asks for azcore's part", func(ctx SpecContext) {
			client, _ := clientOf(reply(204, ""))
			logged = nil
			Expect(client.DeleteThread(policy.WithHTTPHeader(ctx, http.Header{"X-Trace": {"1"}}), testThread)).To(Succeed())
			Expect(logged).To(HaveLen(1))
		})
	})

	It("leaves it to a jar to put its cookies on each request once", func(ctx SpecContext) {
		var cookies []string
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			cookies = append(cookies, r.Header.Get("Cookie"))
			http.SetCookie(w, &http.Cookie{Name: "affinity", Value: "a"})
			w.WriteHeader(http.StatusInternalServerError)
		}))
		DeferCleanup(server.Close)
		jar, err := cookiejar.New(nil)
		Expect(err).NotTo(HaveOccurred())
		o := options(&http.Client{Jar: jar})
		o.InsecureAllowCredentialWithHTTP = true
		client, err := chat.NewClient(server.URL, staticCredential(), o)
		Expect(err).NotTo(HaveOccurred())
		Expect(client.DeleteThread(ctx, testThread)).To(MatchError(chat.ErrUnavailable))
		Expect(client.DeleteThread(ctx, testThread)).To(MatchError(chat.ErrUnavailable))
		Expect(cookies).To(Equal([]string{"", "affinity=a", "affinity=a", "affinity=a", "affinity=a", "affinity=a", "affinity=a", "affinity=a"}))
	})

	It("fails with its context where that has ended and the answer can't be read", func() {
		for _, op := range operations {
			if op.Answer == "" {
				continue
			}
			By(op.String())
			ctx, cancel := context.WithCancel(context.Background())
			client, _ := clientOf(func(req *http.Request) (*http.Response, error) {
				cancel()
				return reply(op.Status, "")(req)
			})
			err := op.Call(ctx, client)
			Expect(err).To(MatchError(context.Canceled))
			Expect(errors.Is(err, chat.ErrOutcomeUnknown)).To(Equal(op.Name == sendMessage.Name))
		}
	})

	It("succeeds though its context has ended since", func() {
		ctx, cancel := context.WithCancel(context.Background())
		for _, op := range operations {
			By(op.String())
			client, _ := clientOf(func(req *http.Request) (*http.Response, error) {
				cancel()
				return op.Succeed()(req)
			})
			Expect(op.Call(ctx, client)).To(Succeed())
			ctx, cancel = context.WithCancel(context.Background())
		}
		cancel()
	})
})
