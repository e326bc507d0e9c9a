package identity_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
)

var chatScope = []identity.Scope{identity.ScopeChat}

var _ = Describe("Client", func() {
	Context("with a service that checks every signature", func() {
		var (
			service    *fakeService
			identities *identity.Client
			transport  *http.Client
		)
		BeforeEach(func() {
			fake, server := newFakeService(2)
			client, err := identity.NewClientFromConnectionString(fake.ConnectionString(server), options(server.Client()))
			Expect(err).NotTo(HaveOccurred())
			service, identities, transport = fake, client, server.Client()
		})

		It("gets from a connection string to a chat client", func(ctx SpecContext) {
			user, err := identities.CreateUser(ctx, nil)
			Expect(err).NotTo(HaveOccurred())
			credential, err := identities.Credential(user, chatScope, nil)
			Expect(err).NotTo(HaveOccurred())
			thread, err := chat.NewThreadClient(identities.Endpoint(), "19:a@thread.v2", credential, chatOptions(transport))
			Expect(err).NotTo(HaveOccurred())
			Expect(thread.SendTypingNotification(ctx, nil)).To(Succeed())
			Expect(service.Typed()).To(Equal([]string{user.ID}))
		})

		It("issues, revokes and deletes", func(ctx SpecContext) {
			made, err := identities.CreateUserAndToken(ctx, chatScope, &identity.TokenOptions{Lifetime: 2 * time.Hour})
			Expect(err).NotTo(HaveOccurred())
			Expect(made.Token.ExpiresOn).To(BeTemporally("~", time.Now().Add(2*time.Hour), time.Minute))
			token, err := identities.GetToken(ctx, made.User, chatScope, nil)
			Expect(err).NotTo(HaveOccurred())
			Expect(token.Token).NotTo(Equal(made.Token.Token))
			Expect(identities.RevokeTokens(ctx, made.User)).To(Succeed())

			credential, err := chat.NewTokenCredential(nothing, &chat.TokenCredentialOptions{InitialToken: token})
			Expect(err).NotTo(HaveOccurred())
			thread, err := chat.NewThreadClient(identities.Endpoint(), "19:a@thread.v2", credential, chatOptions(transport))
			Expect(err).NotTo(HaveOccurred())
			Expect(thread.SendTypingNotification(ctx, nil)).To(MatchError(chat.ErrUnauthorized))

			Expect(identities.DeleteUser(ctx, made.User)).To(Succeed())
			_, err = identities.GetToken(ctx, made.User, chatScope, nil)
			Expect(err).To(beRefusal(http.StatusUnauthorized, "IdentityNotOwned"))
		})

		It("issues tokens for a fleet, and new ones after they are revoked", func(ctx SpecContext) {
			fleet, err := chat.NewFleet(identities.Endpoint(), identities.MintFunc(chatScope, nil), &chat.FleetOptions{ClientOptions: *chatOptions(transport)})
			Expect(err).NotTo(HaveOccurred())
			var users []chat.CommunicationUser
			for range 3 {
				user, err := identities.CreateUser(ctx, nil)
				Expect(err).NotTo(HaveOccurred())
				users = append(users, user)
			}
			for range 2 {
				for _, user := range users {
					Expect(fleet.As(user).ThreadClient("19:a@thread.v2").SendTypingNotification(ctx, nil)).To(Succeed())
					Expect(identities.RevokeTokens(ctx, user)).To(Succeed())
				}
			}
			Expect(service.Typed()).To(Equal([]string{users[0].ID, users[1].ID, users[2].ID, users[0].ID, users[1].ID, users[2].ID}))
		})
	})

	DescribeTable("signs the request that arrives", func(ctx SpecContext, protocol int, end string) {
		service, server := newFakeService(protocol)
		identities, err := identity.NewClientWithAccessKey(server.URL+end, service.key, options(server.Client()))
		Expect(err).NotTo(HaveOccurred())
		made, err := identities.CreateUserAndToken(ctx, chatScope, nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(identities.DeleteUser(ctx, made.User)).To(Succeed())
		Expect(identities.DeleteUser(ctx, chat.CommunicationUser{ID: "8:acs:a/b c?d"})).To(beRefusal(http.StatusUnauthorized, "IdentityNotOwned"))
	},
		Entry("over HTTP/2", 2, ""),
		Entry("over HTTP/1.1", 1, ""),
		Entry("if the endpoint ends with a slash", 2, "/"),
		Entry("if it ends with two", 1, "//"),
	)

	It("sends its User-Agent, version and request id", func(ctx SpecContext) {
		client, wire := clientOf(reply(http.StatusNoContent, ""))
		Expect(client.RevokeTokens(ctx, ada)).To(Succeed())
		sent := only(wire)
		Expect(sent.URL).To(HaveSuffix("?api-version=2026-09-23"))
		Expect(sent.Header.Get("User-Agent")).To(HavePrefix("acs-chat-go/"))
		Expect(sent.Header.Get("Accept")).To(Equal("application/json"))
		Expect(sent.Header.Get("x-ms-client-request-id")).NotTo(BeEmpty())
		Expect(sent.Header.Get("x-ms-return-client-request-id")).To(Equal("true"))
	})

	It("uses another version of the API if the options name one", func(ctx SpecContext) {
		wire := answering(reply(http.StatusNoContent, ""))
		given := options(wire)
		given.APIVersion = "2022-10-01"
		client, err := identity.NewClientWithAccessKey(testEndpoint, testKey, given)
		Expect(err).NotTo(HaveOccurred())
		Expect(client.DeleteUser(ctx, ada)).To(Succeed())
		Expect(only(wire).URL).To(HaveSuffix("?api-version=2022-10-01"))
	})

	It("does not log keys, tokens and queries", func(ctx SpecContext) {
		var log bytes.Buffer
		wire := answering(
			refusal(http.StatusServiceUnavailable, "Busy", "later"), issued("eyJsecret.eyJsecret.secret", time.Now().Add(time.Hour)),
		)
		given := options(wire)
		given.Logger = slog.New(slog.NewTextHandler(&log, nil))
		client, err := identity.NewClientWithAccessKey(testEndpoint, testKey, given)
		Expect(err).NotTo(HaveOccurred())
		_, err = client.GetToken(ctx, ada, chatScope, nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(strings.Count(log.String(), "identity request")).To(Equal(2))
		Expect(log.String()).To(And(
			ContainSubstring("operation=Client.GetToken"), ContainSubstring("status=503"), ContainSubstring("status=200"),
			Not(ContainSubstring("secret")), Not(ContainSubstring("HMAC")), Not(ContainSubstring("api-version")),
		))
	})

	It("fails after Close, and so do its credentials", func(ctx SpecContext) {
		client, wire := clientOf(reply(http.StatusNoContent, ""))
		credential, err := client.Credential(ada, chatScope, nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(client.Close()).To(Succeed())
		Expect(client.Close()).To(Succeed())
		Expect(client.RevokeTokens(ctx, ada)).To(MatchError(chat.ErrClosed))
		_, err = credential.Token(ctx)
		Expect(err).To(MatchError(chat.ErrClosed))
		Expect(wire.Requests()).To(BeEmpty())
	})
})
