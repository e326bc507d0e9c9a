package limits_test

import (
	"context"
	"errors"
	"math"
	"net/http"
	"sync"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/limits"
)

// The requests of the specs.
var (
	send   = chat.LimitedRequest{Operation: "ChatThread_SendChatMessage", User: "8:acs:ana", Thread: "19:a"}
	typing = chat.LimitedRequest{Operation: "ChatThread_SendTypingNotification", User: "8:acs:ana", Thread: "19:a"}
)

var sendLimits = []limits.Limit{
	{Name: "send, update and delete messages", Scope: limits.ScopeThread, Most: 10, Per: 10 * time.Second},
	{Name: "send, update and delete messages", Scope: limits.ScopeThread, Most: 30, Per: time.Minute},
}

// staleStore has no room, and has room when it is looked at.
type staleStore struct{ limits.Store }

func (staleStore) Take(context.Context, []limits.Window) (string, time.Duration, error) {
	return "", 5 * time.Second, nil
}

func (staleStore) Look(_ context.Context, windows []limits.Window) ([][]time.Duration, error) {
	return make([][]time.Duration, len(windows)), nil
}

// fullStore has room after five seconds, and counts how often it is asked.
type fullStore struct {
	limits.Store
	takes, looks int
}

func (s *fullStore) Take(context.Context, []limits.Window) (string, time.Duration, error) {
	if s.takes++; s.takes == 1 {
		return "", 5 * time.Second, nil
	}
	return "ticket", 0, nil
}

func (s *fullStore) Look(_ context.Context, windows []limits.Window) ([][]time.Duration, error) {
	s.looks++
	return make([][]time.Duration, len(windows)), nil
}

// by is a request of another user.
func by(user string, r chat.LimitedRequest) chat.LimitedRequest {
	r.User = user
	return r
}

// pass makes a request that is answered at once.
func pass(l *limits.Limiter, r chat.LimitedRequest) {
	GinkgoHelper()
	answered, err := l.Wait(context.Background(), r)
	Expect(err).NotTo(HaveOccurred())
	answered(http.StatusOK, 0)
}

// crowded returns a limiter with ten sends in progress, and one that waits for them until leave is called.
func crowded() (l *limits.Limiter, leave func()) {
	GinkgoHelper()
	l = limits.New(nil)
	for range 10 {
		_, err := l.Wait(context.Background(), send)
		Expect(err).NotTo(HaveOccurred())
	}
	first, leave := context.WithCancel(context.Background())
	go func() { _, _ = l.Wait(first, send) }()
	synctest.Wait()
	return l, leave
}

var _ = Describe("Limiter", func() {
	// drive makes n requests, and returns when each of them was sent.
	drive := func(l *limits.Limiter, r chat.LimitedRequest, n int) (times []time.Duration) {
		GinkgoHelper()
		for start := time.Now(); len(times) < n; {
			pass(l, r)
			times = append(times, time.Since(start))
		}
		return times
	}

	It("sends a hundred messages as early as both windows allow", func() {
		bubble(func() {
			times := drive(limits.New(nil), send, 100)
			Expect(times[:10]).To(HaveEach(time.Duration(0)))
			Expect(times[10:20]).To(HaveEach(10 * time.Second))
			Expect(times[20:30]).To(HaveEach(20 * time.Second))
			Expect(times[30]).To(Equal(time.Minute))
			Expect(times[99]).To(Equal(3 * time.Minute))
		})
	})

	It("never exceeds a sliding window", func() {
		bubble(func() {
			times := drive(limits.New(nil), send, 300)
			for i := range times {
				for _, limit := range sendLimits {
					if i >= limit.Most {
						Expect(times[i]-times[i-limit.Most]).To(BeNumerically(">=", limit.Per), "request %d", i)
					}
				}
			}
		})
	})

	It("counts a request from its answer", func() {
		bubble(func() {
			l := limits.New(nil)
			start := time.Now()
			for range 10 {
				answered, err := l.Wait(context.Background(), send)
				Expect(err).NotTo(HaveOccurred())
				time.AfterFunc(3*time.Second, func() { answered(http.StatusCreated, 0) })
			}
			pass(l, send)
			Expect(time.Since(start)).To(Equal(13 * time.Second))
		})
	})

	It("counts a request in progress without an end", func() {
		bubble(func() {
			l := limits.New(nil)
			for range 10 {
				_, err := l.Wait(context.Background(), send)
				Expect(err).NotTo(HaveOccurred())
			}
			ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
			defer cancel()
			_, err := l.Wait(ctx, send)
			Expect(err).To(MatchError(chat.ErrThrottled))
			Expect(ctx.Err()).To(Succeed())
		})
	})

	It("separates threads and users by the scope of the limit", func() {
		bubble(func() {
			l := limits.New(nil)
			start := time.Now()
			drive(l, send, 10)
			other := send
			other.Thread = "19:b"
			drive(l, other, 10)
			Expect(time.Since(start)).To(BeZero())
			pass(l, by("8:acs:bo", send))
			Expect(time.Since(start)).To(Equal(10*time.Second), "the users of a thread share its limit")
		})
	})

	It("takes all windows of a request or none", func() {
		bubble(func() {
			l := limits.New(nil)
			drive(l, typing, 5) // Ana's window is full, that of the thread has room for five
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			for range 5 {
				_, err := l.Wait(ctx, typing)
				Expect(err).To(MatchError(chat.ErrThrottled))
			}
			start := time.Now()
			drive(l, by("8:acs:bo", typing), 5)
			Expect(time.Since(start)).To(BeZero())
			pass(l, by("8:acs:cy", typing))
			Expect(time.Since(start)).To(Equal(10*time.Second), "now the window of the thread is full")
		})
	})

	It("does not delay requests without limits", func() {
		bubble(func() {
			start := time.Now()
			drive(limits.New(nil), chat.LimitedRequest{Operation: "TeamsExtensionAssignment_Get"}, 1000)
			drive(limits.New(nil), chat.LimitedRequest{Operation: "Unknown"}, 1000)
			Expect(time.Since(start)).To(BeZero())
		})
	})

	It("limits nothing if it is nil or the zero value", func(ctx SpecContext) {
		for _, l := range []*limits.Limiter{nil, {}} {
			bubble(func() {
				Expect(drive(l, send, 100)).To(HaveEach(BeZero()))
				Expect(l.Record(ctx, send, time.Now())).To(Succeed())
				Expect(l.Budget(ctx, send)).To(BeEmpty())
				Expect(l.Plan(ctx, send, 100)).To(BeZero())
			})
		}
	})

	Context("if the wait does not fit the deadline", func() {
		It("fails at once, and names the limit and the time", func() {
			bubble(func() {
				l := limits.New(nil)
				drive(l, send, 30)
				ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second-time.Millisecond)
				defer cancel()
				start := time.Now()
				_, err := l.Wait(ctx, send)
				Expect(err).To(And(MatchError(chat.ErrThrottled), MatchError(
					"the limit is 30 in 1m per thread to send, update and delete messages: the next request may be sent in 40s, which is too late")))
				exceeded, ok := errors.AsType[*limits.ExceededError](err)
				Expect(ok).To(BeTrue())
				Expect(exceeded).To(Equal(&limits.ExceededError{Limit: sendLimits[1], Wait: 40 * time.Second}))
				Expect(time.Since(start)).To(BeZero())
			})
		})

		It("counts the requests that wait before it", func() {
			bubble(func() {
				l := limits.New(nil)
				drive(l, send, 10)
				for range 15 {
					go pass(l, send)
				}
				synctest.Wait()
				ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second-time.Millisecond)
				defer cancel()
				_, err := l.Wait(ctx, send)
				exceeded, _ := errors.AsType[*limits.ExceededError](err)
				Expect(exceeded).To(Equal(&limits.ExceededError{Limit: sendLimits[0], Wait: 20 * time.Second}))
				time.Sleep(time.Minute)
			})
		})
	})

	It("names the limit if the deadline passes after all, since requests before it took longer", func() {
		bubble(func() {
			l, leave := crowded()
			ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
			defer cancel()
			start := time.Now()
			_, err := l.Wait(ctx, send)
			Expect(time.Since(start)).To(Equal(15*time.Second), "it could have been sent after ten seconds")
			Expect(err).To(And(MatchError(chat.ErrThrottled), MatchError(HavePrefix("the limit is 10 in 10s per thread to send, "))))
			leave()
		})
	})

	It("names the limit and the time if a window gets room as the request fails", func() {
		bubble(func() {
			l := limits.New(&limits.Options{Store: staleStore{}})
			_, err := l.Wait(limits.WithMaxWait(context.Background(), 0), send)
			Expect(err).To(Equal(&limits.ExceededError{Limit: sendLimits[0], Wait: 5 * time.Second}))
		})
	})

	Context("with WithMaxWait", func() {
		It("fails at once if the wait is longer, and names the limit and the time", func() {
			bubble(func() {
				l := limits.New(nil)
				drive(l, send, 10)
				start := time.Now()
				_, err := l.Wait(limits.WithMaxWait(context.Background(), 10*time.Second-1), send)
				exceeded, _ := errors.AsType[*limits.ExceededError](err)
				Expect(exceeded).To(Equal(&limits.ExceededError{Limit: sendLimits[0], Wait: 10 * time.Second}))
				Expect(time.Since(start)).To(BeZero())
				_, err = l.Wait(limits.WithMaxWait(context.Background(), 0), send)
				Expect(err).To(MatchError(chat.ErrThrottled))
				Expect(time.Since(start)).To(BeZero())
			})
		})

		It("waits, and leaves the deadline of the request alone", func() {
			bubble(func() {
				l := limits.New(nil)
				drive(l, send, 10)
				start := time.Now()
				ctx := limits.WithMaxWait(context.Background(), 11*time.Second)
				_, limited := ctx.Deadline()
				Expect(limited).To(BeFalse())
				answered, err := l.Wait(ctx, send)
				Expect(err).NotTo(HaveOccurred())
				Expect(time.Since(start)).To(Equal(10 * time.Second))
				answered(http.StatusCreated, 0)
				other := send
				other.Thread = "19:b"
				_, err = l.Wait(limits.WithMaxWait(context.Background(), 0), other)
				Expect(err).NotTo(HaveOccurred(), "there is room")
			})
		})

		It("asks the store no more than twice for the first request of a line", func() {
			bubble(func() {
				store, start := &fullStore{}, time.Now()
				_, err := limits.New(&limits.Options{Store: store}).Wait(limits.WithMaxWait(context.Background(), 11*time.Second), send)
				Expect(err).NotTo(HaveOccurred())
				Expect(time.Since(start)).To(Equal(5 * time.Second))
				Expect(store.takes).To(Equal(2))
				Expect(store.looks).To(BeZero())
			})
		})

		It("holds for a request that waits for others, too", func() {
			bubble(func() {
				l := limits.New(nil)
				for range 9 {
					pass(l, send)
				}
				answered, err := l.Wait(context.Background(), send) // in progress
				Expect(err).NotTo(HaveOccurred())
				time.AfterFunc(15*time.Second, func() { answered(http.StatusCreated, 0) })
				time.Sleep(9 * time.Second)
				for range 9 {
					go pass(l, send)
				}
				synctest.Wait()
				start := time.Now()
				_, err = l.Wait(limits.WithMaxWait(context.Background(), 5*time.Second), send) // the tenth of the line
				exceeded, _ := errors.AsType[*limits.ExceededError](err)
				Expect(exceeded).To(HaveField("Wait", BeNumerically(">", 5*time.Second)))
				Expect(time.Since(start)).To(BeZero())
				time.Sleep(time.Minute)
			})
		})

		It("names the limit and the time if the requests before it took longer than they need", func() {
			bubble(func() {
				l, leave := crowded()
				start := time.Now()
				_, err := l.Wait(limits.WithMaxWait(context.Background(), 15*time.Second), send)
				Expect(time.Since(start)).To(Equal(15*time.Second), "it could have been sent after ten seconds")
				Expect(err).To(Equal(&limits.ExceededError{Limit: sendLimits[0], Wait: 10 * time.Second}))
				leave()
			})
		})
	})

	It("counts a request once in limits that Adjust makes the same", func() {
		bubble(func() {
			l := limits.New(&limits.Options{Adjust: func(limit limits.Limit) limits.Limit {
				limit.Most, limit.Per = 2, 10*time.Second // of 10 in 10 seconds, and of 30 in a minute
				return limit
			}})
			start := time.Now()
			for range 4 {
				pass(l, send)
			}
			Expect(time.Since(start)).To(Equal(10 * time.Second))
			Expect(l.Budget(context.Background(), send)).To(HaveLen(1))
		})
	})

	It("serves the requests of a thread in the order of their calls", func() {
		bubble(func() {
			l := limits.New(&limits.Options{Adjust: func(limit limits.Limit) limits.Limit {
				limit.Most = 1 // so that no two are served in the same instant
				return limit
			}})
			pass(l, send)
			order, failed := make(chan int, 25), make(chan error, 25)
			var all sync.WaitGroup
			for i := range 25 {
				ctx, cancel := context.WithCancel(context.Background())
				if i%5 == 3 { // leaves while it waits
					time.AfterFunc(5*time.Second, cancel)
				}
				all.Go(func() {
					defer cancel()
					answered, err := l.Wait(ctx, send)
					if err != nil {
						failed <- err
						return
					}
					order <- i
					answered(http.StatusCreated, 0)
				})
				synctest.Wait()
			}
			all.Wait()
			close(order)
			close(failed)
			var served []int
			for i := range order {
				served = append(served, i)
			}
			Expect(served).To(HaveExactElements(0, 1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 16, 17, 19, 20, 21, 22, 24))
			Expect(failed).To(HaveLen(5))
			for err := range failed {
				Expect(err).To(MatchError(context.Canceled))
			}
			_, lines := limits.Remembered(l)
			Expect(lines).To(BeZero())
		})
	})

	It("does not let a request that arrives later overtake one that waits", func() {
		bubble(func() {
			l := limits.New(nil)
			start := time.Now()
			pass(l, send)
			time.Sleep(time.Second)
			drive(l, send, 9)
			first := make(chan time.Duration, 1)
			go func() {
				pass(l, send)
				first <- time.Since(start)
			}()
			time.Sleep(9 * time.Second) // one request has room in this instant
			pass(l, send)
			Expect(time.Since(start)).To(Equal(11 * time.Second))
			Expect(first).To(Receive(Equal(10 * time.Second)))
		})
	})

	Context("after a 429", func() {
		refuse := func(l *limits.Limiter, r chat.LimitedRequest, retryAfter time.Duration) {
			GinkgoHelper()
			answered, err := l.Wait(context.Background(), r)
			Expect(err).NotTo(HaveOccurred())
			answered(http.StatusTooManyRequests, retryAfter)
		}

		It("waits as long as the service asks", func() {
			bubble(func() {
				l := limits.New(nil)
				start := time.Now()
				refuse(l, send, 42*time.Second)
				pass(l, send)
				Expect(time.Since(start)).To(Equal(42 * time.Second))
			})
		})

		DescribeTable("waits ten minutes at most", func(retryAfter time.Duration) {
			bubble(func() {
				l := limits.New(nil)
				start := time.Now()
				refuse(l, send, retryAfter)
				pass(l, send)
				Expect(time.Since(start)).To(Equal(10 * time.Minute))
			})
		},
			Entry("if the service asks for a day", 24*time.Hour),
			Entry("if it asks for the longest time there is", time.Duration(math.MaxInt64)),
		)

		It("waits for the fullest window if the service does not say how long", func() {
			bubble(func() {
				l := limits.New(nil)
				start := time.Now()
				refuse(l, send, 0)
				pass(l, send)
				Expect(time.Since(start)).To(Equal(10 * time.Second))

				time.Sleep(time.Minute)
				drive(l, send, 20)
				time.Sleep(11 * time.Second) // now 20 of 30 in a minute are used, and none of 10 in ten seconds
				start = time.Now()
				refuse(l, send, 0)
				pass(l, send)
				Expect(time.Since(start)).To(Equal(time.Minute))
			})
		})

		It("leaves other threads alone", func() {
			bubble(func() {
				l := limits.New(nil)
				refuse(l, send, time.Hour)
				other := send
				other.Thread = "19:b"
				start := time.Now()
				pass(l, other)
				Expect(time.Since(start)).To(BeZero())
			})
		})
	})

	It("reports waits, with the limit and the delay", func() {
		bubble(func() {
			var waits []limits.Wait
			l := limits.New(&limits.Options{OnWait: func(w limits.Wait) { waits = append(waits, w) }})
			drive(l, send, 10)
			Expect(waits).To(BeEmpty())
			pass(l, send)
			Expect(waits).To(HaveExactElements(limits.Wait{Request: send, Limit: sendLimits[0], Delay: 10 * time.Second}))
		})
	})

	It("forgets what is idle for a minute", func() {
		bubble(func() {
			l := limits.New(nil)
			for i := range 1000 {
				r := send
				r.Thread = string(rune('a'+i%26)) + time.Duration(i).String()
				pass(l, r)
			}
			windows, _ := limits.Remembered(l)
			Expect(windows).To(Equal(2000))
			time.Sleep(70 * time.Second)
			windows, lines := limits.Remembered(l)
			Expect([]int{windows, lines}).To(Equal([]int{0, 0}))
		})
	})

	It("counts what was sent before a restart", func() {
		bubble(func() {
			l := limits.New(nil)
			ctx := context.Background()
			for i := range 10 {
				Expect(l.Record(ctx, send, time.Now().Add(time.Duration(i-9)*time.Second))).To(Succeed())
			}
			Expect(l.Record(ctx, send, time.Now().Add(-time.Hour))).To(Succeed())
			start := time.Now()
			pass(l, send)
			Expect(time.Since(start)).To(Equal(time.Second))
		})
	})

	It("shows what is left of each limit", func() {
		bubble(func() {
			l := limits.New(nil)
			budget := func() (left []int, waits []time.Duration) {
				GinkgoHelper()
				all, err := l.Budget(context.Background(), typing)
				Expect(err).NotTo(HaveOccurred())
				for _, a := range all {
					left, waits = append(left, a.Left), append(waits, a.Wait)
				}
				return left, waits
			}
			left, _ := budget()
			Expect(left).To(Equal([]int{5, 15, 10, 30}))
			drive(l, typing, 5)
			time.Sleep(4 * time.Second)
			left, waits := budget()
			Expect(left).To(Equal([]int{0, 10, 5, 25}))
			Expect(waits).To(Equal([]time.Duration{6 * time.Second, 0, 0, 0}))
			_, err := l.Wait(context.Background(), by("8:acs:bo", typing)) // in progress
			Expect(err).NotTo(HaveOccurred())
			left, _ = budget()
			Expect(left).To(Equal([]int{0, 10, 4, 24}))
			all, err := l.Budget(context.Background(), typing)
			Expect(err).NotTo(HaveOccurred())
			Expect([]string{all[0].User, all[0].Thread, all[2].User, all[2].Thread}).To(Equal([]string{typing.User, typing.Thread, "", typing.Thread}))
			Expect(l.Budget(context.Background(), chat.LimitedRequest{})).To(BeEmpty())
		})
	})

	It("plans how long requests take, at any moment of them", func() {
		bubble(func() {
			ctx := context.Background()
			l := limits.New(nil)
			Expect(l.Plan(ctx, send, 0)).To(Equal(limits.Plan{}))
			Expect(l.Plan(ctx, send, 10)).To(Equal(limits.Plan{}))
			Expect(l.Plan(ctx, send, 20)).To(Equal(limits.Plan{Wait: 10 * time.Second, Limit: sendLimits[0]}))
			start := time.Now()
			for sent := range 100 {
				plan, err := l.Plan(ctx, send, 100-sent)
				Expect(err).NotTo(HaveOccurred())
				Expect(time.Since(start)+plan.Wait).To(Equal(3*time.Minute), "after %d", sent)
				pass(l, send)
			}
			Expect(time.Since(start)).To(Equal(3 * time.Minute))
			Expect(l.Plan(ctx, chat.LimitedRequest{}, 1000)).To(Equal(limits.Plan{}))
		})
	})

	It("stops planning when the context ends", func() {
		bubble(func() {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			_, err := limits.New(nil).Plan(ctx, send, math.MaxInt)
			Expect(err).To(MatchError(context.Canceled))
		})
	})

	It("limits nothing if it is nil", func() {
		bubble(func() {
			var l *limits.Limiter
			start := time.Now()
			drive(l, send, 100)
			Expect(time.Since(start)).To(BeZero())
			ctx := context.Background()
			Expect(l.Record(ctx, send, start)).To(Succeed())
			Expect(l.Budget(ctx, send)).To(BeEmpty())
			Expect(l.Plan(ctx, send, 100)).To(Equal(limits.Plan{}))
		})
	})

	It("keeps limits that are adjusted, and drops those without a number", func() {
		bubble(func() {
			l := limits.New(&limits.Options{Adjust: func(limit limits.Limit) limits.Limit {
				if limit.Per == time.Minute {
					limit.Most = 0
				}
				limit.Per /= 10
				return limit
			}})
			Expect(drive(l, send, 100)[99]).To(Equal(9 * time.Second))
		})
	})
})
