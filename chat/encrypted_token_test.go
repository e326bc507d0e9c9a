package chat_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/explain"
)

var _ = Describe("An encrypted token", func() {
	const encrypted = "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.a2V5.aXY.Y2lwaGVy.dGFn"

	It("is used until it is renewed, ten minutes if its expiry is not known", func() {
		bubble(func() {
			calls := 0
			credential := credentialOf(func(context.Context) (chat.AccessToken, error) {
				calls++
				return chat.AccessToken{Token: encrypted}, nil
			}, nil)
			token, err := credential.Token(context.Background())
			Expect(err).NotTo(HaveOccurred())
			Expect(token).To(Equal(chat.AccessToken{Token: encrypted, ExpiresOn: time.Now().Add(10 * time.Minute).UTC()}))
			time.Sleep(7 * time.Minute)
			Expect(ask(credential)).To(Equal(encrypted))
			Expect(calls).To(Equal(1))
		})
	})

	It("expires when the identity API says, or after the assumed lifetime", func() {
		bubble(func() {
			at := time.Now().Add(time.Hour).UTC()
			credential := credentialOf(breaksAlways, &chat.TokenCredentialOptions{InitialToken: chat.AccessToken{Token: encrypted, ExpiresOn: at}})
			token, err := credential.Token(context.Background())
			Expect(err).NotTo(HaveOccurred())
			Expect(token.ExpiresOn).To(Equal(at))
			credential = credentialOf(breaksAlways, &chat.TokenCredentialOptions{
				InitialToken: chat.AccessToken{Token: encrypted}, AssumedLifetime: 3 * time.Hour,
			})
			token, err = credential.Token(context.Background())
			Expect(err).NotTo(HaveOccurred())
			Expect(token.ExpiresOn).To(Equal(time.Now().Add(3 * time.Hour).UTC()))
		})
		_, err := chat.NewTokenCredential(breaksAlways, &chat.TokenCredentialOptions{AssumedLifetime: -1})
		Expect(err).To(MatchError("chat: AssumedLifetime must not be negative"))
	})

	It("that is refused is explained as such", func(ctx SpecContext) {
		credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: encrypted})
		Expect(err).NotTo(HaveOccurred())
		client, err := chat.NewClient(testEndpoint, credential, options(answering(reply(401, "", "MS-CV", "cv"))))
		Expect(err).NotTo(HaveOccurred())
		cause := client.Explain(ctx, "", client.DeleteThread(ctx, testThread)).Causes[0]
		Expect(cause.Kind).To(Equal(explain.TokenUnreadable))
		Expect(cause.Evidence).To(HavePrefix("it is encrypted"))
	})
})

// breaksAlways is a callback that fails.
func breaksAlways(context.Context) (chat.AccessToken, error) { return chat.AccessToken{}, errIssuer }
