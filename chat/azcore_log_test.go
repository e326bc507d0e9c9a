package chat_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/log"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

// The listener is one for the whole process: these specs run alone.
var _ = Describe("azcore's log", Serial, func() {
	var requests, responses []string
	BeforeEach(func() {
		requests, responses = nil, nil
		log.SetListener(func(event log.Event, text string) {
			switch event {
			case log.EventRequest:
				requests = append(requests, text)
			case log.EventResponse:
				responses = append(responses, text)
			}
		})
		DeferCleanup(func() { log.SetListener(nil) })
	})

	// logged makes each call with its answers, and expects what went over the wire to be in the log.
	logged := func(ctx context.Context, answers func(operation) []answer, set func(*chat.ClientOptions)) {
		GinkgoHelper()
		for _, op := range operations {
			By(op.String())
			requests, responses = nil, nil
			var statuses []string
			wire := answering(answers(op)...)
			o := options(transportFunc(func(req *http.Request) (*http.Response, error) {
				resp, err := wire.Do(req)
				if err == nil {
					statuses = append(statuses, "RESPONSE Status: "+resp.Status+"\n")
				} else {
					statuses = append(statuses, err.Error())
				}
				return resp, err
			}))
			if set != nil {
				set(o)
			}
			refresh, _ := refresherOf(time.Hour)
			credential, err := chat.NewTokenCredential(refresh, nil)
			Expect(err).NotTo(HaveOccurred())
			client, err := chat.NewClient(testEndpoint, credential, o)
			Expect(err).NotTo(HaveOccurred())
			_ = op.Call(ctx, client)

			sent := wire.Requests()
			Expect(sent).NotTo(BeEmpty())
			Expect(requests).To(HaveLen(len(sent)))
			Expect(responses).To(HaveLen(len(sent)))
			for i := range sent {
				path, _, _ := strings.Cut(sent[i].URL, "?")
				Expect(requests[i]).To(ContainSubstring(fmt.Sprintf("   %s %s?", sent[i].Method, path)))
				Expect(responses[i]).To(And(ContainSubstring(path), ContainSubstring(statuses[i])))
			}
		}
	}

	DescribeTable("has every request and every response of every call after", func(ctx SpecContext, answers func(operation) []answer) {
		logged(ctx, answers, nil)
	},
		Entry("success", func(op operation) []answer { return []answer{op.Succeed()} }),
		Entry("a refusal", func(operation) []answer { return []answer{reply(403, `{"error":{"code":"Forbidden","message":"no"}}`)} }),
		Entry("a refused token", func(op operation) []answer { return []answer{reply(401, ""), op.Succeed()} }),
		Entry("tokens that are always refused", func(operation) []answer { return []answer{reply(401, "")} }),
		Entry("a retry", func(op operation) []answer { return []answer{reply(429, ""), op.Succeed()} }),
		Entry("all retries", func(operation) []answer { return []answer{reply(429, "")} }),
		Entry("a failure", func(op operation) []answer { return []answer{reply(500, ""), op.Succeed()} }),
		Entry("a refused connection", func(op operation) []answer { return []answer{fail(errRefused), op.Succeed()} }),
		Entry("a broken connection", func(op operation) []answer { return []answer{fail(errReset), op.Succeed()} }),
		Entry("a redirect", func(operation) []answer { return []answer{reply(307, "", "Location", "https://example.com/")} }),
		Entry("an answer that is not JSON", func(op operation) []answer { return []answer{reply(op.Status, "<html>")} }),
	)

	It("also has them with policies and options of azcore", func(ctx SpecContext) {
		pass := policyFunc(func(req *policy.Request) (*http.Response, error) { return req.Next() })
		for _, set := range []func(*chat.ClientOptions){
			func(o *chat.ClientOptions) { o.PerCallPolicies = []policy.Policy{pass} },
			func(o *chat.ClientOptions) { o.PerRetryPolicies = []policy.Policy{pass} },
			func(o *chat.ClientOptions) { o.Logging.IncludeBody = true },
			func(o *chat.ClientOptions) { o.Retry.TryTimeout = time.Minute },
		} {
			logged(ctx, func(op operation) []answer { return []answer{reply(429, ""), op.Succeed()} }, set)
		}
	})

	It("contains no token", func(ctx SpecContext) {
		client, wire := clientOf(reply(429, ""), sendMessage.Succeed())
		Expect(sendMessage.Call(ctx, client)).To(Succeed())
		token := strings.TrimPrefix(wire.Requests()[0].Header.Get("Authorization"), "Bearer ")
		Expect(token).NotTo(BeEmpty())
		Expect(append(requests, responses...)).To(And(HaveLen(4), HaveEach(Not(ContainSubstring(token)))))
	})
})
