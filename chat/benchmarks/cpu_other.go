//go:build !unix

package main

import "time"

// cpuTime is not known on this system, so that its ratios are NaN.
func cpuTime() time.Duration { return 0 }
