package main

import (
	"fmt"
	"io"
	"runtime"
	"slices"
)

// Result is the cost of a work for its contenders.
type Result struct {
	Work
	Runs [][]Run // of each contender; runs with the same index were made in the same round
}

// Median is the median of a contender's runs.
func (r Result) Median(contender int, unit Unit) float64 {
	return median(r.Runs[contender], func(_ int, run Run) float64 { return run[unit] })
}

// Ratio is the median of the ratios of a contender's runs to those of the first one in the same round. It is steadier than the ratio
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

// WriteRuns writes all runs in the format of Go benchmarks.
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
