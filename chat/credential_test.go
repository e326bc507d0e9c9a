package chat_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("TokenCredential", func() {
	Context("of one token", func() {
		It("returns it unchanged", func() {
			token := tokenUntil(time.Now().Add(time.Hour))
			credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: token})
			Expect(err).NotTo(HaveOccurred())
			for range 3 {
				Expect(credential.Token(context.Background())).To(HaveField("Token", token))
			}
		})

		It("returns it even if it has expired: the service rejects it", func() {
			token := tokenUntil(time.Now().Add(-time.Hour))
			credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: token})
			Expect(err).NotTo(HaveOccurred())
			Expect(credential.Token(context.Background())).To(HaveField("Token", token))
		})
	})

	Context("when it is made", func() {
		It("requires a callback", func() {
			_, err := chat.NewTokenCredential(nil, nil)
			refuses(err, "refresh", "", "must not be nil")
		})

		It("rejects a negative timeout", func() {
			_, err := chat.NewTokenCredential((&issuer{}).refresh, &chat.TokenCredentialOptions{RefreshTimeout: -1})
			refuses(err, "RefreshTimeout", "", "must not be negative")
		})

		It("does not call back before the first call, even if the initial token has expired", func() {
			bubble(func() {
				source := &issuer{answer: mints(time.Hour)}
				credential := credentialOf(source.refresh, &chat.TokenCredentialOptions{InitialToken: opaque("ended", -time.Second)})
				time.Sleep(time.Hour)
				Expect(source.calls()).To(BeZero())

				Expect(ask(credential)).To(Equal("token-1"))
				Expect(ask(credential)).To(Equal("token-1"))
				Expect(source.calls()).To(Equal(1))
			})
		})

		It("fails without a panic as a zero value", func() {
			var zero chat.TokenCredential
			_, err := zero.Token(context.Background())
			Expect(err).To(MatchError(chat.ErrClosed))
			Expect(zero.Close()).To(Succeed())
		})
	})

	Context("while its token is valid", func() {
		It("fetches no other", func() {
			bubble(func() {
				source := &issuer{answer: mints(time.Hour)}
				credential := credentialOf(source.refresh, &chat.TokenCredentialOptions{InitialToken: opaque("initial", time.Hour)})
				for range 57 {
					Expect(ask(credential)).To(Equal("initial"))
					time.Sleep(time.Minute)
				}
				Expect(source.calls()).To(BeZero())
			})
		})

		It("returns it whatever the state of the context", func() {
			bubble(func() {
				source := &issuer{answer: hangs}
				credential := credentialOf(source.refresh, &chat.TokenCredentialOptions{InitialToken: opaque("initial", time.Hour)})
				Expect(credential.Token(during(0))).To(HaveField("Token", "initial"))
				time.Sleep(59 * time.Minute)
				Expect(credential.Token(during(0))).To(HaveField("Token", "initial"))
				Expect(credential.Close()).To(Succeed())
			})
		})

		It("does not allocate, even while a due refresh fails", func() {
			source := &issuer{answer: breaks}
			for _, lifetime := range []time.Duration{time.Hour, time.Minute} {
				credential := credentialOf(source.refresh, &chat.TokenCredentialOptions{InitialToken: opaque("initial", lifetime)})
				Expect(testing.AllocsPerRun(1000, func() { _, _ = credential.Token(context.Background()) })).To(BeZero())
			}
			bubble(func() {
				credential := credentialOf(source.refresh, &chat.TokenCredentialOptions{InitialToken: opaque("initial", time.Minute)})
				time.Sleep(45 * time.Second)
				Expect(ask(credential)).To(Equal("initial"))
				synctest.Wait()
				Expect(source.calls()).To(Equal(1), "a refresh was due")
				Expect(testing.AllocsPerRun(1000, func() { _, _ = credential.Token(context.Background()) })).To(BeZero())
			})
		})
	})

	DescribeTable("renews two minutes before expiry, or at half the lifetime, and returns the valid token meanwhile",
		func(lifetime, age time.Duration) {
			bubble(func() {
				source := &issuer{answer: mints(lifetime)}
				credential := credentialOf(source.refresh, &chat.TokenCredentialOptions{InitialToken: opaque("initial", lifetime)})
				time.Sleep(age - time.Nanosecond)
				Expect(ask(credential)).To(Equal("initial"))
				synctest.Wait()
				Expect(source.calls()).To(BeZero())

				time.Sleep(time.Nanosecond)
				Expect(ask(credential)).To(Equal("initial"))
				synctest.Wait()
				Expect(source.calls()).To(Equal(1))
				Expect(ask(credential)).To(Equal("token-1"))
				Expect(source.calls()).To(Equal(1))
			})
		},
		Entry("1 s", time.Second, 500*time.Millisecond),
		Entry("90 s", 90*time.Second, 45*time.Second),
		Entry("4 min", 4*time.Minute, 2*time.Minute),
		Entry("5 min", 5*time.Minute, 3*time.Minute),
		Entry("24 h", 24*time.Hour, 24*time.Hour-2*time.Minute),
		Entry("40 days", 960*time.Hour, 960*time.Hour-2*time.Minute),
	)

	Context("when there is no valid token", func() {
		It("makes 10,000 callers at the moment of expiry wait for one refresh", func() {
			bubble(func() {
				source := &issuer{answer: delayed(time.Second, mints(time.Hour))}
				credential := credentialOf(source.refresh, &chat.TokenCredentialOptions{InitialToken: opaque("initial", time.Hour)})
				time.Sleep(time.Hour)

				Expect(askTogether(credential, 10_000, patient)).To(HaveEach(outcome{Token: "token-1", Waited: time.Second}))
				Expect(source.calls()).To(Equal(1))
			})
		})

		It("makes 10,000 callers a moment before expiry cause one refresh, and none of them wait", func() {
			bubble(func() {
				source := &issuer{answer: delayed(time.Second, mints(time.Hour))}
				credential := credentialOf(source.refresh, &chat.TokenCredentialOptions{InitialToken: opaque("initial", time.Hour)})
				time.Sleep(time.Hour - time.Millisecond)

				Expect(askTogether(credential, 10_000, patient)).To(HaveEach(outcome{Token: "initial"}))
				time.Sleep(time.Second)
				Expect(ask(credential)).To(Equal("token-1"))
				Expect(source.calls()).To(Equal(1))
			})
		})

		It("shares a failure among the waiting calls, and tries again for the next", func() {
			bubble(func() {
				source := &issuer{answer: delayed(time.Second, breaks)}
				credential := credentialOf(source.refresh, nil)

				Expect(askTogether(credential, 100, patient)).To(HaveEach(outcome{Waited: time.Second, Cause: errIssuer}))
				Expect(source.calls()).To(Equal(1))
				Expect(askTogether(credential, 100, patient)).To(HaveEach(outcome{Waited: time.Second, Cause: errIssuer}))
				Expect(source.calls()).To(Equal(2))
			})
		})

		It("releases every waiting call when its own context ends, immediately and with its error", func() {
			bubble(func() {
				source := &issuer{answer: delayed(20*time.Second, mints(time.Hour))}
				credential := credentialOf(source.refresh, nil)
				patience := func(i int) time.Duration { return time.Duration(i) * 100 * time.Millisecond }

				for i, got := range askTogether(credential, 100, func(i int) context.Context { return during(patience(i)) }) {
					Expect(got).To(Equal(outcome{Waited: patience(i), Cause: context.DeadlineExceeded}))
				}
				time.Sleep(20 * time.Second)
				Expect(ask(credential)).To(Equal("token-1"), "the refresh went on without them")
				Expect(source.calls()).To(Equal(1))
			})
		})

		It("does not end the refresh with the call that started it", func() {
			bubble(func() {
				source := &issuer{answer: delayed(10*time.Second, mints(time.Hour))}
				credential := credentialOf(source.refresh, nil)
				ctx, cancel := context.WithCancel(context.Background())
				time.AfterFunc(time.Second, cancel)

				first := make(chan outcome, 1)
				go func() { first <- askWithin(ctx, credential) }()
				synctest.Wait()
				Expect(askTogether(credential, 10, patient)).To(HaveEach(outcome{Token: "token-1", Waited: 10 * time.Second}))
				Expect(<-first).To(Equal(outcome{Waited: time.Second, Cause: context.Canceled}))
				Expect(source.calls()).To(Equal(1))
			})
		})

		It("fetches at most one token per lifetime, however short", func() {
			bubble(func() {
				source := &issuer{answer: mints(time.Second)}
				credential := credentialOf(source.refresh, nil)
				for range 600 {
					Expect(ask(credential)).NotTo(BeEmpty())
					time.Sleep(100 * time.Millisecond)
				}
				Expect(source.calls()).To(Equal(60))
			})
		})
	})

	DescribeTable("passes the callback its own context, limited by RefreshTimeout",
		func(timeout, want time.Duration) {
			bubble(func() {
				type key struct{}
				source := &issuer{answer: func(ctx context.Context, _ int) (chat.AccessToken, error) {
					defer GinkgoRecover()
					deadline, ok := ctx.Deadline()
					Expect(ok).To(BeTrue())
					Expect(time.Until(deadline)).To(Equal(want))
					Expect(ctx.Value(key{})).To(BeNil())
					return opaque("token", time.Hour), nil
				}}
				credential := credentialOf(source.refresh, &chat.TokenCredentialOptions{RefreshTimeout: timeout})
				ctx := context.WithValue(during(time.Second), key{}, "theirs")
				Expect(credential.Token(ctx)).To(HaveField("Token", "token"))
				Expect(source.calls()).To(Equal(1))
			})
		},
		Entry("30 seconds by default", time.Duration(0), 30*time.Second),
		Entry("as set", time.Minute, time.Minute),
	)
})
