package pipeline

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// RetryAfter returns the delay that a response asks for, in milliseconds, in seconds or as a date. 0: none.
func RetryAfter(h http.Header) time.Duration {
	for _, delay := range []struct {
		name string
		unit time.Duration
	}{
		{"retry-after-ms", time.Millisecond}, {"x-ms-retry-after-ms", time.Millisecond}, {"Retry-After", time.Second},
	} {
		// ParseInt returns the largest int64 for a number that is too large.
		if n, _ := strconv.ParseInt(h.Get(delay.name), 10, 64); n > 0 {
			return time.Duration(min(n, math.MaxInt64/int64(delay.unit))) * delay.unit
		}
	}
	if on, err := http.ParseTime(h.Get("Retry-After")); err == nil {
		return max(0, time.Until(on))
	}
	return 0
}
