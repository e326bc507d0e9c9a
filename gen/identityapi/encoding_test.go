package identityapi_test

import (
	"encoding/json"
	"io"
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
	const server, version = "https://contoso.example", "2026-09-23"

	It("leaves out what is nil, and sends what is empty", func() {
		create := func(body identityapi.CommunicationIdentityCreateRequest) string {
			request, err := identityapi.NewCommunicationIdentityCreateRequest(server,
				&identityapi.CommunicationIdentityCreateParams{APIVersion: version}, body)
			Expect(err).NotTo(HaveOccurred())
			return bodyOf(request)
		}
		Expect(create(identityapi.CommunicationIdentityCreateRequest{})).To(Equal(`{}`))
		Expect(create(identityapi.CommunicationIdentityCreateRequest{
			CreateTokenWithScopes: []identityapi.CommunicationIdentityTokenScope{},
		})).To(Equal(`{"createTokenWithScopes":[]}`))
	})

	It("exchanges a person's token with an empty object", func() {
		request, err := identityapi.NewTeamsExtensionTokenExchangeRequest(server,
			&identityapi.TeamsExtensionTokenExchangeParams{APIVersion: version}, identityapi.TeamsExtensionExchangeTokenRequest{})
		Expect(err).NotTo(HaveOccurred())
		Expect(bodyOf(request)).To(Equal(`{}`))
	})

	It("asks for no signature", func() {
		request, err := identityapi.NewCommunicationIdentityRevokeAccessTokensRequest(server, "8:acs:a1",
			&identityapi.CommunicationIdentityRevokeAccessTokensParams{APIVersion: version})
		Expect(err).NotTo(HaveOccurred())
		Expect(request.URL.String()).To(Equal(
			"https://contoso.example/identities/8:acs:a1/:revokeAccessTokens?api-version=2026-09-23"))
		Expect(request.Header).To(BeEmpty())
		Expect(request.Body).To(BeNil())
	})
})

func bodyOf(request *http.Request) string {
	GinkgoHelper()
	text, err := io.ReadAll(request.Body)
	Expect(err).NotTo(HaveOccurred())
	return string(text)
}
