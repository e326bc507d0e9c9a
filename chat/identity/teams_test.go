package identity_test

import (
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
)

var _ = Describe("Client on Teams users", func() {
	end := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

	It("exchanges the Entra token of one", func(ctx SpecContext) {
		client, wire := clientOf(issued("t", end))
		token, err := client.GetTokenForTeamsUser(ctx, "entra", "app", "person")
		Expect(err).NotTo(HaveOccurred())
		Expect(token).To(Equal(chat.AccessToken{Token: "t", ExpiresOn: end}))
		sent := only(wire)
		Expect(sent.Method + " " + sent.URL).To(Equal("POST " + testEndpoint + "/teamsUser/:exchangeAccessToken?api-version=2026-09-23"))
		Expect(sent.Body).To(Equal(`{"token":"entra","appId":"app","userId":"person"}`))
		Expect(sent.Header.Get("Authorization")).To(HavePrefix("HMAC-SHA256 "))
	})

	DescribeTable("rejects empty arguments, and sends no request", func(ctx SpecContext, name, token, app, person string) {
		client, wire := clientOf(issued("t", end))
		_, err := client.GetTokenForTeamsUser(ctx, token, app, person)
		Expect(err).To(beArgument(name))
		Expect(wire.Requests()).To(BeEmpty())
	},
		Entry("the token", "entraToken", "", "app", "person"),
		Entry("the application", "clientID", "entra", "", "person"),
		Entry("the person", "userObjectID", "entra", "app", ""),
	)
})

var _ = Describe("Client on Teams users who act through the resource", func() {
	const path = testEndpoint + "/access/teamsExtension/"
	const body = `{"objectId":"person","tenantId":"tenant","principalType":"user","clientIds":["app"]}`
	assignment := identity.TeamsExtensionAssignment{
		TenantID: "tenant", ObjectID: "person", PrincipalType: identity.PrincipalTypeUser, ClientIDs: []string{"app"},
	}

	It("exchanges the Entra token of one, without other authorization", func(ctx SpecContext) {
		client, wire := clientOf(
			reply(http.StatusServiceUnavailable, ""),
			reply(http.StatusOK, `{"identity":{"id":"8:acs:res_tenant_person"},"accessToken":{"token":"t","expiresOn":"2026-01-02T03:04:05.0+00:00"}}`))
		token, err := client.GetTokenForTeamsExtensionUser(ctx, "entra")
		Expect(err).NotTo(HaveOccurred())
		Expect(token).To(Equal(identity.TeamsExtensionToken{
			User:  chat.TeamsExtensionUser{ResourceID: "res", TenantID: "tenant", UserID: "person"},
			Token: chat.AccessToken{Token: "t", ExpiresOn: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
		}))
		for _, sent := range wire.Requests() {
			Expect(sent.Method + " " + sent.URL).To(Equal("POST " + path + ":exchangeAccessToken?api-version=2026-09-23"))
			Expect(sent.Header["Authorization"]).To(Equal([]string{"Bearer entra"}))
			Expect(sent.Header).NotTo(HaveKey("X-Ms-Date"))
			Expect(sent.Header.Get("Content-Type")).To(Equal("application/json"))
			Expect(sent.Body).To(Equal(`{}`))
		}
		Expect(wire.Requests()).To(HaveLen(2))
	})

	It("rejects an empty Entra token, and sends no request", func(ctx SpecContext) {
		client, wire := clientOf(reply(http.StatusOK, `{}`))
		_, err := client.GetTokenForTeamsExtensionUser(ctx, "")
		Expect(err).To(beArgument("entraToken"))
		Expect(wire.Requests()).To(BeEmpty())
	})

	It("fails if the response has no token", func(ctx SpecContext) {
		client, _ := clientOf(reply(http.StatusOK, `{"identity":{"id":"8:acs:a"}}`))
		token, err := client.GetTokenForTeamsExtensionUser(ctx, "entra")
		Expect(err).To(MatchError(ContainSubstring("the response has no token")))
		Expect(token).To(BeZero())
	})

	It("reads an assignment", func(ctx SpecContext) {
		client, wire := clientOf(reply(http.StatusOK, body))
		Expect(client.GetTeamsExtensionAssignment(ctx, "tenant", "person")).To(Equal(assignment))
		Expect(only(wire).Method + " " + only(wire).URL).To(Equal("GET " + path + "tenants/tenant/assignments/person?api-version=2026-09-23"))
	})

	DescribeTable("creates or replaces an assignment", func(ctx SpecContext, status int, given *identity.CreateOrUpdateTeamsExtensionAssignmentOptions, sent string) {
		client, wire := clientOf(reply(status, body))
		Expect(client.CreateOrUpdateTeamsExtensionAssignment(ctx, "tenant", "person", identity.PrincipalTypeUser, given)).To(Equal(assignment))
		Expect(only(wire).Method + " " + only(wire).URL).To(Equal("PUT " + path + "tenants/tenant/assignments/person?api-version=2026-09-23"))
		Expect(only(wire).Body).To(Equal(sent))
	},
		Entry("a new one", http.StatusCreated, nil, `{"principalType":"user"}`),
		Entry("an existing one", http.StatusOK, &identity.CreateOrUpdateTeamsExtensionAssignmentOptions{ClientIDs: []string{"app"}},
			`{"principalType":"user","clientIds":["app"]}`),
		Entry("with no applications", http.StatusOK, &identity.CreateOrUpdateTeamsExtensionAssignmentOptions{ClientIDs: []string{}},
			`{"principalType":"user","clientIds":[]}`),
	)

	It("deletes an assignment", func(ctx SpecContext) {
		client, wire := clientOf(reply(http.StatusNoContent, ""))
		Expect(client.DeleteTeamsExtensionAssignment(ctx, "tenant", "person")).To(Succeed())
		Expect(only(wire).Method + " " + only(wire).URL).To(Equal("DELETE " + path + "tenants/tenant/assignments/person?api-version=2026-09-23"))
	})

	DescribeTable("rejects an invalid principal, and sends no request", func(ctx SpecContext, name, tenant, person string, kind identity.PrincipalType) {
		client, wire := clientOf(reply(http.StatusOK, body))
		_, err := client.CreateOrUpdateTeamsExtensionAssignment(ctx, tenant, person, kind, nil)
		Expect(err).To(beArgument(name))
		if name != "principalType" {
			_, err = client.GetTeamsExtensionAssignment(ctx, tenant, person)
			Expect(err).To(beArgument(name))
			Expect(client.DeleteTeamsExtensionAssignment(ctx, tenant, person)).To(beArgument(name))
		}
		Expect(wire.Requests()).To(BeEmpty())
	},
		Entry("no tenant", "tenantID", "", "person", identity.PrincipalTypeUser),
		Entry("a tenant with dot segments", "tenantID", "..", "person", identity.PrincipalTypeUser),
		Entry("no object", "objectID", "tenant", "", identity.PrincipalTypeUser),
		Entry("no kind", "principalType", "tenant", "person", identity.PrincipalType("")),
	)
})
