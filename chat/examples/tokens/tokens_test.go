package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/identity"
)

func TestTokens(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "tokens")
}

// browser keeps the cookies of one person.
type browser struct {
	app     http.Handler
	cookies []*http.Cookie
	origin  string
}

func (b *browser) send(method, path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "https://app.example"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if b.origin != "" {
		r.Header.Set("Origin", b.origin)
	}
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.app.ServeHTTP(w, r)
	b.cookies = append(b.cookies, w.Result().Cookies()...)
	return w
}

func (b *browser) signIn(name string) {
	GinkgoHelper()
	Expect(b.send(http.MethodPost, "/sign-in", url.Values{"name": {name}}).Code).To(Equal(http.StatusNoContent))
}

// issued is what the endpoint answers.
type issued struct {
	Token     string
	ExpiresOn time.Time
	Endpoint  string
	User      struct{ CommunicationUserID string }
}

func (b *browser) token() (answer issued) {
	GinkgoHelper()
	w := b.send(http.MethodPost, "/token", nil)
	Expect(w.Code).To(Equal(http.StatusOK))
	Expect(json.Unmarshal(w.Body.Bytes(), &answer)).To(Succeed())
	return answer
}

var _ = Describe("The token endpoint", func() {
	var (
		s   *chattest.Server
		app http.Handler
	)
	BeforeEach(func() {
		s = chattest.NewServer(GinkgoTB(), &chattest.Options{NoSocket: true})
		options := &identity.ClientOptions{}
		options.Transport, options.Retry.MaxRetries = s.Transport(), -1
		identities, err := identity.NewClientFromConnectionString(s.ConnectionString(), options)
		Expect(err).NotTo(HaveOccurred())
		app, err = newHandler(newPeople(identities, slog.New(slog.DiscardHandler)))
		Expect(err).NotTo(HaveOccurred())
	})

	It("issues tokens with which a client can chat", func(ctx SpecContext) {
		ana := &browser{app: app}
		ana.signIn("ana")
		answer := ana.token()
		Expect(time.Until(answer.ExpiresOn)).To(BeNumerically("~", time.Hour, time.Minute))
		credential, err := chat.NewTokenCredential(func(context.Context) (chat.AccessToken, error) {
			return chat.AccessToken{Token: ana.token().Token}, nil
		}, nil)
		Expect(err).NotTo(HaveOccurred())
		client, err := chat.NewClient(answer.Endpoint, credential, s.ClientOptions())
		Expect(err).NotTo(HaveOccurred())
		created, err := client.CreateThread(ctx, "Lunch", nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(created.Thread.CreatedBy.RawID()).To(Equal(answer.User.CommunicationUserID))
		Expect(credential.Close()).To(Succeed())
	})

	It("gives a person the same user in every session, and each person another", func() {
		ana, again, bo := &browser{app: app}, &browser{app: app}, &browser{app: app}
		ana.signIn("ana")
		again.signIn("ana")
		bo.signIn("bo")
		Expect(ana.token().User).To(Equal(again.token().User))
		Expect(ana.token().User).NotTo(Equal(bo.token().User))
		Expect(s.Users()).To(HaveLen(2))
	})

	It("issues nothing to those who are not signed in, to pages of other sites and to GET", func() {
		Expect((&browser{app: app}).send(http.MethodPost, "/token", nil).Code).To(Equal(http.StatusUnauthorized))
		forged := &browser{app: app, cookies: []*http.Cookie{{Name: sessionCookie, Value: "guessed"}}}
		Expect(forged.send(http.MethodPost, "/token", nil).Code).To(Equal(http.StatusUnauthorized))
		ana := &browser{app: app}
		ana.signIn("ana")
		Expect(ana.send(http.MethodGet, "/token", nil).Code).To(Equal(http.StatusMethodNotAllowed))
		ana.origin = "https://elsewhere.example"
		Expect(ana.send(http.MethodPost, "/token", nil).Code).To(Equal(http.StatusForbidden))
		Expect(s.Requests(chattest.IssueAccessToken)).To(BeEmpty())
	})

	It("says that chat is not available while the service is not", func() {
		s.Fail(chattest.CreateIdentity, chattest.Fault{Status: 503})
		ana := &browser{app: app}
		Expect(ana.send(http.MethodPost, "/sign-in", url.Values{"name": {"ana"}}).Code).To(Equal(http.StatusServiceUnavailable))
		ana.signIn("ana")
		s.Fail(chattest.IssueAccessToken, chattest.Fault{Status: 503})
		Expect(ana.send(http.MethodPost, "/token", nil).Code).To(Equal(http.StatusServiceUnavailable))
		Expect(ana.token().Token).NotTo(BeEmpty())
	})

	It("serves the page", func() {
		for path, text := range map[string]string{"/": "bundle.js", "/chat.js": "@azure/communication-chat"} {
			w := (&browser{app: app}).send(http.MethodGet, path, nil)
			Expect(w.Code).To(Equal(http.StatusOK))
			body, err := io.ReadAll(w.Body)
			Expect(err).NotTo(HaveOccurred())
			Expect(string(body)).To(ContainSubstring(text))
		}
	})
})
