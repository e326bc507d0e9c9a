package main

import (
	"fmt"
	"io"
	"runtime"
	"slices"
)

// Result is what a work has cost its contenders.
type Result struct {
	Work
	Runs [][]Run // of each contender; those with the same index came one after the other
}

// Median is the middle of a contender's runs.
func (r Result) Median(contender int, unit Unit) float64 {
	return median(r.Runs[contender], func(_ int, run Run) float64 { return run[unit] })
}

// Ratio compares a contender with the first one, each run with the one beside it: the middle of that is steadier than the ratio
// of two medians.
func (r Result) Ratio(contender int, unit Unit) float64 {
	return median(r.Runs[contender], func(i int, run Run) float64 { return run[unit] / r.Runs[0][i][unit] })
}

func median(runs []Run, value func(int, Run) float64) float64 {
	values := make([]float64, len(runs))
	for i, run := range runs {
		values[i] = value(i, run)
	}
	slices.Sort(values)
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}

// WriteRuns writes all runs as Go benchmarks do, for tools that read those.
func (r Result) WriteRuns(w io.Writer) error {
	for i, contender := range r.Contenders {
		for _, run := range r.Runs[i] {
			_, err := fmt.Fprintf(w, "Benchmark%s/%s=%s-%d\t%d", r.Name, r.Versus, contender.Name, runtime.GOMAXPROCS(0), r.Times)
			for _, unit := range []Unit{Time, CPU, Bytes, Allocs} {
				if err == nil {
					_, err = fmt.Fprintf(w, "\t%.1f %s", run[unit], unit)
				}
			}
			if err == nil {
				_, err = fmt.Fprintln(w)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}
