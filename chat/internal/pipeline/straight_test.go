package pipeline_test

import (
	"context"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

var _ = Describe("azcore's policies", func() {
	type key struct{}

	DescribeTable("are asked when a context holds what", func(ctx context.Context) {
		Expect(pipeline.AsksForMore(ctx)).To(BeTrue())
		inside, cancel := context.WithCancel(context.WithValue(ctx, key{}, "x"))
		defer cancel()
		Expect(pipeline.AsksForMore(inside)).To(BeTrue())
	},
		Entry("WithHTTPHeader puts there", policy.WithHTTPHeader(context.Background(), http.Header{"X": {"y"}})),
		Entry("WithRetryOptions puts there", policy.WithRetryOptions(context.Background(), policy.RetryOptions{})),
		Entry("WithCaptureResponse puts there", policy.WithCaptureResponse(context.Background(), new(*http.Response))),
	)

	It("are not asked about what is not azcore's", func() {
		Expect(pipeline.AsksForMore(context.WithValue(context.Background(), key{}, "x"))).To(BeFalse())
	})

	It("are not asked without options of theirs", func() {
		Expect(pipeline.AsksNothing(&azcore.ClientOptions{Retry: policy.RetryOptions{MaxRetries: 9, RetryDelay: 1}})).To(BeTrue())
	})

	DescribeTable("are asked about", func(o azcore.ClientOptions) {
		Expect(pipeline.AsksNothing(&o)).To(BeFalse())
	},
		Entry("a policy for each call", azcore.ClientOptions{PerCallPolicies: make([]policy.Policy, 1)}),
		Entry("a policy for each attempt", azcore.ClientOptions{PerRetryPolicies: make([]policy.Policy, 1)}),
		Entry("a time for each attempt", azcore.ClientOptions{Retry: policy.RetryOptions{TryTimeout: 1}}),
		Entry("statuses of the caller's", azcore.ClientOptions{Retry: policy.RetryOptions{StatusCodes: []int{200}}}),
		Entry("a judge of the caller's", azcore.ClientOptions{
			Retry: policy.RetryOptions{ShouldRetry: func(*http.Response, error) bool { return true }},
		}),
		Entry("a log of bodies", azcore.ClientOptions{Logging: policy.LogOptions{IncludeBody: true}}),
		Entry("a log of headers", azcore.ClientOptions{Logging: policy.LogOptions{AllowedHeaders: []string{"X"}}}),
		Entry("a log of parameters", azcore.ClientOptions{Logging: policy.LogOptions{AllowedQueryParams: []string{"x"}}}),
	)

	It("are asked about a log that the environment wants", func() {
		GinkgoT().Setenv("AZURE_SDK_GO_LOGGING", "all")
		Expect(pipeline.AsksNothing(&azcore.ClientOptions{})).To(BeFalse())
	})
})
