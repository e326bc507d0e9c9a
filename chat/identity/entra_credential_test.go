package identity_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
)

var _ = Describe("NewEntraTokenCredential", func() {
	const (
		clients    = "https://communication.azure.com/clients/"
		extension  = "https://auth.msft.communication.azure.com/"
		government = "https://auth.msft.communication.azure.us/"
	)

	DescribeTable("exchanges Entra tokens with the operation for their scopes", func(ctx SpecContext, scopes, asked []string, target string) {
		entra := &entraStub{lifetime: time.Hour}
		credential, wire := entraCredentialOf(entra, &identity.EntraTokenCredentialOptions{Scopes: scopes}, exchanged("chat", time.Hour))
		Expect(wire.Requests()).To(BeEmpty(), "not before it is needed")
		token, err := credential.Token(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(token.Token).To(Equal("chat"))
		Expect(token.ExpiresOn).To(BeTemporally("~", time.Now().Add(time.Hour), time.Minute))
		Expect(entra.Scopes()).To(Equal([][]string{asked}))
		sent := only(wire)
		Expect(sent.Method + " " + sent.URL).To(Equal("POST " + testEndpoint + target))
		Expect(sent.Header.Get("Authorization")).To(Equal("Bearer entra-1"))
		Expect(sent.Header.Get("Content-Type")).To(Equal("application/json"))
		Expect(sent.Header.Get("Accept")).To(Equal("application/json"))
		Expect(sent.Body).To(Equal(`{}`))
	},
		Entry("without scopes", nil, []string{clients + ".default"}, "/access/entra/:exchangeAccessToken?api-version=2025-03-02-preview"),
		Entry("with an empty list", []string{}, []string{clients + ".default"}, "/access/entra/:exchangeAccessToken?api-version=2025-03-02-preview"),
		Entry("for clients", []string{clients + "Chat", clients + "VoIP"}, []string{clients + "Chat", clients + "VoIP"},
			"/access/entra/:exchangeAccessToken?api-version=2025-03-02-preview"),
		Entry("in another letter case", []string{"HTTPS://Communication.Azure.com/Clients/.default"}, []string{"HTTPS://Communication.Azure.com/Clients/.default"},
			"/access/entra/:exchangeAccessToken?api-version=2025-03-02-preview"),
		Entry("for Teams", []string{extension + "TeamsExtension.ManageCalls"}, []string{extension + "TeamsExtension.ManageCalls"},
			"/access/teamsExtension/:exchangeAccessToken?api-version=2026-09-23"),
		Entry("for Teams of a government cloud", []string{government + ".default"}, []string{government + ".default"},
			"/access/teamsExtension/:exchangeAccessToken?api-version=2026-09-23"),
	)

	DescribeTable("rejects invalid arguments", func(endpoint string, entra azcore.TokenCredential, scopes []string, name string) {
		credential, err := identity.NewEntraTokenCredential(endpoint, entra, &identity.EntraTokenCredentialOptions{Scopes: scopes})
		Expect(credential).To(BeNil())
		Expect(err).To(beArgument(name))
	},
		Entry("no endpoint", "", &entraStub{}, nil, "endpoint"),
		Entry("an endpoint over http", "http://r.com", &entraStub{}, nil, "endpoint"),
		Entry("no credential", testEndpoint, nil, nil, "credential"),
		Entry("scopes of two families", testEndpoint, &entraStub{}, []string{clients + ".default", extension + ".default"}, "Scopes"),
		Entry("a scope of an application", testEndpoint, &entraStub{}, []string{"https://communication.azure.com//.default"}, "Scopes"),
		Entry("an empty scope", testEndpoint, &entraStub{}, []string{""}, "Scopes"),
		Entry("a scope of another service", testEndpoint, &entraStub{}, []string{"https://graph.microsoft.com/.default"}, "Scopes"),
	)

	It("sends no double slash, however the endpoint ends", func(ctx SpecContext) {
		wire := answering(exchanged("chat", time.Hour))
		credential, err := identity.NewEntraTokenCredential(testEndpoint+"//", &entraStub{lifetime: time.Hour}, &identity.EntraTokenCredentialOptions{ClientOptions: *options(wire)})
		Expect(err).NotTo(HaveOccurred())
		_, err = credential.Token(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(only(wire).URL).To(HavePrefix(testEndpoint + "/access/"))
	})

	It("uses another version of the API if the options name one", func(ctx SpecContext) {
		given := &identity.EntraTokenCredentialOptions{}
		given.APIVersion = "2026-01-01"
		credential, wire := entraCredentialOf(&entraStub{lifetime: time.Hour}, given, exchanged("chat", time.Hour))
		_, err := credential.Token(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(only(wire).URL).To(HaveSuffix("?api-version=2026-01-01"))
	})

	It("sends no request while the chat token is valid", func(ctx SpecContext) {
		entra := &entraStub{lifetime: time.Hour}
		credential, wire := entraCredentialOf(entra, nil, exchanged("chat", time.Hour))
		for range 100 {
			Expect(credential.Token(ctx)).To(HaveField("Token", "chat"))
		}
		Expect(entra.Scopes()).To(HaveLen(1))
		only(wire)
	})

	It("exchanges a new Entra token of a renewal", func() {
		bubble(newYear, func() {
			credential, wire := entraCredentialOf(&entraStub{lifetime: time.Hour}, nil, exchanged("one", time.Hour), exchanged("two", time.Hour))
			Expect(credential.Token(context.Background())).To(HaveField("Token", "one"))
			time.Sleep(59 * time.Minute)
			Expect(credential.Token(context.Background())).To(HaveField("Token", "one"))
			synctest.Wait()
			Expect(credential.Token(context.Background())).To(HaveField("Token", "two"))
			Expect(bearers(wire)).To(Equal([]string{"Bearer entra-1", "Bearer entra-2"}))
		})
	})

	It("keeps the chat token until it expires if the Entra token is the same", func() {
		bubble(newYear, func() {
			entra := &entraStub{lifetime: time.Hour, fixed: "entra"}
			credential, wire := entraCredentialOf(entra, nil, exchanged("one", time.Hour), exchanged("two", time.Hour))
			for range 59*60 + 59 { // seconds
				Expect(credential.Token(context.Background())).To(HaveField("Token", "one"))
				time.Sleep(time.Second)
			}
			Expect(wire.Requests()).To(HaveLen(1))
			Expect(len(entra.Scopes())).To(BeNumerically("<", 20))
			time.Sleep(time.Second)
			Expect(credential.Token(context.Background())).To(HaveField("Token", "two"))
			Expect(wire.Requests()).To(HaveLen(2))
		})
	})

	It("exchanges the same Entra token again if the service rejects the chat token", func(ctx SpecContext) {
		credential, wire := entraCredentialOf(&entraStub{lifetime: time.Hour, fixed: "entra"}, nil, exchanged("one", time.Hour), exchanged("two", time.Hour))
		chatWire := answering(reply(http.StatusUnauthorized, ""), reply(http.StatusOK, ""))
		thread, err := chat.NewThreadClient(testEndpoint, "19:a@thread.v2", credential, chatOptions(chatWire))
		Expect(err).NotTo(HaveOccurred())
		Expect(thread.SendTypingNotification(ctx, nil)).To(Succeed())
		Expect(bearers(chatWire)).To(Equal([]string{"Bearer one", "Bearer two"}))
		Expect(bearers(wire)).To(Equal([]string{"Bearer entra", "Bearer entra"}))
	})

	DescribeTable("retries an exchange", func(ctx SpecContext, first answer) {
		credential, wire := entraCredentialOf(&entraStub{lifetime: time.Hour}, nil, first, exchanged("chat", time.Hour))
		Expect(credential.Token(ctx)).To(HaveField("Token", "chat"))
		Expect(bearers(wire)).To(Equal([]string{"Bearer entra-1", "Bearer entra-1"}))
	},
		Entry("after 429", reply(http.StatusTooManyRequests, "")),
		Entry("after 500", reply(http.StatusInternalServerError, "")),
		Entry("after 503", reply(http.StatusServiceUnavailable, "")),
		Entry("after a broken connection", fail(io.ErrUnexpectedEOF)),
	)

	It("fails after four attempts", func(ctx SpecContext) {
		credential, wire := entraCredentialOf(&entraStub{lifetime: time.Hour}, nil, refusal(http.StatusInternalServerError, "Broken", "no"))
		_, err := credential.Token(ctx)
		Expect(err).To(beRefusal(http.StatusInternalServerError, "Broken"))
		Expect(wire.Requests()).To(HaveLen(4))
	})

	It("fails immediately if it is rejected, and shows no token", func(ctx SpecContext) {
		credential, wire := entraCredentialOf(&entraStub{lifetime: time.Hour, fixed: "eyJsecret.eyJsecret.secret"}, nil,
			reply(http.StatusForbidden, `{"error":{"code":"Forbidden","message":"eyJsecret.eyJsecret.secret may not"},"accessToken":{"token":"secret"}}`))
		_, err := credential.Token(ctx)
		Expect(err).To(beRefusal(http.StatusForbidden, "Forbidden"))
		Expect(err.Error()).NotTo(ContainSubstring("secret"))
		only(wire)
	})

	DescribeTable("returns an error, never an empty token", func(ctx SpecContext, entra *entraStub, answers answer, words string) {
		credential, _ := entraCredentialOf(entra, nil, answers)
		token, err := credential.Token(ctx)
		Expect(err).To(MatchError(ContainSubstring(words)))
		Expect(token).To(BeZero())
	},
		Entry("for an empty Entra token", &entraStub{empty: true}, exchanged("chat", time.Hour), "empty Entra token"),
		Entry("for a response without one", &entraStub{lifetime: time.Hour}, reply(http.StatusOK, `{"identity":{"id":"8:acs:a"}}`), "no token"),
		Entry("for a response with an empty one", &entraStub{lifetime: time.Hour}, exchanged("", time.Hour), "no token"),
		Entry("for a response that is not JSON", &entraStub{lifetime: time.Hour}, reply(http.StatusOK, `<html>`), "JSON"),
		Entry("for another success status", &entraStub{lifetime: time.Hour}, reply(http.StatusNoContent, ""), "expected status 200"),
		Entry("for an expired one", &entraStub{lifetime: time.Hour}, exchanged("chat", -time.Hour), "already expired"),
		Entry("for a credential that fails", &entraStub{err: errors.New("no tenant")}, exchanged("chat", time.Hour), "no tenant"),
	)

	It("releases a caller with an error, and the next one gets the token", func() {
		bubble(newYear, func() {
			entra := &entraStub{lifetime: time.Hour, delay: 5 * time.Second}
			credential, _ := entraCredentialOf(entra, nil, exchanged("chat", time.Hour))
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(time.Second, cancel)
			token, err := credential.Token(ctx)
			Expect(err).To(MatchError(context.Canceled))
			Expect(token).To(BeZero())
			Expect(credential.Token(context.Background())).To(HaveField("Token", "chat"))
			Expect(entra.Scopes()).To(HaveLen(1))
		})
	})
})

// exchanged is the answer that holds a chat token with a lifetime from when it is asked for.
func exchanged(token string, lifetime time.Duration) answer {
	return func(req *http.Request) (*http.Response, error) {
		end := time.Now().Add(lifetime).UTC().Format("2006-01-02T15:04:05.0000000+00:00")
		return reply(http.StatusOK, fmt.Sprintf(`{"identity":{"id":%q},"accessToken":{"token":%q,"expiresOn":%q}}`, ada.ID, token, end))(req)
	}
}

// entraCredentialOf makes a credential whose exchanges get the answers.
func entraCredentialOf(entra azcore.TokenCredential, given *identity.EntraTokenCredentialOptions, answers ...answer) (*chat.TokenCredential, *scripted) {
	GinkgoHelper()
	wire := answering(answers...)
	if given == nil {
		given = &identity.EntraTokenCredentialOptions{}
	}
	version := given.APIVersion
	given.ClientOptions = *options(wire)
	given.APIVersion = version
	credential, err := identity.NewEntraTokenCredential(testEndpoint, entra, given)
	Expect(err).NotTo(HaveOccurred())
	return credential, wire
}
