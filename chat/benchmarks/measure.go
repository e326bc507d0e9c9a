package main

import (
	"context"
	"fmt"
	"runtime"
	"time"
)

// Run is the cost of doing a work once, averaged over a run.
type Run map[Unit]float64

// Unit is a unit of cost, spelled as in Go benchmarks.
type Unit string

const (
	Time   Unit = "ns/op"
	CPU    Unit = "cpu-ns/op" // user and kernel time of this process, on all processors
	Bytes  Unit = "B/op"
	Allocs Unit = "allocs/op"
)

// Measure lets the contenders take turns. Each round begins with another one, and the first round does not count.
func Measure(ctx context.Context, w Work) (Result, error) {
	result := Result{Work: w, Runs: make([][]Run, len(w.Contenders))}
	for round := range w.Runs + 1 {
		for turn := range w.Contenders {
			i := (round + turn) % len(w.Contenders)
			run, err := measure(ctx, w.Contenders[i], w.Times)
			if err != nil {
				return Result{}, fmt.Errorf("%s: %w", w.Contenders[i].Name, err)
			}
			if round > 0 {
				result.Runs[i] = append(result.Runs[i], run)
			}
		}
	}
	return result, nil
}

func measure(ctx context.Context, c Contender, n int) (Run, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu, start := cpuTime(), time.Now()
	if err := c.Do(ctx, n); err != nil {
		return nil, err
	}
	took, used := time.Since(start), cpuTime()-cpu
	runtime.ReadMemStats(&after)
	return Run{
		Time:   float64(took) / float64(n),
		CPU:    float64(used) / float64(n),
		Bytes:  float64(after.TotalAlloc-before.TotalAlloc) / float64(n),
		Allocs: float64(after.Mallocs-before.Mallocs) / float64(n),
	}, nil
}
