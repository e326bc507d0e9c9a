package chat_test

import (
	"context"
	"fmt"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

// Each spec counts refreshes over a simulated week, against what the rules say: a token is due two minutes before its
// end (ten with RefreshAhead) or at half its life, a second after the last refresh at the earliest.
var _ = Describe("TokenCredential in a week", func() {
	const week = 7 * 24 * time.Hour

	lives := []time.Duration{
		time.Second, 2 * time.Second, 5 * time.Second, 90 * time.Second, 5 * time.Minute, 10 * time.Minute,
		20 * time.Minute, time.Hour, 24 * time.Hour, 40 * 24 * time.Hour,
	}
	brokenLives := func() (entries []TableEntry) {
		for _, broken := range []struct {
			how    string
			answer issuing
			takes  time.Duration
		}{
			{"fails", breaks, 0}, {"panics", panics, 0}, {"returns ended tokens", mints(-time.Second), 0}, {"hangs", hangs, 30 * time.Second},
		} {
			for _, life := range lives {
				entries = append(entries, Entry(fmt.Sprintf("a callback that %s, %s", broken.how, life), broken.answer, broken.takes, life))
			}
		}
		return entries
	}

	// due is the age at which a token is renewed.
	due := func(life, window time.Duration) time.Duration { return life - min(window, life/2) }
	// upTo rounds up to a multiple.
	upTo := func(d, step time.Duration) time.Duration { return (d + step - 1) / step * step }

	Context("on demand", func() {
		const window = 2 * time.Minute
		const rhythm = 5 * time.Minute // of the caller

		// visit requests a token at intervals, and counts the failures.
		visit := func(credential *chat.TokenCredential, span, every time.Duration) (failed int) {
			for start, t := time.Now(), time.Duration(0); t < span; t += every {
				time.Sleep(time.Until(start.Add(t)))
				if _, err := credential.Token(context.Background()); err != nil {
					failed++
				}
			}
			synctest.Wait() // the last call may have started a refresh
			return failed
		}

		DescribeTable("refreshes once per lifetime, for a call every five minutes",
			func(life time.Duration) {
				bubble(func() {
					source := &issuer{answer: mints(life)}
					Expect(visit(credentialOf(source.refresh, nil), week, rhythm)).To(BeZero())
					every := upTo(due(life, window), rhythm)
					Expect(source.calls()).To(Equal(int(upTo(week, every) / every)))
				})
			},
			lifetimes(lives...),
		)

		DescribeTable("refreshes once per lifetime, for ten calls a second in half an hour of it",
			func(life time.Duration) {
				bubble(func() {
					source := &issuer{answer: mints(life)}
					Expect(visit(credentialOf(source.refresh, nil), time.Hour/2, time.Second/10)).To(BeZero())
					every := upTo(max(due(life, window), time.Second), time.Second/10)
					Expect(source.calls()).To(Equal(int(upTo(time.Hour/2, every) / every)))
				})
			},
			lifetimes(lives...),
		)

		DescribeTable("tries twice per lifetime if every other refresh fails, and calls fail only without a valid token",
			func(life time.Duration) {
				bubble(func() {
					source := &issuer{answer: everyOther(mints(life))}
					failed := visit(credentialOf(source.refresh, nil), week, rhythm)

					age := upTo(due(life, window), rhythm) // at the try that fails
					cycle := age + rhythm
					tries := 2*int(week/cycle) + min(2, int(upTo(week%cycle, rhythm)/rhythm))
					Expect(source.calls()).To(Equal(tries))
					if age < life {
						Expect(failed).To(Equal(1), "the first call of all")
					} else {
						Expect(failed).To(Equal((tries + 1) / 2))
					}
				})
			},
			lifetimes(lives...),
		)

		DescribeTable("returns a valid token until it expires, and tries once per call when a refresh is due, with",
			func(answer issuing, _, life time.Duration) {
				bubble(func() {
					source := &issuer{answer: answer}
					credential := credentialOf(source.refresh, &chat.TokenCredentialOptions{InitialToken: opaque("initial", life)})
					failed := visit(credential, week, rhythm)

					calls := int(week / rhythm)
					Expect(source.calls()).To(Equal(max(0, calls-int(upTo(due(life, window), rhythm)/rhythm))))
					Expect(failed).To(Equal(max(0, calls-int(upTo(life, rhythm)/rhythm))))
				})
			},
			brokenLives(),
		)
	})

	Context("with RefreshAhead", func() {
		const window = 10 * time.Minute

		// long is a week, or an hour if lifetimes are seconds.
		long := func(life time.Duration) time.Duration {
			if life < time.Minute {
				return time.Hour
			}
			return week
		}

		ahead := func(source *issuer, initial chat.AccessToken, span time.Duration) *chat.TokenCredential {
			credential := credentialOf(source.refresh, &chat.TokenCredentialOptions{InitialToken: initial, RefreshAhead: true})
			time.Sleep(span - time.Nanosecond)
			synctest.Wait()
			return credential
		}

		DescribeTable("refreshes once per lifetime",
			func(life time.Duration) {
				bubble(func() {
					source := &issuer{answer: mints(life)}
					credential := ahead(source, chat.AccessToken{}, long(life))
					every := max(due(life, window), time.Second)
					Expect(source.calls()).To(Equal(int(upTo(long(life), every) / every)))
					Expect(ask(credential)).To(Equal(fmt.Sprintf("token-%d", source.calls())))
					Expect(credential.Close()).To(Succeed())
				})
			},
			lifetimes(lives...),
		)

		DescribeTable("tries twice per lifetime if every other refresh fails",
			func(life time.Duration) {
				bubble(func() {
					source := &issuer{answer: everyOther(mints(life))}
					credential := ahead(source, chat.AccessToken{}, long(life))
					cycle := max(due(life, window), time.Second) + time.Second
					rest := long(life) % cycle
					tries := 2*int(long(life)/cycle) + min(2, int(upTo(rest, time.Second)/time.Second))
					Expect(source.calls()).To(Equal(tries))
					Expect(credential.Close()).To(Succeed())
				})
			},
			lifetimes(lives...),
		)

		DescribeTable("tries a few times, then twice a minute, in the six hours after the token was due, with",
			func(answer issuing, takes, life time.Duration) {
				bubble(func() {
					source := &issuer{answer: answer}
					span := min(week, due(life, window)+6*time.Hour)
					credential := ahead(source, opaque("initial", life), span)
					tries, backOff := 0, time.Second
					for t := due(life, window); t < span; tries++ {
						t += takes + backOff
						backOff = min(2*backOff, 30*time.Second)
					}
					Expect(source.calls()).To(Equal(tries))
					Expect(credential.Close()).To(Succeed())
				})
			},
			brokenLives(),
		)
	})
})
