package chat_test

import (
	"context"
	"sync"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("TokenCredential.Close", func() {
	closed := outcome{Cause: chat.ErrClosed}

	It("makes later calls fail, even if the token was valid", func() {
		static := staticCredential()
		renewed := credentialOf((&issuer{answer: mints(time.Hour)}).refresh, &chat.TokenCredentialOptions{InitialToken: opaque("initial", time.Hour)})
		for _, credential := range []*chat.TokenCredential{static, renewed} {
			for range 2 {
				Expect(credential.Close()).To(Succeed())
				token, err := credential.Token(context.Background())
				Expect(token).To(BeZero())
				Expect(err).To(MatchError(chat.ErrClosed))
			}
		}
	})

	DescribeTable("stops all work",
		func(options chat.TokenCredentialOptions, answer issuing, before time.Duration) {
			bubble(func() {
				source := &issuer{answer: answer}
				options := options
				if options.InitialToken.Token != "" {
					options.InitialToken.ExpiresOn = time.Now().Add(time.Hour)
				}
				credential := credentialOf(source.refresh, &options)
				time.Sleep(before)
				var callers sync.WaitGroup
				for range 10 {
					callers.Go(func() { askWithin(context.Background(), credential) })
				}
				synctest.Wait()
				calls := source.calls()

				start := time.Now()
				Expect(credential.Close()).To(Succeed())
				callers.Wait()
				Expect(time.Since(start)).To(BeZero(), "no caller waits any more")
				Expect(askWithin(context.Background(), credential)).To(Equal(closed))

				time.Sleep(48 * time.Hour)
				Expect(source.calls()).To(Equal(calls), "no refresh starts any more")
				Expect(askWithin(context.Background(), credential)).To(Equal(closed))
			})
		},
		Entry("without a call", chat.TokenCredentialOptions{}, mints(time.Hour), time.Duration(0)),
		Entry("a valid token", chat.TokenCredentialOptions{InitialToken: opaque("initial", 0)}, mints(time.Hour), time.Minute),
		Entry("an expired token", chat.TokenCredentialOptions{InitialToken: opaque("initial", 0)}, breaks, 2*time.Hour),
		Entry("a refresh in the last two minutes", chat.TokenCredentialOptions{InitialToken: opaque("initial", 0)}, hangs, 59*time.Minute),
		Entry("a back-off", chat.TokenCredentialOptions{InitialToken: opaque("initial", 0)}, breaks, 59*time.Minute),
		Entry("a refresh that callers wait for", chat.TokenCredentialOptions{}, hangs, time.Duration(0)),
		Entry("a refresh that ignores its context", chat.TokenCredentialOptions{}, delayed(time.Hour, mints(time.Hour)), time.Duration(0)),
		Entry("a background timer", chat.TokenCredentialOptions{RefreshAhead: true}, mints(time.Hour), time.Minute),
		Entry("a background timer of forty days", chat.TokenCredentialOptions{RefreshAhead: true}, mints(960*time.Hour), 25*time.Hour),
		Entry("a background refresh", chat.TokenCredentialOptions{RefreshAhead: true}, hangs, 10*time.Second),
		Entry("a background back-off", chat.TokenCredentialOptions{RefreshAhead: true, InitialToken: opaque("initial", 0)}, panics, 55*time.Minute),
	)

	It("ends waiting callers with ErrClosed, and the context of the callback", func() {
		bubble(func() {
			var cause error
			source := &issuer{answer: func(ctx context.Context, _ int) (chat.AccessToken, error) {
				<-ctx.Done()
				cause = ctx.Err()
				return opaque("late", time.Hour), nil
			}}
			credential := credentialOf(source.refresh, nil)
			time.AfterFunc(time.Second, func() { _ = credential.Close() })
			Expect(askTogether(credential, 100, patient)).To(HaveEach(outcome{Waited: time.Second, Cause: chat.ErrClosed}))
			synctest.Wait()
			Expect(cause).To(Equal(context.Canceled))
			Expect(askWithin(context.Background(), credential)).To(Equal(closed), "the late token is not kept")
			Expect(source.calls()).To(Equal(1))
		})
	})

	It("does not wait for the callback", func() {
		bubble(func() {
			credential := credentialOf((&issuer{answer: delayed(time.Hour, breaks)}).refresh, &chat.TokenCredentialOptions{RefreshAhead: true})
			synctest.Wait()
			start := time.Now()
			Expect(credential.Close()).To(Succeed())
			Expect(time.Since(start)).To(BeZero())
			time.Sleep(time.Hour)
		})
	})

	It("can be called by the callback", func() {
		bubble(func() {
			var credential *chat.TokenCredential
			source := &issuer{answer: func(context.Context, int) (chat.AccessToken, error) {
				return opaque("token", time.Hour), credential.Close()
			}}
			credential = credentialOf(source.refresh, nil)
			Expect(askWithin(context.Background(), credential)).To(Equal(closed))
		})
	})

	It("can be called concurrently with other calls", func() {
		source := &issuer{answer: mints(time.Hour)}
		credential := credentialOf(source.refresh, &chat.TokenCredentialOptions{RefreshAhead: true})
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() { _ = credential.Close() })
			all.Go(func() { _, _ = credential.Token(context.Background()) })
		}
		all.Wait()
		Expect(askWithin(context.Background(), credential).Cause).To(Equal(chat.ErrClosed))
	})
})
