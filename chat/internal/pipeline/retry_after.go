package pipeline

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// RetryAfter reads the delay the service asks for, in milliseconds, seconds or as a date. 0: none.
func RetryAfter(h http.Header) time.Duration {
	for _, delay := range []struct {
		name string
		unit time.Duration
	}{
		{"retry-after-ms", time.Millisecond}, {"x-ms-retry-after-ms", time.Millisecond}, {"Retry-After", time.Second},
	} {
		// Of a number that does not fit ParseInt makes the largest there is.
		if n, _ := strconv.ParseInt(h.Get(delay.name), 10, 64); n > 0 {
			return time.Duration(min(n, math.MaxInt64/int64(delay.unit))) * delay.unit
		}
	}
	if on, err := http.ParseTime(h.Get("Retry-After")); err == nil {
		return max(0, time.Until(on))
	}
	return 0
}
