package identity_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
)

var _ = Describe("Client.Credential", func() {
	It("issues a token when one is needed, and another before it expires", func() {
		bubble(newYear, func() {
			client, wire := clientOf(issuedFor("one", time.Hour), issuedFor("two", time.Hour))
			credential, err := client.Credential(ada, chatScope, &identity.CredentialOptions{Lifetime: time.Hour})
			Expect(err).NotTo(HaveOccurred())
			Expect(wire.Requests()).To(BeEmpty())
			Expect(credential.Token(context.Background())).To(HaveField("Token", "one"))
			time.Sleep(59 * time.Minute)
			Expect(credential.Token(context.Background())).To(HaveField("Token", "one"))
			synctest.Wait()
			Expect(credential.Token(context.Background())).To(HaveField("Token", "two"))
			Expect(wire.Requests()).To(HaveLen(2))
			Expect(wire.Requests()).To(HaveEach(HaveField("Body", `{"scopes":["chat"],"expiresInMinutes":60}`)))
		})
	})

	It("sends one request for 10,000 goroutines at the moment a token expires", func() {
		bubble(newYear, func() {
			client, wire := clientOf(issuedFor("one", time.Hour), issuedFor("two", time.Hour))
			credential, err := client.Credential(ada, chatScope, nil)
			Expect(err).NotTo(HaveOccurred())
			Expect(credential.Token(context.Background())).To(HaveField("Token", "one"))
			time.Sleep(time.Hour)
			var all sync.WaitGroup
			for range 10_000 {
				all.Go(func() {
					defer GinkgoRecover()
					Expect(credential.Token(context.Background())).To(HaveField("Token", "two"))
				})
			}
			all.Wait()
			Expect(wire.Requests()).To(HaveLen(2))
		})
	})

	It("uses the settings of a credential", func(ctx SpecContext) {
		client, wire := clientOf(reply(http.StatusNoContent, ""))
		first := chat.AccessToken{Token: "first", ExpiresOn: time.Now().Add(time.Hour)}
		given := &identity.CredentialOptions{TokenCredentialOptions: chat.TokenCredentialOptions{InitialToken: first}}
		credential, err := client.Credential(ada, chatScope, given)
		Expect(err).NotTo(HaveOccurred())
		Expect(credential.Token(ctx)).To(HaveField("Token", "first"))
		Expect(wire.Requests()).To(BeEmpty())
		given.RefreshTimeout = -1
		_, err = client.Credential(ada, chatScope, given)
		Expect(err).To(beArgument("RefreshTimeout"))
	})

	It("returns the error of the service", func(ctx SpecContext) {
		client, _ := clientOf(refusal(http.StatusUnauthorized, "IdentityNotOwned", "Provided identity doesn't belong to the resource."))
		credential, err := client.Credential(ada, chatScope, nil)
		Expect(err).NotTo(HaveOccurred())
		_, err = credential.Token(ctx)
		Expect(err).To(beRefusal(http.StatusUnauthorized, "IdentityNotOwned"))
	})
})

var _ = Describe("Client.MintFunc", func() {
	It("is not affected by later changes of its arguments", func(ctx SpecContext) {
		client, wire := clientOf(issuedFor("one", time.Hour))
		scopes, given := []identity.Scope{identity.ScopeChat}, &identity.TokenOptions{Lifetime: 2 * time.Hour}
		mint := client.MintFunc(scopes, given)
		scopes[0], given.Lifetime = identity.ScopeVoIP, 0
		Expect(mint(ctx, ada)).To(HaveField("Token", "one"))
		Expect(only(wire).Body).To(Equal(`{"scopes":["chat"],"expiresInMinutes":120}`))
		Expect(only(wire).URL).To(ContainSubstring(ada.ID))
	})
})

// issuedFor is the answer that holds a token with a lifetime from when it is asked for.
func issuedFor(token string, lifetime time.Duration) answer {
	return func(req *http.Request) (*http.Response, error) { return issued(token, time.Now().Add(lifetime))(req) }
}

func chatOptions(transport policy.Transporter) *chat.ClientOptions {
	return &chat.ClientOptions{ClientOptions: options(transport).ClientOptions}
}

// nothing is a refresh callback that has no token.
func nothing(context.Context) (chat.AccessToken, error) {
	return chat.AccessToken{}, errors.New("no other token")
}
