package chat_test

import (
	"context"
	"fmt"
	"runtime"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("TokenCredential with a callback that", func() {
	// backOff lists when a refresh that fails immediately is tried within the last two minutes of a token.
	backOff := seconds(0, 1, 3, 7, 15, 31, 61, 91)

	// window returns a credential whose token expires in two minutes, and the current time.
	window := func(source *issuer) (*chat.TokenCredential, time.Time) {
		credential := credentialOf(source.refresh, &chat.TokenCredentialOptions{InitialToken: opaque("initial", time.Hour)})
		time.Sleep(58 * time.Minute)
		return credential, time.Now()
	}

	DescribeTable("fails has no effect while the token is valid, and is called again with increasing delays",
		func(answer issuing) {
			bubble(func() {
				source := &issuer{answer: answer}
				credential, start := window(source)
				for range 1200 {
					Expect(ask(credential)).To(Equal("initial"))
					time.Sleep(100 * time.Millisecond)
				}
				Expect(source.askedAfter(start)).To(Equal(backOff))
				_, err := credential.Token(context.Background())
				Expect(err).To(HaveOccurred(), "now it has ended")
				Expect(source.calls()).To(Equal(len(backOff) + 1))
			})
		},
		Entry("with an error", breaks),
		Entry("with a panic", panics),
		Entry("with the end of its goroutine", exits),
		Entry("with an expired token", gives(chat.AccessToken{Token: "ended", ExpiresOn: time.Unix(1, 0)})),
		Entry("with a token that expires at that moment", mints(0)),
		Entry("with no token", gives(chat.AccessToken{})),
		Entry("with an unreadable token", gives(chat.AccessToken{Token: "secret"})),
	)

	DescribeTable("returns no usable token fails the waiting calls, once each",
		func(answer issuing, reason string) {
			bubble(func() {
				source := &issuer{answer: answer}
				credential := credentialOf(source.refresh, nil)
				token, err := credential.Token(context.Background())
				Expect(token).To(BeZero())
				Expect(err).To(And(MatchError(HavePrefix("refresh token: "+reason)), MatchError(chat.ErrNoToken)))
				keeps(err, "")
				Expect(source.calls()).To(Equal(1))
			})
		},
		Entry("an error", breaks, errIssuer.Error()),
		Entry("an error together with a token", func(context.Context, int) (chat.AccessToken, error) {
			return opaque("secret", time.Hour), errIssuer
		}, errIssuer.Error()),
		Entry("a panic", panics, "the callback panicked: no such user"),
		Entry("a panic with a token in it", func(context.Context, int) (chat.AccessToken, error) {
			panic(fmt.Errorf("what is\n%s?", tokenWith(`{"sub":"secret"}`)))
		}, "the callback panicked: what is [redacted]?"),
		Entry("a panic with nil", func(context.Context, int) (chat.AccessToken, error) { panic(nil) }, "the callback panicked: "+new(runtime.PanicNilError).Error()),
		Entry("the end of its goroutine", exits, "the callback ended its goroutine"),
		Entry("an expired token", gives(chat.AccessToken{Token: "secret", ExpiresOn: time.Unix(1, 0)}),
			"the new token has already expired, on 1970-01-01T00:00:01Z"),
		Entry("no token", gives(chat.AccessToken{}), "the new token is empty"),
	)

	It("fails and then succeeds resets the delays", func() {
		bubble(func() {
			const lifetime = 10 * time.Minute
			source := &issuer{answer: func(ctx context.Context, call int) (chat.AccessToken, error) {
				if call%4 != 0 {
					return breaks(ctx, call)
				}
				return mints(lifetime)(ctx, call)
			}}
			credential, start := window(source)
			for range 6000 {
				Expect(ask(credential)).NotTo(BeEmpty())
				time.Sleep(100 * time.Millisecond)
			}
			Expect(source.askedAfter(start)).To(Equal(seconds(0, 1, 3, 7, 487, 488, 490, 494)))
		})
	})

	Context("hangs", func() {
		It("has no effect while the token is valid, and then makes calls wait no longer than RefreshTimeout", func() {
			bubble(func() {
				source := &issuer{answer: hangs}
				credential, start := window(source)
				for range 120 {
					Expect(ask(credential)).To(Equal("initial"))
					time.Sleep(time.Second)
				}
				Expect(source.askedAfter(start)).To(Equal(seconds(0, 31, 63, 97)), "30 seconds each, then 1, 2 and 4")

				Expect(askWithin(context.Background(), credential)).To(Equal(outcome{Waited: 7 * time.Second, Cause: context.DeadlineExceeded}))
				Expect(askWithin(context.Background(), credential)).To(Equal(outcome{Waited: 30 * time.Second, Cause: context.DeadlineExceeded}))
				Expect(askWithin(during(time.Second), credential)).To(Equal(outcome{Waited: time.Second, Cause: context.DeadlineExceeded}))
				time.Sleep(time.Minute)
				Expect(source.calls()).To(Equal(6))
			})
		})

		It("and ignores its context is abandoned, and its late token is ignored", func() {
			bubble(func() {
				source := &issuer{answer: func(ctx context.Context, call int) (chat.AccessToken, error) {
					if call == 1 {
						time.Sleep(time.Hour)
						return opaque("late", 24*time.Hour), nil
					}
					return mints(2*time.Hour)(ctx, call)
				}}
				credential := credentialOf(source.refresh, &chat.TokenCredentialOptions{RefreshTimeout: 5 * time.Second})
				Expect(askTogether(credential, 10, patient)).To(HaveEach(outcome{Waited: 5 * time.Second, Cause: context.DeadlineExceeded}))
				Expect(ask(credential)).To(Equal("token-2"))

				time.Sleep(time.Hour)
				Expect(ask(credential)).To(Equal("token-2"))
				Expect(source.calls()).To(Equal(2))
			})
		})

		It("is reported with the time it took", func() {
			bubble(func() {
				credential := credentialOf((&issuer{answer: hangs}).refresh, &chat.TokenCredentialOptions{RefreshTimeout: 5 * time.Second})
				_, err := credential.Token(context.Background())
				Expect(err).To(MatchError(SatisfyAny(
					Equal("refresh token: no result within 5s: context deadline exceeded"),
					Equal("refresh token: context deadline exceeded"), // the callback's own words, at the same moment
				)))
			})
		})
	})

	Context("returns", func() {
		It("the same token is called at half of the remaining time, and at most once a second", func() {
			bubble(func() {
				same := opaque("same", time.Hour)
				source := &issuer{answer: gives(same)}
				credential := credentialOf(source.refresh, &chat.TokenCredentialOptions{InitialToken: same})
				time.Sleep(58 * time.Minute)
				start := time.Now()
				for range 120 * 8 {
					Expect(ask(credential)).To(Equal("same"))
					time.Sleep(time.Second / 8)
				}
				Expect(source.askedAfter(start)).To(Equal(seconds(0, 60, 90, 105, 112.5, 116.25, 118.125, 119.125)))
			})
		})

		It("a token that expires sooner replaces the current one", func() {
			bubble(func() {
				source := &issuer{answer: func(context.Context, int) (chat.AccessToken, error) { return opaque("older", time.Minute), nil }}
				credential, start := window(source)
				Expect(ask(credential)).To(Equal("initial"))
				synctest.Wait()
				for range 60 {
					Expect(ask(credential)).To(Equal("older"))
					time.Sleep(time.Second)
				}
				Expect(source.askedAfter(start)).To(Equal(seconds(0, 30)))
			})
		})
	})

	Context("calls the credential", func() {
		It("gets an error after RefreshTimeout, since it waits for itself", func() {
			bubble(func() {
				var credential *chat.TokenCredential
				source := &issuer{answer: func(context.Context, int) (chat.AccessToken, error) {
					return credential.Token(context.Background())
				}}
				credential = credentialOf(source.refresh, nil)
				Expect(askWithin(context.Background(), credential)).To(Equal(outcome{Waited: 30 * time.Second, Cause: context.DeadlineExceeded}))
				Expect(source.calls()).To(Equal(1))
			})
		})

		It("gets the token that is still valid", func() {
			bubble(func() {
				var credential *chat.TokenCredential
				var seen outcome
				source := &issuer{answer: func(ctx context.Context, call int) (chat.AccessToken, error) {
					seen = askWithin(ctx, credential)
					return mints(time.Hour)(ctx, call)
				}}
				credential, _ = window(source)
				Expect(ask(credential)).To(Equal("initial"))
				synctest.Wait()
				Expect(seen).To(Equal(outcome{Token: "initial"}))
				Expect(ask(credential)).To(Equal("token-1"))
			})
		})
	})
})
