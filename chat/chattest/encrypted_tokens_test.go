package chattest_test

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/explain"
	"github.com/acschat/acs-chat-go/chat/identity"
)

var _ = Describe("An encrypted token", func() {
	var s *chattest.Server
	BeforeEach(func() {
		s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true, EncryptTokens: true, EntraTokens: entraTokens(time.Time{})}))
	})

	It("has five parts, of which only the header can be read", func() {
		parts := strings.Split(s.Token(s.NewUser(), 0), ".")
		Expect(parts).To(HaveLen(5))
		Expect(base64.RawURLEncoding.DecodeString(parts[0])).To(MatchJSON(`{"alg":"RSA-OAEP-256","enc":"A256GCM","typ":"JWT","cty":"JWT"}`))
		for _, part := range parts[1:] {
			text, err := base64.RawURLEncoding.DecodeString(part)
			Expect(err).NotTo(HaveOccurred())
			Expect(text).NotTo(BeEmpty())
			Expect(string(text)).NotTo(ContainSubstring("skypeid"))
		}
	})

	It("is accepted, also where tokens are not encrypted, and expires, is revoked and has the scopes of others", func() {
		ana := newPerson(s.Service)
		ana.mustGet(ana.thread("Mine"))
		first := ana.token
		ana.token = s.Token(ana.User, 0, "voip")
		ana.get("/chat/threads").must(403)
		s.Revoke(ana.User)
		ana.token = first
		ana.get("/chat/threads").must(401)
		ana.token = s.Token(ana.User, time.Minute)
		ana.mustGet("/chat/threads")
		s.Advance(2 * time.Minute)
		ana.get("/chat/threads").must(401)
		as(s.Service, s.ForeignUser()).get("/chat/threads").must(401)

		file := GinkgoT().TempDir() + "/data"
		encrypting, err := chattest.Open(api.Watch(&chattest.Options{Path: file, EncryptTokens: true}))
		Expect(err).NotTo(HaveOccurred())
		ana = newPerson(encrypting)
		Expect(encrypting.Close()).To(Succeed())
		ana.service, err = chattest.Open(api.Watch(&chattest.Options{Path: file}))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(ana.service.Close)
		ana.mustGet("/chat/threads")
	})

	It("is refused if anything is changed or missing", func() {
		ana := newPerson(s.Service)
		good := ana.token
		for i := 0; i < len(good); i += 7 {
			for _, other := range []string{"A", "B", ".", "=", ""} {
				ana.token = good[:i] + other + good[i+1:]
				if ana.token != good {
					ana.get("/chat/threads").must(401)
				}
			}
		}
		parts := strings.Split(good, ".")
		for i := range parts {
			without := append([]string{}, parts...)
			without[i] = ""
			ana.token = strings.Join(without, ".")
			ana.get("/chat/threads").must(401)
		}
		for _, other := range sameWhenDecoded(base64.RawURLEncoding, good) {
			ana.token = other
			ana.get("/chat/threads").must(401)
		}
		ana.token = good
		ana.mustGet("/chat/threads")
	})

	It("opens a real-time connection", func() {
		people := newPeople(s.Service, 2)
		thread := people[0].thread("Live", people...)
		l := listen(people[1])
		people[0].send(thread, "hi")
		Expect(l.next()).To(HaveKeyWithValue("messageBody", "hi"))
		l.stop()
	})

	// identities is an identity client of the service.
	identities := func() *identity.Client {
		GinkgoHelper()
		options := &identity.ClientOptions{}
		options.Transport = s.HTTPClient()
		client, err := identity.NewClientFromConnectionString(s.ConnectionString(), options)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(client.Close)
		return client
	}
	clientWith := func(credential *chat.TokenCredential) *chat.Client {
		GinkgoHelper()
		DeferCleanup(credential.Close)
		client, err := chat.NewClient(s.Endpoint(), credential, s.ClientOptions())
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(client.Close)
		return client
	}
	chatScope := []identity.Scope{identity.ScopeChat}

	It("is what the identity client issues, a credential renews and a fleet sends, until the time that the API gives", func(ctx SpecContext) {
		client := identities()
		created, err := client.CreateUserAndToken(ctx, chatScope, &identity.TokenOptions{Lifetime: time.Hour})
		Expect(err).NotTo(HaveOccurred())
		Expect(strings.Count(created.Token.Token, ".")).To(Equal(4))
		Expect(created.Token.ExpiresOn).To(BeTemporally("~", time.Now().Add(time.Hour), time.Minute))

		credential, err := client.Credential(created.User, chatScope, nil)
		Expect(err).NotTo(HaveOccurred())
		chats := clientWith(credential)
		thread, err := chats.CreateThread(ctx, "Mine", nil)
		Expect(err).NotTo(HaveOccurred())
		token, err := credential.Token(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(strings.Count(token.Token, ".")).To(Equal(4))
		Expect(token.ExpiresOn).To(BeTemporally("~", time.Now().Add(24*time.Hour), time.Minute))

		Expect(client.RevokeTokens(ctx, created.User)).To(Succeed())
		_, err = chats.ThreadClient(thread.Thread.ID).SendMessage(ctx, "after the revocation", nil)
		Expect(err).NotTo(HaveOccurred())

		fleet, err := chat.NewFleet(s.Endpoint(), client.MintFunc(chatScope, nil), &chat.FleetOptions{ClientOptions: *s.ClientOptions()})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(fleet.Close)
		_, err = fleet.As(created.User).CreateThread(ctx, "Of the fleet", nil)
		Expect(err).NotTo(HaveOccurred())
	})

	It("is the exchange for a token of Entra", func(ctx SpecContext) {
		exchange := &identity.EntraTokenCredentialOptions{}
		exchange.Transport = s.HTTPClient()
		credential, err := identity.NewEntraTokenCredential(s.Endpoint(), entraCredential("ana"), exchange)
		Expect(err).NotTo(HaveOccurred())
		_, err = clientWith(credential).CreateThread(ctx, "Mine", nil)
		Expect(err).NotTo(HaveOccurred())
		token, err := credential.Token(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(strings.Count(token.Token, ".")).To(Equal(4))
	})

	It("without a known expiry is renewed after the assumed lifetime", func() {
		bubble(func(*chattest.Service) {
			encrypting, err := chattest.Open(api.Watch(&chattest.Options{EncryptTokens: true}))
			Expect(err).NotTo(HaveOccurred())
			defer func() { Expect(encrypting.Close()).To(Succeed()) }()
			ana, fetched := encrypting.NewUser(), 0
			credential, err := chat.NewTokenCredential(func(context.Context) (chat.AccessToken, error) {
				fetched++
				return chat.AccessToken{Token: encrypting.Token(ana, 0)}, nil
			}, &chat.TokenCredentialOptions{AssumedLifetime: time.Hour})
			Expect(err).NotTo(HaveOccurred())
			client, err := chat.NewClient(encrypting.Endpoint(), credential, encrypting.ClientOptions())
			Expect(err).NotTo(HaveOccurred())
			for _, wait := range []time.Duration{0, 57 * time.Minute, 4 * time.Minute} {
				time.Sleep(wait)
				_, err := client.CreateThread(context.Background(), "Mine", nil)
				Expect(err).NotTo(HaveOccurred())
			}
			Expect(fetched).To(Equal(2))
		})
	})

	Describe("that is refused", func() {
		explained := func(ctx context.Context, token chat.AccessToken) []explain.Cause {
			GinkgoHelper()
			credential, err := chat.NewStaticTokenCredential(token)
			Expect(err).NotTo(HaveOccurred())
			client := clientWith(credential)
			_, err = client.CreateThread(ctx, "Mine", nil)
			Expect(errors.Is(err, chat.ErrUnauthorized) || errors.Is(err, chat.ErrForbidden)).To(BeTrue(), "%v", err)
			return client.Explain(ctx, "", err).Causes
		}

		It("after its expiry is explained by that", func(ctx SpecContext) {
			causes := explained(ctx, chat.AccessToken{Token: s.Token(s.NewUser(), -time.Hour), ExpiresOn: s.Now().Add(-time.Hour)})
			Expect(causes[0].Kind).To(Equal(explain.TokenExpired))
			Expect(causes[0].Evidence).To(ContainSubstring("it is encrypted"))
			Expect(causes).To(HaveLen(1))
		})

		It("after its expiry by the clock of the service is explained by the local clock", func(ctx SpecContext) {
			token := chat.AccessToken{Token: s.Token(s.NewUser(), time.Hour), ExpiresOn: s.Now().Add(time.Hour)}
			s.Advance(2 * time.Hour)
			causes := explained(ctx, token)
			Expect(causes[0].Kind).To(Equal(explain.Clock))
			Expect(causes).To(HaveLen(1))
		})

		It("before its expiry is explained by a revocation", func(ctx SpecContext) {
			user := s.NewUser()
			token := chat.AccessToken{Token: s.Token(user, time.Hour), ExpiresOn: s.Now().Add(time.Hour)}
			s.Revoke(user)
			causes := explained(ctx, token)
			Expect(causes[0].What).To(ContainSubstring("revoked"))
			Expect(causes[0].Evidence).To(ContainSubstring("it is encrypted"))
		})

		It("for its scope is explained as a token that may lack it", func(ctx SpecContext) {
			causes := explained(ctx, chat.AccessToken{Token: s.Token(s.NewUser(), time.Hour, "voip")})
			Expect(causes[0].Kind).To(Equal(explain.TokenScope))
		})
	})
})
