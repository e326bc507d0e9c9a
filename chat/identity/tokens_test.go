package identity_test

import (
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
)

var _ = Describe("Client on tokens", func() {
	end := time.Date(2026, 1, 2, 3, 4, 5, 678900000, time.UTC)

	It("issues one", func(ctx SpecContext) {
		client, wire := clientOf(issued("t", end))
		token, err := client.GetToken(ctx, ada, []identity.Scope{identity.ScopeChatJoin, identity.ScopeVoIP}, nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(token).To(Equal(chat.AccessToken{Token: "t", ExpiresOn: end}))
		sent := only(wire)
		Expect(sent.Method + " " + sent.URL).To(Equal("POST " + testEndpoint + "/identities/" + ada.ID + "/:issueAccessToken?api-version=2026-09-23"))
		Expect(sent.Body).To(Equal(`{"scopes":["chat.join","voip"]}`))
	})

	It("revokes all of a user", func(ctx SpecContext) {
		client, wire := clientOf(reply(http.StatusNoContent, ""))
		Expect(client.RevokeTokens(ctx, ada)).To(Succeed())
		sent := only(wire)
		Expect(sent.Method + " " + sent.URL).To(Equal("POST " + testEndpoint + "/identities/" + ada.ID + "/:revokeAccessTokens?api-version=2026-09-23"))
		Expect(sent.Body).To(BeEmpty())
		Expect(sent.Header).NotTo(HaveKey("Content-Type"))
	})

	DescribeTable("requests a lifetime in whole minutes, rounded up", func(ctx SpecContext, lifetime time.Duration, body string) {
		client, wire := clientOf(issued("t", end))
		_, err := client.GetToken(ctx, ada, chatScope, &identity.TokenOptions{Lifetime: lifetime})
		Expect(err).NotTo(HaveOccurred())
		Expect(only(wire).Body).To(Equal(body))
	},
		Entry("none given", time.Duration(0), `{"scopes":["chat"]}`),
		Entry("the shortest", time.Hour, `{"scopes":["chat"],"expiresInMinutes":60}`),
		Entry("rounded up to the shortest", time.Hour-time.Second, `{"scopes":["chat"],"expiresInMinutes":60}`),
		Entry("one second more", time.Hour+time.Nanosecond, `{"scopes":["chat"],"expiresInMinutes":61}`),
		Entry("the longest", 24*time.Hour, `{"scopes":["chat"],"expiresInMinutes":1440}`),
	)

	DescribeTable("rejects a lifetime that the service does not offer, and sends no request", func(ctx SpecContext, lifetime time.Duration) {
		client, wire := clientOf(issued("t", end))
		_, err := client.GetToken(ctx, ada, chatScope, &identity.TokenOptions{Lifetime: lifetime})
		Expect(err).To(beArgument("Lifetime"))
		_, err = client.CreateUserAndToken(ctx, chatScope, &identity.TokenOptions{Lifetime: lifetime})
		Expect(err).To(beArgument("Lifetime"))
		_, err = client.Credential(ada, chatScope, &identity.CredentialOptions{Lifetime: lifetime})
		Expect(err).To(beArgument("Lifetime"))
		Expect(wire.Requests()).To(BeEmpty())
	},
		Entry("too short", 59*time.Minute),
		Entry("too long", 24*time.Hour+time.Nanosecond),
		Entry("negative", -time.Hour),
		Entry("negative and tiny", -time.Nanosecond),
		Entry("the maximum of a Duration", time.Duration(1<<63-1)),
		Entry("the minimum of a Duration", time.Duration(-1<<63)),
	)

	DescribeTable("rejects invalid scopes, and sends no request", func(ctx SpecContext, name string, scopes []identity.Scope) {
		client, wire := clientOf(issued("t", end))
		_, err := client.GetToken(ctx, ada, scopes, nil)
		Expect(err).To(beArgument(name))
		_, err = client.CreateUserAndToken(ctx, scopes, nil)
		Expect(err).To(beArgument(name))
		_, err = client.Credential(ada, scopes, nil)
		Expect(err).To(beArgument(name))
		_, err = client.MintFunc(scopes, nil)(ctx, ada)
		Expect(err).To(beArgument(name))
		Expect(wire.Requests()).To(BeEmpty())
	},
		Entry("nil", "scopes", nil),
		Entry("empty", "scopes", []identity.Scope{}),
		Entry("one that is empty", "scopes[1]", []identity.Scope{identity.ScopeChat, ""}),
	)

	It("fails if the response has no token", api.OtherResponses(), func(ctx SpecContext) {
		client, _ := clientOf(reply(http.StatusOK, `{"expiresOn":"2026-01-02T03:04:05Z"}`))
		_, err := client.GetToken(ctx, ada, chatScope, nil)
		Expect(err).To(MatchError("identity: get token: the response has no token"))
		client, _ = clientOf(reply(http.StatusCreated, `{"identity":{"id":"8:acs:a"}}`))
		made, err := client.CreateUserAndToken(ctx, chatScope, nil)
		Expect(err).To(MatchError("identity: create user and token: the response has no token"))
		Expect(made.User.ID).To(Equal("8:acs:a"), "the user is there all the same")
	})
})
