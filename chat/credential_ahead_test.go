package chat_test

import (
	"fmt"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("TokenCredential with RefreshAhead", func() {
	ahead := func(source *issuer, initial chat.AccessToken) *chat.TokenCredential {
		GinkgoHelper()
		return credentialOf(source.refresh, &chat.TokenCredentialOptions{InitialToken: initial, RefreshAhead: true})
	}

	DescribeTable("starts immediately, before any call,",
		func(initial chat.AccessToken) {
			bubble(func() {
				source := &issuer{answer: mints(time.Hour)}
				credential := ahead(source, initial)
				synctest.Wait()
				Expect(source.calls()).To(Equal(1))
				Expect(ask(credential)).To(Equal("token-1"))
				Expect(credential.Close()).To(Succeed())
			})
		},
		Entry("without an initial token", chat.AccessToken{}),
		Entry("with an expired one", chat.AccessToken{Token: "ended", ExpiresOn: time.Unix(1, 0)}),
	)

	DescribeTable("renews an initial token ten minutes before it expires, or at half its lifetime",
		func(lifetime, age time.Duration) {
			bubble(func() {
				source := &issuer{answer: mints(48 * time.Hour)}
				credential := ahead(source, opaque("initial", lifetime))
				time.Sleep(age - time.Nanosecond)
				synctest.Wait()
				Expect(source.calls()).To(BeZero())
				Expect(ask(credential)).To(Equal("initial"))

				time.Sleep(time.Nanosecond)
				synctest.Wait()
				Expect(source.calls()).To(Equal(1))
				Expect(ask(credential)).To(Equal("token-1"))
				Expect(credential.Close()).To(Succeed())
			})
		},
		Entry("1 s", time.Second, 500*time.Millisecond),
		Entry("300 s", 300*time.Second, 150*time.Second),
		Entry("600 s", 600*time.Second, 300*time.Second),
		Entry("20 min", 20*time.Minute, 10*time.Minute),
		Entry("1 h", time.Hour, 50*time.Minute),
		Entry("24 h", 24*time.Hour, 24*time.Hour-10*time.Minute),
		Entry("40 days, longer than many timers count", 960*time.Hour, 960*time.Hour-10*time.Minute),
		Entry("40 years", 350_640*time.Hour, 350_640*time.Hour-10*time.Minute),
	)

	It("continues, token after token", func() {
		bubble(func() {
			source := &issuer{answer: mints(time.Hour)}
			start := time.Now()
			credential := ahead(source, chat.AccessToken{})
			time.Sleep(150*time.Minute + time.Second)
			Expect(source.askedAfter(start)).To(Equal(seconds(0, 3000, 6000, 9000)))
			Expect(ask(credential)).To(Equal("token-4"))
			Expect(credential.Close()).To(Succeed())
		})
	})

	DescribeTable("makes no caller wait while the callback works and tokens last two seconds or more",
		func(lifetime time.Duration) {
			bubble(func() {
				source := &issuer{answer: delayed(200*time.Millisecond, mints(lifetime))}
				credential := ahead(source, opaque("initial", lifetime))
				step := max(lifetime/40, 50*time.Millisecond)
				for range 400 {
					Expect(ask(credential)).NotTo(BeEmpty())
					time.Sleep(step)
				}
				Expect(source.calls()).To(BeNumerically(">=", 4), "tokens came and went")
				Expect(credential.Close()).To(Succeed())
			})
		},
		lifetimes(2*time.Second, 5*time.Second, 90*time.Second, 5*time.Minute, 10*time.Minute, 20*time.Minute, time.Hour, 24*time.Hour, 960*time.Hour),
	)

	It("calls back at half of the remaining time, at most once a second, if it gets the same token again", func() {
		bubble(func() {
			same := opaque("same", 20*time.Minute)
			source := &issuer{answer: gives(same)}
			start := time.Now()
			credential := ahead(source, same)
			time.Sleep(20*time.Minute - time.Nanosecond)
			Expect(source.askedAfter(start)).To(Equal(seconds(
				600, 900, 1050, 1125, 1162.5, 1181.25, 1190.625, 1195.3125, 1197.65625, 1198.828125, 1199.828125)))
			Expect(credential.Close()).To(Succeed())
		})
	})

	DescribeTable("continues with increasing delays if the callback fails",
		func(answer issuing, at []time.Duration) {
			bubble(func() {
				source := &issuer{answer: answer}
				start := time.Now()
				credential := ahead(source, chat.AccessToken{})
				time.Sleep(5 * time.Minute)
				Expect(source.askedAfter(start)).To(HaveExactElements(at))
				source.becomes(mints(time.Hour))
				time.Sleep(time.Minute)
				Expect(ask(credential)).To(Equal(fmt.Sprintf("token-%d", len(at)+1)), "and works when it does")
				Expect(credential.Close()).To(Succeed())
			})
		},
		Entry("with an error", breaks, seconds(0, 1, 3, 7, 15, 31, 61, 91, 121, 151, 181, 211, 241, 271)),
		Entry("with a panic", panics, seconds(0, 1, 3, 7, 15, 31, 61, 91, 121, 151, 181, 211, 241, 271)),
		Entry("with the end of its goroutine", exits, seconds(0, 1, 3, 7, 15, 31, 61, 91, 121, 151, 181, 211, 241, 271)),
		Entry("with expired tokens", mints(0), seconds(0, 1, 3, 7, 15, 31, 61, 91, 121, 151, 181, 211, 241, 271)),
		Entry("without a result", hangs, seconds(0, 31, 63, 97, 135, 181, 241)),
	)

	It("shares its refresh with waiting callers, and theirs with the background", func() {
		bubble(func() {
			source := &issuer{answer: delayed(time.Second, mints(time.Hour))}
			start := time.Now()
			credential := ahead(source, chat.AccessToken{})
			Expect(askTogether(credential, 100, patient)).To(HaveEach(outcome{Token: "token-1", Waited: time.Second}))
			time.Sleep(50 * time.Minute)
			Expect(askTogether(credential, 100, patient)).To(HaveEach(outcome{Token: "token-1"}))
			time.Sleep(time.Minute)
			Expect(source.askedAfter(start)).To(Equal(seconds(0, 3001)))
			Expect(credential.Close()).To(Succeed())
		})
	})

	It("does not disturb a slow refresh that a caller started", func() {
		bubble(func() {
			source := &issuer{answer: breaks}
			start := time.Now()
			credential := ahead(source, chat.AccessToken{})
			time.Sleep(2500 * time.Millisecond) // it would be tried after 0, 1 and 3 seconds
			source.becomes(delayed(10*time.Second, mints(time.Hour)))
			Expect(askTogether(credential, 10, patient)).To(HaveEach(outcome{Token: "token-3", Waited: 10 * time.Second}))
			Expect(source.askedAfter(start)).To(Equal(seconds(0, 1, 2.5)))
			Expect(credential.Close()).To(Succeed())
		})
	})
})

// lifetimes makes an entry for each.
func lifetimes(list ...time.Duration) []TableEntry {
	entries := make([]TableEntry, len(list))
	for i, lifetime := range list {
		entries[i] = Entry(lifetime.String(), lifetime)
	}
	return entries
}
