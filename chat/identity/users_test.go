package identity_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
)

var _ = Describe("Client on users", func() {
	It("creates one", func(ctx SpecContext) {
		client, wire := clientOf(reply(http.StatusCreated, `{"identity":{"id":"`+ada.ID+`"}}`))
		user, err := client.CreateUser(ctx, nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(user).To(Equal(ada))
		sent := only(wire)
		Expect(sent.Method + " " + sent.URL).To(Equal("POST " + testEndpoint + "/identities?api-version=2026-09-23"))
		Expect(sent.Header.Get("Content-Type")).To(Equal("application/json"))
		Expect(sent.Body).To(Equal(`{}`))
	})

	It("creates one with a token", func(ctx SpecContext) {
		client, wire := clientOf(reply(http.StatusCreated,
			`{"identity":{"id":"`+ada.ID+`"},"accessToken":{"token":"t","expiresOn":"2025-10-06T11:30:00.1234567+00:00"}}`))
		made, err := client.CreateUserAndToken(ctx, []identity.Scope{identity.ScopeChat, "teleport"}, &identity.TokenOptions{Lifetime: 90 * time.Minute})
		Expect(err).NotTo(HaveOccurred())
		Expect(made).To(Equal(identity.UserAndToken{User: ada, Token: chat.AccessToken{
			Token: "t", ExpiresOn: time.Date(2025, 10, 6, 11, 30, 0, 123456700, time.UTC),
		}}))
		Expect(only(wire).Body).To(Equal(`{"createTokenWithScopes":["chat","teleport"],"expiresInMinutes":90}`))
	})

	It("deletes one", func(ctx SpecContext) {
		client, wire := clientOf(reply(http.StatusNoContent, ""))
		Expect(client.DeleteUser(ctx, ada)).To(Succeed())
		sent := only(wire)
		Expect(sent.Method + " " + sent.URL).To(Equal("DELETE " + testEndpoint + "/identities/" + ada.ID + "?api-version=2026-09-23"))
		Expect(sent.Body).To(BeEmpty())
	})

	It("escapes the id in the path", func(ctx SpecContext) {
		client, wire := clientOf(reply(http.StatusNoContent, ""))
		Expect(client.DeleteUser(ctx, chat.CommunicationUser{ID: "8:acs:a/../b?c#d%"})).To(Succeed())
		Expect(only(wire).URL).To(Equal(testEndpoint + "/identities/8:acs:a%2F..%2Fb%3Fc%23d%25?api-version=2026-09-23"))
	})

	It("retries each operation", func(ctx SpecContext) {
		for name, operation := range operations {
			for _, first := range []answer{
				reply(http.StatusTooManyRequests, ""), reply(http.StatusInternalServerError, ""), fail(io.ErrUnexpectedEOF),
			} {
				client, wire := clientOf(first, refusal(http.StatusForbidden, "No", "no"))
				Expect(operation(ctx, client)).To(beRefusal(http.StatusForbidden, "No"), name)
				Expect(wire.Requests()).To(HaveLen(2), name)
				Expect(wire.Requests()[1].Body).To(Equal(wire.Requests()[0].Body), name)
			}
		}
	})

	It("returns an error response in one line, with the text of the service", func(ctx SpecContext) {
		for name, operation := range operations {
			client, _ := clientOf(refusal(http.StatusUnauthorized, "IdentityNotOwned", "Provided identity doesn't belong to the resource."))
			err := operation(ctx, client)
			Expect(err).To(beRefusal(http.StatusUnauthorized, "IdentityNotOwned"), name)
			Expect(err).To(MatchError(chat.ErrUnauthorized), name)
			Expect(err).To(MatchError(And(HavePrefix("identity: "), ContainSubstring("belong to the resource"), Not(ContainSubstring("\n")))), name)
		}
	})

	It("fails if the response has no user", api.OtherResponses(), func(ctx SpecContext) {
		client, _ := clientOf(reply(http.StatusCreated, `{}`))
		user, err := client.CreateUser(ctx, nil)
		Expect(err).To(MatchError("identity: create user: the response has no user"))
		Expect(user).To(BeZero())
	})

	It("ends with the context of the caller", func() {
		bubble(newYear, func() {
			client, _ := clientOf(func(req *http.Request) (*http.Response, error) {
				<-req.Context().Done()
				return nil, req.Context().Err()
			})
			for name, operation := range operations {
				ctx, cancel := context.WithTimeout(context.Background(), time.Second)
				defer cancel()
				started := time.Now()
				Expect(operation(ctx, client)).To(MatchError(context.DeadlineExceeded), name)
				Expect(time.Since(started)).To(Equal(time.Second), name)
			}
		})
	})

	DescribeTable("rejects an invalid user, and sends no request", func(ctx SpecContext, id string) {
		client, wire := clientOf(reply(http.StatusNoContent, ""))
		user := chat.CommunicationUser{ID: id}
		Expect(client.DeleteUser(ctx, user)).To(beArgument("user"))
		Expect(client.RevokeTokens(ctx, user)).To(beArgument("user"))
		_, err := client.GetToken(ctx, user, chatScope, nil)
		Expect(err).To(beArgument("user"))
		credential, err := client.Credential(user, chatScope, nil)
		Expect(err).To(beArgument("user"))
		Expect(credential).To(BeNil())
		Expect(wire.Requests()).To(BeEmpty())
	},
		Entry("empty", ""),
		Entry("a dot", "."),
		Entry("two dots", ".."),
	)
})

// operations are all that send one request, with valid arguments.
var operations = map[string]func(context.Context, *identity.Client) error{
	"CreateUser": func(ctx context.Context, c *identity.Client) error { return second(c.CreateUser(ctx, nil)) },
	"CreateUserAndToken": func(ctx context.Context, c *identity.Client) error {
		return second(c.CreateUserAndToken(ctx, chatScope, nil))
	},
	"DeleteUser":   func(ctx context.Context, c *identity.Client) error { return c.DeleteUser(ctx, ada) },
	"RevokeTokens": func(ctx context.Context, c *identity.Client) error { return c.RevokeTokens(ctx, ada) },
	"GetToken": func(ctx context.Context, c *identity.Client) error {
		return second(c.GetToken(ctx, ada, chatScope, nil))
	},
	"GetTokenForTeamsUser": func(ctx context.Context, c *identity.Client) error {
		return second(c.GetTokenForTeamsUser(ctx, "entra", "app", "person"))
	},
	"GetTokenForTeamsExtensionUser": func(ctx context.Context, c *identity.Client) error {
		return second(c.GetTokenForTeamsExtensionUser(ctx, "entra"))
	},
	"GetTeamsExtensionAssignment": func(ctx context.Context, c *identity.Client) error {
		return second(c.GetTeamsExtensionAssignment(ctx, "tenant", "person"))
	},
	"CreateOrUpdateTeamsExtensionAssignment": func(ctx context.Context, c *identity.Client) error {
		return second(c.CreateOrUpdateTeamsExtensionAssignment(ctx, "tenant", "person", identity.PrincipalTypeUser, nil))
	},
	"DeleteTeamsExtensionAssignment": func(ctx context.Context, c *identity.Client) error {
		return c.DeleteTeamsExtensionAssignment(ctx, "tenant", "person")
	},
}

func second[T any](_ T, err error) error { return err }

// beRefusal matches an error of the service.
func beRefusal(status int, code string) OmegaMatcher {
	return WithTransform(func(err error) *chat.Error {
		refused, _ := errors.AsType[*chat.Error](err)
		return refused
	}, And(Not(BeNil()), HaveField("StatusCode", status), HaveField("Code", code)))
}
