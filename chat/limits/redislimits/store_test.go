package redislimits_test

import (
	"context"
	"errors"
	"math"
	"net/http"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/redis/go-redis/v9"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/limits"
	"github.com/acschat/acs-chat-go/chat/limits/redislimits"
)

// window is one of a thread.
func window(most int, per time.Duration) limits.Window {
	return limits.Window{Limit: limits.Limit{Name: "test", Scope: limits.ScopeThread, Most: most, Per: per}, Thread: "19:a{b}\"c\"@thread.v2"}
}

var _ = Describe("Store", func() {
	var resource string // one for each spec
	BeforeEach(func() {
		needsRedis()
		resource = CurrentSpecReport().LeafNodeText
	})
	take := func(ctx context.Context, s *redislimits.Store, windows ...limits.Window) (string, time.Duration) {
		GinkgoHelper()
		ticket, wait, err := s.Take(ctx, windows)
		Expect(err).NotTo(HaveOccurred())
		return ticket, wait
	}
	counted := func(ctx context.Context, s *redislimits.Store, w limits.Window) []time.Duration {
		GinkgoHelper()
		all, err := s.Look(ctx, []limits.Window{w})
		Expect(err).NotTo(HaveOccurred())
		return all[0]
	}

	It("takes as many requests as the window allows", func(ctx SpecContext) {
		s, w := open(resource, redislimits.Options{}), window(3, time.Hour)
		for range 3 {
			ticket, wait := take(ctx, s, w)
			Expect(ticket).NotTo(BeEmpty())
			Expect(wait).To(BeZero())
		}
		_, wait := take(ctx, s, w)
		Expect(wait).To(Equal(time.Hour), "a request in progress may be answered now, and counts for an hour then")
		Expect(counted(ctx, s, w)).To(HaveExactElements(time.Hour, time.Hour, time.Hour))
	})

	It("takes from all windows or from none", func(ctx SpecContext) {
		s, narrow, wide := open(resource, redislimits.Options{}), window(1, time.Minute), window(10, time.Hour)
		take(ctx, s, narrow, wide)
		_, wait := take(ctx, s, narrow, wide)
		Expect(wait).To(Equal(time.Minute))
		Expect(counted(ctx, s, wide)).To(HaveLen(1))
	})

	It("counts a request from its answer", func(ctx SpecContext) {
		s, short, long := open(resource, redislimits.Options{}), window(1, 100*time.Millisecond), window(1, time.Hour)
		ticket, _ := take(ctx, s, short, long)
		Expect(s.Settle(ctx, []limits.Window{short, long}, ticket)).To(Succeed())
		_, wait := take(ctx, s, long)
		Expect(wait).To(And(BeNumerically(">", 0), BeNumerically("<", time.Hour)), "that of a request in progress is an hour")
		Eventually(ctx, func() time.Duration { _, wait := take(ctx, s, short); return wait }).Should(BeZero())
	})

	It("shares windows with other stores of the resource, and with no other resource", func(ctx SpecContext) {
		w := window(1, time.Hour)
		take(ctx, open(resource, redislimits.Options{}), w)
		_, wait := take(ctx, open(resource, redislimits.Options{}), w)
		Expect(wait).NotTo(BeZero())
		_, wait = take(ctx, open(resource+" of another", redislimits.Options{}), w)
		Expect(wait).To(BeZero())
	})

	It("counts a request of a process that died until its lease and the window have passed", func(ctx SpecContext) {
		s, w := open(resource, redislimits.Options{Lease: 300 * time.Millisecond}), window(1, 200*time.Millisecond)
		start := time.Now()
		take(ctx, s, w)
		Eventually(ctx, func() time.Duration { _, wait := take(ctx, s, w); return wait }).WithPolling(5 * time.Millisecond).Should(BeZero())
		Expect(time.Since(start)).To(BeNumerically(">=", 500*time.Millisecond))
	})

	It("counts a request that is settled after its lease", func(ctx SpecContext) {
		s, w := open(resource, redislimits.Options{Lease: time.Millisecond}), window(1, time.Millisecond)
		ticket, _ := take(ctx, s, w)
		Eventually(ctx, func() []time.Duration { return counted(ctx, s, w) }).Should(BeEmpty())
		long := window(1, time.Hour)
		Expect(s.Settle(ctx, []limits.Window{long}, ticket)).To(Succeed())
		Expect(counted(ctx, s, long)).To(HaveLen(1))
	})

	It("leaves no room in a filled window, also after requests in progress are answered", func(ctx SpecContext) {
		s, w := open(resource, redislimits.Options{}), window(5, time.Minute)
		first, _ := take(ctx, s, w)
		second, _ := take(ctx, s, w)
		Expect(s.Settle(ctx, []limits.Window{w}, first)).To(Succeed())
		Expect(s.Fill(ctx, w, time.Hour)).To(Succeed())
		Expect(s.Fill(ctx, w, time.Minute)).To(Succeed(), "a shorter delay does not shorten the first")
		Expect(s.Settle(ctx, []limits.Window{w}, second)).To(Succeed())
		_, wait := take(ctx, s, w)
		Expect(wait).To(BeNumerically("~", time.Hour, time.Minute))
	})

	It("records earlier requests that still count", func(ctx SpecContext) {
		s, w := open(resource, redislimits.Options{}), window(5, time.Hour)
		for _, ago := range []time.Duration{-24 * time.Hour, 0, 40 * time.Minute, time.Hour, 24 * time.Hour} {
			Expect(s.Record(ctx, []limits.Window{w}, ago)).To(Succeed())
		}
		left := counted(ctx, s, w)
		Expect(left).To(HaveLen(3))
		Expect(slices.IsSorted(left)).To(BeTrue())
		Expect(left[0]).To(BeNumerically("~", 20*time.Minute, time.Minute))
		Expect(left[2]).To(BeNumerically("~", time.Hour, time.Minute))
	})

	It("keeps its keys under one hash tag, and lets them expire", func(ctx SpecContext) {
		s, short, long := open(resource, redislimits.Options{Lease: time.Millisecond}), window(5, 100*time.Millisecond), window(5, time.Hour)
		ticket, _ := take(ctx, s, short, long)
		Expect(s.Settle(ctx, []limits.Window{short, long}, ticket)).To(Succeed())
		Expect(s.Fill(ctx, short, 50*time.Millisecond)).To(Succeed())
		keys := func() []string { return client.Keys(ctx, prefix+"{"+resource+"}:*").Val() }
		Eventually(ctx, keys).Should(HaveLen(1))
		Expect(client.PTTL(ctx, keys()[0]).Val()).To(BeNumerically("~", time.Hour, time.Minute))
	})

	Context("if Redis cannot be reached", func() {
		gone := func(options redislimits.Options) *redislimits.Store {
			GinkgoHelper()
			nowhere := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1})
			DeferCleanup(nowhere.Close)
			s, err := redislimits.New(nowhere, resource, &options)
			Expect(err).NotTo(HaveOccurred())
			return s
		}
		sending := chat.LimitedRequest{Operation: "ChatThread_SendChatMessage", User: "8:acs:ana", Thread: "19:a"}

		It("fails, and reports the error", func(ctx SpecContext) {
			var reported error
			l := limits.New(&limits.Options{Store: gone(redislimits.Options{OnError: func(err error) { reported = err }})})
			_, err := l.Wait(ctx, sending)
			Expect(err).To(MatchError(HavePrefix("redislimits: take: ")))
			Expect(reported).To(Equal(err))
			Expect(errors.Is(err, chat.ErrThrottled)).To(BeFalse())
		})

		It("sends nevertheless with LetThrough, and reports the error", func(ctx SpecContext) {
			reports := 0
			l := limits.New(&limits.Options{Store: gone(redislimits.Options{LetThrough: true, OnError: func(error) { reports++ }})})
			for range 50 {
				answered, err := l.Wait(ctx, sending)
				Expect(err).NotTo(HaveOccurred())
				answered(http.StatusCreated, 0)
			}
			Expect(reports).To(Equal(50))
			Expect(l.Budget(ctx, sending)).To(HaveLen(2))
		})
	})

	It("does not count requests for longer if the clock of Redis was set back", func(ctx SpecContext) {
		s, w := open(resource, redislimits.Options{}), window(1, 400*time.Millisecond)
		take(ctx, open(resource, redislimits.Options{Lease: time.Hour}), w) // as it looks when an hour was set back
		_, wait := take(ctx, s, w)
		Expect(wait).To(Equal(400 * time.Millisecond))
		Eventually(ctx, func() time.Duration { _, wait := take(ctx, s, w); return wait }).Should(BeZero())
	})

	It("does not shorten a delay of the service for a clock that was set back", func(ctx SpecContext) {
		s, w := open(resource, redislimits.Options{}), window(1, time.Minute)
		Expect(s.Fill(ctx, w, 24*time.Hour)).To(Succeed())
		_, wait := take(ctx, s, w)
		Expect(wait).To(BeNumerically("~", 24*time.Hour, time.Minute))
	})

	It("returns the error of a context that has ended", func() {
		s := open(resource, redislimits.Options{LetThrough: true})
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, _, err := s.Take(ctx, []limits.Window{window(1, time.Hour)})
		Expect(err).To(MatchError(context.Canceled))
	})
})

var _ = Describe("New", func() {
	DescribeTable("rejects", func(client redis.Scripter, resource string, options redislimits.Options, message string) {
		_, err := redislimits.New(client, resource, &options)
		Expect(err).To(MatchError("redislimits: " + message))
	},
		Entry("no client", nil, "r", redislimits.Options{}, "client must not be nil"),
		Entry("a nil pointer", (*redis.Client)(nil), "r", redislimits.Options{}, "client must not be nil"),
		Entry("no resource", &redis.Client{}, "", redislimits.Options{}, "resource must not be empty or contain a brace"),
		Entry("a resource with a brace", &redis.Client{}, "a}b", redislimits.Options{}, "resource must not be empty or contain a brace"),
		Entry("a prefix with a brace", &redis.Client{}, "r", redislimits.Options{Prefix: "{"}, "Prefix must not contain a brace"),
		Entry("a negative lease", &redis.Client{}, "r", redislimits.Options{Lease: -1}, "Lease and Timeout must not be negative"),
	)
})

var _ = Describe("An answer of Redis", func() {
	windows := []limits.Window{window(1, time.Minute)}
	storeOf := func(answer any) *redislimits.Store {
		GinkgoHelper()
		s, err := redislimits.New(answering{answer: answer}, "contoso", nil)
		Expect(err).NotTo(HaveOccurred())
		return s
	}

	DescribeTable("is never a wait below zero",
		func(ctx SpecContext, microseconds int64, want time.Duration) {
			_, wait, err := storeOf(microseconds).Take(ctx, windows)
			Expect(err).NotTo(HaveOccurred())
			Expect(wait).To(Equal(want))
			Expect(storeOf([]any{[]any{microseconds}}).Look(ctx, windows)).To(HaveExactElements(HaveExactElements(want)))
		},
		Entry("of a minute", int64(60_000_000), time.Minute),
		Entry("of a negative number", int64(-1), time.Duration(0)),
		Entry("of a number that no duration can represent", int64(math.MaxInt64), math.MaxInt64/time.Microsecond*time.Microsecond),
		Entry("of one that overflows to a negative duration", int64(math.MaxInt64/1000+1), math.MaxInt64/time.Microsecond*time.Microsecond),
	)
})
