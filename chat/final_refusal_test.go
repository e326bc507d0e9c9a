package chat_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("A proxy that requires authentication", func() {
	It("is asked once", func(ctx SpecContext) {
		var asked atomic.Int32
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			w.WriteHeader(http.StatusProxyAuthRequired)
		}))
		DeferCleanup(proxy.Close)
		address, err := url.Parse(proxy.URL)
		Expect(err).NotTo(HaveOccurred())
		for _, op := range operations {
			By(op.String())
			asked.Store(0)
			client := clientAt(testEndpoint, &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(address)}})
			Expect(op.Call(ctx, client)).To(MatchError(ContainSubstring("Proxy Authentication Required")))
			Expect(asked.Load()).To(BeEquivalentTo(1))
		}
	})
})

var _ = Describe("A requested delay that is too long", func() {
	DescribeTable("ends the call at once, and does not overflow into none", func(name, value string) {
		bubble(func() {
			for _, op := range operations {
				client, wire := clientWith(policy.RetryOptions{}, reply(429, "", name, value), op.Succeed())
				start := time.Now()
				Expect(op.Call(context.Background(), client)).To(MatchError(ContainSubstring("429")))
				Expect(time.Since(start)).To(BeZero())
				Expect(wire.Requests()).To(HaveLen(1), op.String())
			}
		})
	},
		Entry("in seconds, just beyond what a Duration can hold", "Retry-After", "9223372037"),
		Entry("in seconds, beyond an int64", "Retry-After", "92233720368547758070"),
		Entry("in seconds, that wrap around to a short delay", "Retry-After", "18446744074"),
		Entry("in milliseconds", "retry-after-ms", "9223372036855"),
		Entry("in milliseconds of another name", "x-ms-retry-after-ms", "18446744073710"),
		Entry("as a date", "Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"),
	)
})
