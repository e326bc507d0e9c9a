package identity_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
)

// rewrite changes a request: the signature must cover what is sent.
type rewrite struct{ method, url, body string }

func (r rewrite) Do(req *policy.Request) (*http.Response, error) {
	raw := req.Raw()
	raw.Method = r.method
	raw.Host = ""
	var err error
	if raw.URL, err = url.Parse(r.url); err != nil {
		return nil, err
	}
	if err := req.SetBody(streaming.NopCloser(strings.NewReader(r.body)), ""); err != nil {
		return nil, err
	}
	return req.Next()
}

type policyFunc func(*policy.Request) (*http.Response, error)

func (f policyFunc) Do(req *policy.Request) (*http.Response, error) { return f(req) }

const emptyHash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

var _ = Describe("A signature with an access key", func() {
	DescribeTable("equals the published one", api.OtherRequests(), func(key, date, method, target, body, hash, signature string) {
		moment, err := time.Parse(http.TimeFormat, date)
		Expect(err).NotTo(HaveOccurred())
		bubble(moment, func() {
			wire := answering(reply(http.StatusNoContent, ""))
			given := options(wire)
			given.PerRetryPolicies = []policy.Policy{rewrite{method, target, body}}
			client, err := identity.NewClientWithAccessKey(testEndpoint, key, given)
			Expect(err).NotTo(HaveOccurred())
			Expect(client.RevokeTokens(context.Background(), ada)).To(Succeed())
			sent := only(wire)
			Expect(sent.Method + " " + sent.URL).To(Equal(method + " " + target))
			Expect(sent.Body).To(Equal(body))
			Expect(sent.Header.Get("x-ms-date")).To(Equal(date))
			Expect(sent.Header.Get("x-ms-content-sha256")).To(Equal(hash))
			Expect(sent.Header.Get("Authorization")).To(Equal(
				"HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=" + signature))
		})
	},
		Entry("for a token",
			"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "Mon, 06 Oct 2025 09:30:00 GMT", "POST",
			"https://contoso.unitedstates.communication.azure.com/identities/8%3Aacs%3A11111111-aaaa-4bbb-8ccc-222222222222_00000030-0000-0000-0000-000000000001/:issueAccessToken?api-version=2025-06-30",
			`{"scopes":["chat"],"expiresInMinutes":60}`,
			"E55T2AR1et0dXg9viVUjwxjce4gxp+nmLcQffc3NPsA=", "rVewQQ8TCOXQKWuiPjLjpDpW6xzwgDNadR0pVzM7XH0="),
		Entry("without a body",
			"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "Mon, 06 Oct 2025 09:30:00 GMT", "DELETE",
			"https://contoso.unitedstates.communication.azure.com/identities/8%3Aacs%3A11111111-aaaa-4bbb-8ccc-222222222222_00000030-0000-0000-0000-000000000001?api-version=2025-06-30",
			"", emptyHash, "sfsITIJbr4yH/PndOZmnVdHprMowP98+aodvmqx2GE4="),
		Entry("for a user with a token",
			testKey, "Tue, 02 Jan 2024 03:04:05 GMT", "POST", "https://r.communication.azure.com/identities?api-version=2023-10-01",
			`{"createTokenWithScopes":["chat"],"expiresInMinutes":60}`,
			"kET9vD/6sAVRB6ISkrpOL44L0M1olvugZ/QYxlSQK9k=", "Nh4GEgR6nWkGUhQjsA+vevrQWyoZ6oXOr2LljyU/mNQ="),
		Entry("for a POST without a body",
			testKey, "Tue, 02 Jan 2024 03:04:05 GMT", "POST", "https://r.communication.azure.com/identities?api-version=2023-10-01",
			"", emptyHash, "Y2SLV9tsZP1r/eVG/unQulAb1mTkVjSJRwh8iOaZ9WU="),
		Entry("with a port",
			testKey, "Tue, 02 Jan 2024 03:04:05 GMT", "DELETE", "https://r.communication.azure.com:8443/identities/8%3Aacs%3Aabc?api-version=2023-10-01",
			"", emptyHash, "Abtvvgp0PTkzXPQj5iAMssbzocSjGHPQhY+DYET1n58="),
		Entry("with a query that others encode differently",
			testKey, "Tue, 02 Jan 2024 03:04:05 GMT", "GET", "https://r.communication.azure.com/p?q=a%20b&z=%3A",
			"", emptyHash, "HeplWpn+9nNPNMfKam4dIHz7Qp3eUcIR1IjNBAHvcbc="),
		Entry("for an empty object",
			"bm90LWEtcmVhbC1rZXktMDEyMzQ1Njc4OWFiY2RlZiE=", "Mon, 03 Nov 2025 09:15:00 GMT", "POST",
			"https://fabrikam.unitedstates.communication.azure.com/identities?api-version=2023-10-01", `{}`,
			"RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=", "G2LoVG8WiwC876tRJzFpqT3GNOkH204qZkxz48st5hk="),
	)

	DescribeTable("covers the body by its published hash", api.OtherRequests(), func(ctx SpecContext, body, hash string) {
		wire := answering(reply(http.StatusNoContent, ""))
		given := options(wire)
		given.PerRetryPolicies = []policy.Policy{rewrite{http.MethodPost, testEndpoint, body}}
		client, err := identity.NewClientWithAccessKey(testEndpoint, testKey, given)
		Expect(err).NotTo(HaveOccurred())
		Expect(client.RevokeTokens(ctx, ada)).To(Succeed())
		Expect(only(wire).Header.Get("x-ms-content-sha256")).To(Equal(hash))
	},
		Entry("an empty object", `{}`, "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="),
		Entry("scopes", `{"scopes":["chat"]}`, "J+doRQjtFVYLx3qOvzptwBLjQWqy6OEWEEk1TY1+rT4="),
		Entry("scopes of a new user", `{"createTokenWithScopes":["chat"]}`, "WTRvgEjjVd+bvyKw3WgXgDkU81aV8FWq+4/BE+he0+A="),
		Entry("a word", "banana", "tJPUg2Sv5E0RwBZc9HCkFk0eJgmRHvmYvoaNRq3j3k4="),
		Entry("a character outside the basic plane", "\U0001F600", "8EQ6NCxe9UeDoRG1G6Vsk45HTDIyTZDDpgycjjo34tk="),
	)

	It("covers the body that is sent if a policy removed it", api.OtherRequests(), func(ctx SpecContext) {
		wire := answering(reply(http.StatusOK, `{"token":"t","expiresOn":"2030-01-01T00:00:00+00:00"}`))
		given := options(wire)
		given.PerRetryPolicies = []policy.Policy{policyFunc(func(req *policy.Request) (*http.Response, error) {
			if err := req.SetBody(nil, ""); err != nil {
				return nil, err
			}
			return req.Next()
		})}
		client, err := identity.NewClientWithAccessKey(testEndpoint, testKey, given)
		Expect(err).NotTo(HaveOccurred())
		_, err = client.GetToken(ctx, ada, []identity.Scope{identity.ScopeChat}, nil)
		Expect(err).NotTo(HaveOccurred())
		sent := only(wire)
		Expect(sent.Body).To(BeEmpty())
		Expect(sent.Header.Get("x-ms-content-sha256")).To(Equal(emptyHash))
	})

	It("is created by the methods for the published request", func() {
		bubble(time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC), func() {
			wire := answering(reply(http.StatusCreated, `{"identity":{"id":"8:acs:a"},"accessToken":{"token":"t","expiresOn":"2024-01-02T04:04:05Z"}}`))
			given := options(wire)
			given.APIVersion = "2023-10-01"
			client, err := identity.NewClientWithAccessKey("https://r.communication.azure.com/", testKey, given)
			Expect(err).NotTo(HaveOccurred())
			_, err = client.CreateUserAndToken(context.Background(), []identity.Scope{identity.ScopeChat}, &identity.TokenOptions{Lifetime: time.Hour})
			Expect(err).NotTo(HaveOccurred())
			Expect(only(wire).Header.Get("Authorization")).To(HaveSuffix("Signature=Nh4GEgR6nWkGUhQjsA+vevrQWyoZ6oXOr2LljyU/mNQ="))
		})
	})

	It("is created for each attempt, with its time", func() {
		bubble(newYear, func() {
			wire := answering(
				reply(http.StatusServiceUnavailable, ""), fail(io.ErrUnexpectedEOF), issued("t", newYear.Add(time.Hour)),
			)
			given := options(wire)
			given.Retry = policy.RetryOptions{RetryDelay: 10 * time.Second}
			client, err := identity.NewClientWithAccessKey(testEndpoint, testKey, given)
			Expect(err).NotTo(HaveOccurred())
			_, err = client.GetToken(context.Background(), ada, []identity.Scope{identity.ScopeChat}, nil)
			Expect(err).NotTo(HaveOccurred())
			sent := wire.Requests()
			Expect(sent).To(HaveLen(3))
			for i := range sent {
				Expect(sent[i].Body).To(Equal(`{"scopes":["chat"]}`))
				Expect(sent[i].Header["Authorization"]).To(HaveLen(1))
				for j := range i {
					Expect(sent[i].Header.Get("x-ms-date")).NotTo(Equal(sent[j].Header.Get("x-ms-date")))
					Expect(sent[i].Header.Get("Authorization")).NotTo(Equal(sent[j].Header.Get("Authorization")))
				}
			}
		})
	})

	It("covers the headers of a call, and is not replaced by them", func(ctx SpecContext) {
		client, wire := clientOf(reply(http.StatusNoContent, ""))
		with := policy.WithHTTPHeader(ctx, http.Header{"Authorization": {"Bearer x"}, "X-Ms-Date": {"yesterday"}, "X-Trace": {"1"}})
		Expect(client.RevokeTokens(with, ada)).To(Succeed())
		sent := only(wire).Header
		Expect(sent["Authorization"]).To(ConsistOf(HavePrefix("HMAC-SHA256 ")))
		Expect(sent["X-Ms-Date"]).To(ConsistOf(HaveSuffix(" GMT")))
		Expect(sent["X-Trace"]).To(ConsistOf("1"))
	})

	It("is not sent to another host", func(ctx SpecContext) {
		client, wire := clientOf(reply(http.StatusTemporaryRedirect, "", "Location", "https://elsewhere.example/identities"))
		Expect(client.RevokeTokens(ctx, ada)).To(MatchError(ContainSubstring("redirects are not followed")))
		only(wire)
	})

	Context("if it is rejected", func() {
		denied := `{"error":{"code":"Denied","message":"Denied by the resource provider."}}`

		DescribeTable("names a wrong clock", func(theirs time.Duration, words string) {
			bubble(newYear, func() {
				client, _ := clientOf(reply(http.StatusUnauthorized, denied, "Date", newYear.Add(theirs).Format(http.TimeFormat)))
				err := client.RevokeTokens(context.Background(), ada)
				Expect(err).To(MatchError(chat.ErrUnauthorized))
				Expect(err).To(MatchError(ContainSubstring(words)))
			})
		},
			Entry("behind", 20*time.Minute, "the local clock is 20m0s behind the service's"),
			Entry("ahead", -time.Hour, "the local clock is 1h0m0s ahead of the service's"),
		)

		It("does not mention a correct clock", func() {
			bubble(newYear, func() {
				client, _ := clientOf(reply(http.StatusUnauthorized, denied, "Date", newYear.Add(time.Minute).Format(http.TimeFormat)))
				err := client.RevokeTokens(context.Background(), ada)
				Expect(err).NotTo(MatchError(ContainSubstring("clock")))
				refused, ok := errors.AsType[*chat.Error](err)
				Expect(ok).To(BeTrue())
				Expect(refused.Code).To(Equal("Denied"))
			})
		})
	})
})

var _ = Describe("NewClientWithAccessKey", func() {
	DescribeTable("rejects invalid arguments, and does not show the key", func(endpoint, key, name string) {
		client, err := identity.NewClientWithAccessKey(endpoint, key, nil)
		Expect(client).To(BeNil())
		Expect(err).To(beArgument(name))
		Expect(err.Error()).NotTo(ContainSubstring("c2Vjcm"))
	},
		Entry("no endpoint", "", testKey, "endpoint"),
		Entry("an endpoint over http", "http://r.com", testKey, "endpoint"),
		Entry("a connection string", "endpoint=https://r.com/;accesskey=c2Vjcm0=", testKey, "endpoint"),
		Entry("no key", testEndpoint, "", "accessKey"),
		Entry("a key that is not base64", testEndpoint, "c2Vjcm!", "accessKey"),
		Entry("a connection string for a key", testEndpoint, "endpoint=https://r.com/;accesskey=c2Vjcm0=", "accessKey"),
	)
})
