package identityapi_test

import (
	"encoding/json"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/gen/identityapi"
)

var _ = Describe("Members come in the order in which the service writes them", func() {
	DescribeTable("on", func(value any, want string) {
		text, err := json.Marshal(value)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(text)).To(Equal(want))
	},
		Entry("a user with a token", identityapi.CommunicationIdentityAccessTokenResult{
			AccessToken: &identityapi.CommunicationIdentityAccessToken{
				ExpiresOn: time.Date(2025, 10, 6, 11, 0, 0, 123456700, time.UTC), Token: "a.b.c",
			},
			Identity: identityapi.CommunicationIdentity{ID: "8:acs:a1"},
		}, `{"identity":{"id":"8:acs:a1"},"accessToken":{"token":"a.b.c","expiresOn":"2025-10-06T11:00:00.1234567Z"}}`),
		Entry("a user alone", identityapi.CommunicationIdentityAccessTokenResult{
			Identity: identityapi.CommunicationIdentity{ID: "8:acs:a1"},
		}, `{"identity":{"id":"8:acs:a1"}}`),
		Entry("an error", identityapi.CommunicationErrorResponse{Error: identityapi.CommunicationError{
			InnerError: &identityapi.CommunicationError{Code: "c", Message: "m"},
			Target:     new("Scopes"), Message: "m", Code: "ValidationError",
		}}, `{"error":{"code":"ValidationError","message":"m","target":"Scopes","innererror":{"code":"c","message":"m"}}}`),
		Entry("an assignment", identityapi.TeamsExtensionAssignmentResponse{
			ObjectID: "o", TenantID: "t", PrincipalType: "user", ClientIDs: []string{},
		}, `{"objectId":"o","tenantId":"t","principalType":"user","clientIds":[]}`),
	)
})

var _ = Describe("A request", func() {
	It("has no authorization", func(ctx SpecContext) {
		var sent *http.Request
		client := identityapi.Client{Endpoint: "https://contoso.example", Doer: doerFunc(func(req *http.Request) (*http.Response, error) {
			sent = req
			return nil, nil
		})}
		_, err := client.CommunicationIdentityRevokeAccessTokens(ctx, "8:acs:a1",
			&identityapi.CommunicationIdentityRevokeAccessTokensParams{APIVersion: "2026-09-23"})
		Expect(err).NotTo(HaveOccurred())
		Expect(sent.URL.String()).To(Equal(
			"https://contoso.example/identities/8:acs:a1/:revokeAccessTokens?api-version=2026-09-23"))
		Expect(sent.Method).To(Equal(http.MethodPost))
		Expect(sent.Header).To(BeEmpty())
		Expect(sent.Body).To(BeNil())
	})
})

var _ = Describe("The creation of a user", func() {
	It("leaves out what is nil, and sends what is empty", func() {
		Expect(json.Marshal(identityapi.CommunicationIdentityCreateRequest{})).To(BeEquivalentTo(`{}`))
		Expect(json.Marshal(identityapi.CommunicationIdentityCreateRequest{
			CreateTokenWithScopes: []identityapi.CommunicationIdentityTokenScope{},
		})).To(BeEquivalentTo(`{"createTokenWithScopes":[]}`))
	})
})

var _ = Describe("The exchange of a person's token", func() {
	It("is an empty object", func() {
		Expect(json.Marshal(identityapi.TeamsExtensionExchangeTokenRequest{})).To(BeEquivalentTo(`{}`))
	})
})

// doerFunc is a function that sends a request.
type doerFunc func(*http.Request) (*http.Response, error)

func (f doerFunc) Do(req *http.Request) (*http.Response, error) { return f(req) }
