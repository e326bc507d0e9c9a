package main

import (
	"fmt"
	"io"
	"math"
	"time"
)

// Bound limits the cost of the last contender of a work, as a ratio to the first.
type Bound struct {
	What    string
	Unit    Unit
	Ratio   float64
	AtLeast bool // the ratio is of throughput, and a lower limit
}

// Check returns the ratio, and whether it is within the bound.
func (b Bound) Check(r Result) (ratio float64, ok bool) {
	ratio = r.Ratio(len(r.Contenders)-1, b.Unit)
	if b.AtLeast {
		return 1 / ratio, 1/ratio >= b.Ratio
	}
	return ratio, ratio <= b.Ratio
}

// WriteFigures prints a Markdown table: the cost of each work for the first contender, and for the others as ratios to it.
func WriteFigures(w io.Writer, results []Result) {
	fmt.Fprintln(w, "\n| work | client | time | CPU | allocations | bytes |\n| --- | --- | ---: | ---: | ---: | ---: |")
	for _, r := range results {
		fmt.Fprintf(w, "| %s | %s | %v | %v | %.1f | %.0f |\n", r.What, r.Contenders[0].Name,
			duration(r.Median(0, Time)), duration(r.Median(0, CPU)), r.Median(0, Allocs), r.Median(0, Bytes))
		for i := 1; i < len(r.Contenders); i++ {
			fmt.Fprintf(w, "| | %s | × %.2f | × %.2f | × %.2f | × %.2f |\n", r.Contenders[i].Name,
				r.Ratio(i, Time), r.Ratio(i, CPU), r.Ratio(i, Allocs), r.Ratio(i, Bytes))
		}
	}
}

// WriteVerdict prints the bounds as a Markdown table, and returns how many of them are missed.
func WriteVerdict(w io.Writer, results []Result) (missed int) {
	fmt.Fprintln(w, "\n| bound | ratio | | |\n| --- | ---: | --- | --- |")
	for _, r := range results {
		for _, b := range r.Bounds {
			sign, verdict := "≤", "ok"
			if b.AtLeast {
				sign = "≥"
			}
			ratio, ok := b.Check(r)
			if !ok {
				verdict = "missed"
				missed++
			}
			fmt.Fprintf(w, "| %s: %s | %.3f | %s %.2f | %s |\n", r.What, b.What, ratio, sign, b.Ratio, verdict)
		}
	}
	return missed
}

// duration rounds to three digits.
func duration(ns float64) time.Duration {
	unit := math.Pow10(max(0, int(math.Log10(ns))-2))
	return time.Duration(math.Round(ns/unit) * unit)
}
