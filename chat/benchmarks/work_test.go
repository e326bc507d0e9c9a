package main_test

import (
	"context"
	"errors"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	benchmarks "github.com/acschat/acs-chat-go/chat/benchmarks"
)

var _ = Describe("Works", func() {
	It("are done by clients that agree on what a server of its own says over TLS", func(ctx SpecContext) {
		server, err := benchmarks.StartServer(ctx)
		Expect(err).NotTo(HaveOccurred())
		defer func() { Expect(server.Close()).To(Succeed()) }()
		works, err := benchmarks.Works(ctx, server)
		Expect(err).NotTo(HaveOccurred())
		for _, work := range works {
			if work.Name == "Prefetch" {
				continue // it waits; the specs of prefetching do so in virtual time
			}
			work.Runs, work.Times = 1, 1
			result, err := benchmarks.Measure(ctx, work)
			Expect(err).NotTo(HaveOccurred(), work.Name)
			for i := range work.Contenders {
				Expect(result.Runs[i]).To(HaveExactElements(HaveKeyWithValue(benchmarks.Time, BeNumerically(">", 0))), work.Name)
			}
		}
	})
})

var _ = Describe("Measure", func() {
	It("lets contenders take turns, the first one of a round at the end of the next, and does not count the first round", func(ctx SpecContext) {
		var turns []string
		contender := func(name string) benchmarks.Contender {
			return benchmarks.Contender{Name: name, Do: func(_ context.Context, n int) error {
				Expect(n).To(Equal(7))
				turns = append(turns, name)
				return nil
			}}
		}
		result, err := benchmarks.Measure(ctx, benchmarks.Work{
			Runs: 2, Times: 7, Contenders: []benchmarks.Contender{contender("a"), contender("b"), contender("c")},
		})
		Expect(err).NotTo(HaveOccurred())
		Expect(turns).To(Equal([]string{"a", "b", "c", "b", "c", "a", "c", "a", "b"}))
		Expect(result.Runs).To(HaveExactElements(HaveLen(2), HaveLen(2), HaveLen(2)))
	})

	It("divides what was used by how often the work was done", func(ctx SpecContext) {
		bubble(func() {
			result, err := benchmarks.Measure(context.Background(), benchmarks.Work{Runs: 1, Times: 10, Contenders: []benchmarks.Contender{
				{Name: "a", Do: func(context.Context, int) error { time.Sleep(time.Second); return nil }},
			}})
			Expect(err).NotTo(HaveOccurred())
			Expect(result.Median(0, benchmarks.Time)).To(BeNumerically("==", 100*time.Millisecond))
		})
	})

	It("says who could not do the work", func(ctx SpecContext) {
		broken := errors.New("broken")
		_, err := benchmarks.Measure(ctx, benchmarks.Work{Runs: 1, Times: 1, Contenders: []benchmarks.Contender{
			{Name: "floor", Do: func(context.Context, int) error { return broken }},
		}})
		Expect(err).To(MatchError(broken))
		Expect(err).To(MatchError(HavePrefix("floor: ")))
	})
})
