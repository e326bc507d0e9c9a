package identity_test

import (
	"context"
	"net"
	"net/http"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/explain"
	"github.com/acschat/acs-chat-go/chat/identity"
)

// causesOf are the kinds of the causes, in their order.
func causesOf(e explain.Explanation) []explain.Kind {
	var list []explain.Kind
	for _, cause := range e.Causes {
		list = append(list, cause.Kind)
	}
	return list
}

var _ = Describe("Client.Explain", func() {
	served := func(status int, body string, age time.Duration) answer {
		return func(req *http.Request) (*http.Response, error) { // entries are made when the suite starts
			return reply(status, body, "MS-CV", "cv", "Date", time.Now().Add(-age).UTC().Format(http.TimeFormat))(req)
		}
	}
	const denied = `{"error":{"code":"Denied","message":"Denied by the resource provider."}}`

	DescribeTable("explains an error response",
		func(ctx SpecContext, refused answer, what string, expected ...explain.Kind) {
			client, wire := clientOf(refused)
			explanation := client.Explain(ctx, client.RevokeTokens(ctx, ada))
			Expect(causesOf(explanation)).To(Equal(expected))
			Expect(explanation.Causes[0].What).To(ContainSubstring(what))
			Expect(wire.Requests()).To(HaveLen(1))
		},
		Entry("an access key", served(401, denied, 0), "access key", explain.AccessKey),
		Entry("a signature with a clock that is ahead", served(401, denied, time.Hour), "ahead", explain.Clock, explain.AccessKey),
		Entry("a user", served(401, `{"error":{"code":"IdentityNotOwned"}}`, 0), ada.ID, explain.UserUnknown),
		Entry("any other request", served(400, `{"error":{"code":"ValidationError"}}`, 0), "revoke the tokens of a user", explain.BadRequest),
		Entry("a request answered by another server", reply(404, "<html>", "Content-Type", "text/html"), "another server", explain.ForeignAnswer),
	)

	It("names the scopes that are known", func(ctx SpecContext) {
		client, _ := clientOf(served(400, `{"error":{"code":"ValidationError"}}`, 0))
		_, err := client.GetToken(ctx, ada, []identity.Scope{"chats"}, nil)
		_, both := client.CreateUserAndToken(ctx, []identity.Scope{identity.ScopeVoIP, "chats"}, nil)
		for _, err := range []error{err, both} {
			explanation := client.Explain(ctx, err)
			Expect(causesOf(explanation)).To(Equal([]explain.Kind{explain.BadRequest}))
			Expect(explanation.Causes[0].What).To(Equal(`"chats" is not a known scope`))
			Expect(explanation.Causes[0].Evidence).To(ContainSubstring("chat, chat.join, chat.join.limited, voip, voip.join"))
		}
	})

	It("explains the Entra token of an application", func(ctx SpecContext) {
		client, _ := entraClientOf(&entraStub{lifetime: time.Hour}, served(403, `{"error":{"code":"Forbidden"}}`, 0))
		explanation := client.Explain(ctx, client.RevokeTokens(ctx, ada))
		Expect(causesOf(explanation)).To(Equal([]explain.Kind{explain.EntraToken}))
		Expect(explanation.Causes[0].Fix).To(ContainSubstring("role"))
	})

	It("explains the error of a credential", func(ctx SpecContext) {
		client, _ := clientOf(served(401, denied, 0))
		credential, err := client.Credential(ada, []identity.Scope{identity.ScopeChat}, nil)
		Expect(err).NotTo(HaveOccurred())
		_, err = credential.Token(ctx)
		Expect(causesOf(client.Explain(ctx, err))).To(Equal([]explain.Kind{explain.AccessKey}))
	})

	It("explains the error of a credential that reaches no server", func(ctx SpecContext) {
		client, _ := clientOf(fail(&net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}))
		credential, err := client.Credential(ada, []identity.Scope{identity.ScopeChat}, nil)
		Expect(err).NotTo(HaveOccurred())
		_, err = credential.Token(ctx)
		explanation := client.Explain(ctx, err)
		Expect(causesOf(explanation)).To(Equal([]explain.Kind{explain.Connection}))
		Expect(explanation.Causes[0].Fix).NotTo(ContainSubstring("your program"))
	})

	It("explains the error of a constructor", func() {
		client, err := identity.NewClientFromConnectionString("endpoint=https://contoso.communication.azure.com", nil)
		Expect(causesOf(client.Explain(context.Background(), err))).To(Equal([]explain.Kind{explain.Argument}))
		Expect(client.Explain(context.Background(), nil)).To(Equal(explain.Explanation{}))
	})
})
