package main_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	benchmarks "github.com/acschat/acs-chat-go/chat/benchmarks"
)

var _ = Describe("Result", func() {
	It("compares each run with the one beside it, so that a machine that slows down changes no ratio", func() {
		r := resultOf([]float64{100, 200, 400}, []float64{110, 220, 440})
		Expect(r.Ratio(1, benchmarks.Time)).To(BeNumerically("~", 1.1))
		Expect(r.Median(1, benchmarks.Time)).To(BeNumerically("==", 220))
	})

	It("takes the mean of the two in the middle of an even number of runs", func() {
		Expect(resultOf([]float64{4, 1, 3, 2}, nil).Median(0, benchmarks.Time)).To(BeNumerically("==", 2.5))
	})

	It("writes its runs as Go benchmarks do", func() {
		var out strings.Builder
		Expect(resultOf([]float64{100}, []float64{110}).WriteRuns(&out)).To(Succeed())
		Expect(out.String()).To(MatchRegexp(`^BenchmarkSend/client=floor-\d+\t1000\t100\.0 ns/op\t100\.0 cpu-ns/op\t100\.0 B/op\t100\.0 allocs/op\n` +
			`BenchmarkSend/client=ours-\d+\t1000\t110\.0 ns/op`))
	})

	It("prints what the first costs, and what the others do as ratios to it", func() {
		var out strings.Builder
		benchmarks.WriteFigures(&out, []benchmarks.Result{resultOf([]float64{123456}, []float64{246912})})
		Expect(out.String()).To(ContainSubstring("| send a message | floor | 123µs | 123µs | 123456.0 | 123456 |\n| | ours | × 2.00 | × 2.00 |"))
	})
})

var _ = Describe("Bound", func() {
	verdict := func(b benchmarks.Bound) (string, int) {
		r := resultOf([]float64{100}, []float64{110})
		r.Bounds = []benchmarks.Bound{b}
		var out strings.Builder
		missed := benchmarks.WriteVerdict(&out, []benchmarks.Result{r})
		return out.String(), missed
	}

	It("is kept by a cost up to it", func() {
		text, missed := verdict(benchmarks.Bound{What: "CPU", Unit: benchmarks.CPU, Ratio: 1.10})
		Expect(text).To(ContainSubstring("| send a message: CPU | 1.100 | ≤ 1.10 | ok |"))
		Expect(missed).To(BeZero())
	})

	It("is missed by a cost beyond it", func() {
		text, missed := verdict(benchmarks.Bound{What: "CPU", Unit: benchmarks.CPU, Ratio: 1.09})
		Expect(text).To(ContainSubstring("| 1.100 | ≤ 1.09 | missed |"))
		Expect(missed).To(Equal(1))
	})

	It("may be for how much is done in a time", func() {
		text, missed := verdict(benchmarks.Bound{What: "throughput", Unit: benchmarks.Time, Ratio: 0.90, AtLeast: true})
		Expect(text).To(ContainSubstring("| 0.909 | ≥ 0.90 | ok |"))
		Expect(missed).To(BeZero())

		_, missed = verdict(benchmarks.Bound{What: "throughput", Unit: benchmarks.Time, Ratio: 0.95, AtLeast: true})
		Expect(missed).To(Equal(1))
	})
})

// resultOf is a result in which all units are alike.
func resultOf(floor, ours []float64) benchmarks.Result {
	runs := func(values []float64) []benchmarks.Run {
		var runs []benchmarks.Run
		for _, v := range values {
			runs = append(runs, benchmarks.Run{benchmarks.Time: v, benchmarks.CPU: v, benchmarks.Bytes: v, benchmarks.Allocs: v})
		}
		return runs
	}
	return benchmarks.Result{
		Work: benchmarks.Work{
			Name: "Send", What: "send a message", Versus: "client", Times: 1000,
			Contenders: []benchmarks.Contender{{Name: "floor"}, {Name: "ours"}},
		},
		Runs: [][]benchmarks.Run{runs(floor), runs(ours)},
	}
}
