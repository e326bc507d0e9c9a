package identity_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
)

var _ = Describe("NewClient", func() {
	It("requests the scope of the resource, and sends the token", func(ctx SpecContext) {
		entra := &entraStub{lifetime: time.Hour}
		client, wire := entraClientOf(entra, reply(http.StatusNoContent, ""))
		Expect(client.RevokeTokens(ctx, ada)).To(Succeed())
		Expect(client.DeleteUser(ctx, ada)).To(Succeed())
		Expect(entra.Scopes()).To(Equal([][]string{{"https://communication.azure.com//.default"}}))
		for _, sent := range wire.Requests() {
			Expect(sent.Header.Get("Authorization")).To(Equal("Bearer entra-1"))
			Expect(sent.Header).NotTo(HaveKey("X-Ms-Date"))
		}
	})

	It("renews the token while the old one is valid", func() {
		bubble(newYear, func() {
			entra := &entraStub{lifetime: time.Hour}
			client, wire := entraClientOf(entra, reply(http.StatusNoContent, ""))
			for range 3 {
				Expect(client.RevokeTokens(context.Background(), ada)).To(Succeed())
				synctest.Wait()
				time.Sleep(59 * time.Minute)
			}
			Expect(bearers(wire)).To(Equal([]string{"Bearer entra-1", "Bearer entra-1", "Bearer entra-2"}))
		})
	})

	It("releases a call with its own context while another call fetches a token", func() {
		bubble(newYear, func() {
			entra := &entraStub{lifetime: time.Hour, delay: 2 * time.Second}
			client, _ := entraClientOf(entra, reply(http.StatusNoContent, ""))
			var first sync.WaitGroup
			first.Go(func() {
				defer GinkgoRecover()
				Expect(client.RevokeTokens(context.Background(), ada)).To(Succeed())
			})
			synctest.Wait()
			ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
			defer cancel()
			started := time.Now()
			Expect(client.RevokeTokens(ctx, ada)).To(MatchError(context.DeadlineExceeded))
			Expect(time.Since(started)).To(Equal(100 * time.Millisecond))
			first.Wait()
			Expect(entra.Scopes()).To(HaveLen(1))
		})
	})

	It("is not affected if the first caller leaves", func() {
		bubble(newYear, func() {
			entra := &entraStub{lifetime: time.Hour, delay: 2 * time.Second}
			client, _ := entraClientOf(entra, reply(http.StatusNoContent, ""))
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			Expect(client.RevokeTokens(ctx, ada)).To(MatchError(context.DeadlineExceeded))
			Expect(client.RevokeTokens(context.Background(), ada)).To(Succeed())
			Expect(entra.Scopes()).To(HaveLen(1))
		})
	})

	It("replaces a rejected token, at most once a minute", func() {
		bubble(newYear, func() {
			entra := &entraStub{lifetime: 24 * time.Hour}
			client, wire := entraClientOf(entra, reply(http.StatusUnauthorized, ""))
			for range 4 {
				time.Sleep(45 * time.Second)
				Expect(client.RevokeTokens(context.Background(), ada)).To(MatchError(chat.ErrUnauthorized))
			}
			Expect(bearers(wire)).To(Equal([]string{"Bearer entra-1", "Bearer entra-1", "Bearer entra-2", "Bearer entra-2"}))
		})
	})

	It("fails with the error of the credential, without a retry or a request", func(ctx SpecContext) {
		cause := errors.New("no such tenant")
		entra := &entraStub{err: cause}
		client, wire := entraClientOf(entra, reply(http.StatusNoContent, ""))
		Expect(client.RevokeTokens(ctx, ada)).To(MatchError(cause))
		Expect(entra.Scopes()).To(HaveLen(1))
		Expect(wire.Requests()).To(BeEmpty())
	})

	It("sends no token if a policy changes the request to http", func(ctx SpecContext) {
		wire := answering(reply(http.StatusNoContent, ""))
		given := options(wire)
		given.PerCallPolicies = []policy.Policy{rewrite{http.MethodPost, "http://contoso.communication.azure.com", ""}}
		client, err := identity.NewClient(testEndpoint, &entraStub{lifetime: time.Hour}, given)
		Expect(err).NotTo(HaveOccurred())
		Expect(client.RevokeTokens(ctx, ada)).To(MatchError(ContainSubstring("plain http")))
		Expect(wire.Requests()).To(BeEmpty())
	})

	It("ends a fetch with Close", func() {
		bubble(newYear, func() {
			client, _ := entraClientOf(&entraStub{lifetime: time.Hour, delay: time.Minute}, reply(http.StatusNoContent, ""))
			waiting := make(chan error)
			go func() { waiting <- client.RevokeTokens(context.Background(), ada) }()
			synctest.Wait()
			Expect(client.Close()).To(Succeed())
			Expect(<-waiting).To(MatchError(chat.ErrClosed))
			Expect(client.RevokeTokens(context.Background(), ada)).To(MatchError(chat.ErrClosed))
		})
	})

	It("exchanges the token of a person without other authorization", func(ctx SpecContext) {
		entra := &entraStub{lifetime: time.Hour}
		client, wire := entraClientOf(entra, reply(http.StatusOK, `{"identity":{"id":"8:acs:a"},"accessToken":{"token":"t","expiresOn":"2026-01-02T03:04:05Z"}}`))
		_, err := client.GetTokenForTeamsExtensionUser(ctx, "person")
		Expect(err).NotTo(HaveOccurred())
		Expect(bearers(wire)).To(Equal([]string{"Bearer person"}))
		Expect(entra.Scopes()).To(BeEmpty())
	})

	DescribeTable("rejects invalid arguments", func(endpoint string, credential azcore.TokenCredential, name string) {
		client, err := identity.NewClient(endpoint, credential, nil)
		Expect(client).To(BeNil())
		Expect(err).To(beArgument(name))
	},
		Entry("no endpoint", "", &entraStub{}, "endpoint"),
		Entry("an endpoint over http", "http://r.com", &entraStub{}, "endpoint"),
		Entry("no credential", testEndpoint, nil, "credential"),
	)
})

// entraStub is a credential of Entra that gives numbered tokens.
type entraStub struct {
	lifetime, delay time.Duration
	err             error
	fixed           string // instead of numbered ones
	empty           bool

	mu     sync.Mutex
	scopes [][]string
}

func (e *entraStub) GetToken(ctx context.Context, asked policy.TokenRequestOptions) (azcore.AccessToken, error) {
	e.mu.Lock()
	e.scopes = append(e.scopes, asked.Scopes)
	token := fmt.Sprintf("entra-%d", len(e.scopes))
	e.mu.Unlock()
	select {
	case <-time.After(e.delay):
	case <-ctx.Done():
		return azcore.AccessToken{}, ctx.Err()
	}
	switch {
	case e.err != nil:
		return azcore.AccessToken{}, e.err
	case e.empty:
		return azcore.AccessToken{ExpiresOn: time.Now().Add(time.Hour)}, nil
	case e.fixed != "":
		token = e.fixed
	}
	return azcore.AccessToken{Token: token, ExpiresOn: time.Now().Add(e.lifetime)}, nil
}

// Scopes lists the requested scopes, in order.
func (e *entraStub) Scopes() [][]string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([][]string(nil), e.scopes...)
}

func entraClientOf(entra azcore.TokenCredential, answers ...answer) (*identity.Client, *scripted) {
	GinkgoHelper()
	wire := answering(answers...)
	client, err := identity.NewClient(testEndpoint, entra, options(wire))
	Expect(err).NotTo(HaveOccurred())
	return client, wire
}

func bearers(wire *scripted) []string {
	var all []string
	for _, sent := range wire.Requests() {
		all = append(all, sent.Header.Get("Authorization"))
	}
	return all
}
