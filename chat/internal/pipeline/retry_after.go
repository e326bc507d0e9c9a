package pipeline

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// maxRetryAfter is the longest delay that azcore gets to see: its arithmetic overflows with much longer ones.
const maxRetryAfter = 24 * time.Hour

// retryAfterHeader is a header with a delay as a number of units.
type retryAfterHeader struct {
	name string
	unit time.Duration
}

// retryAfterHeaders are in azcore's order of preference.
func retryAfterHeaders() [3]retryAfterHeader {
	return [...]retryAfterHeader{
		{"retry-after-ms", time.Millisecond}, {"x-ms-retry-after-ms", time.Millisecond}, {"Retry-After", time.Second},
	}
}

// RetryAfter returns the delay that a response asks for, in milliseconds, in seconds or as a date. 0: none.
func RetryAfter(h http.Header) time.Duration {
	for _, header := range retryAfterHeaders() {
		// ParseInt returns the largest int64 for a number that is too large.
		if n, _ := strconv.ParseInt(h.Get(header.name), 10, 64); n > 0 {
			return time.Duration(min(n, math.MaxInt64/int64(header.unit))) * header.unit
		}
	}
	if on, err := http.ParseTime(h.Get("Retry-After")); err == nil {
		return max(0, time.Until(on))
	}
	return 0
}

// capRetryAfter lowers the delays of a response to maxRetryAfter.
func capRetryAfter(h http.Header) {
	for _, header := range retryAfterHeaders() {
		most := int64(maxRetryAfter / header.unit)
		if n, _ := strconv.ParseInt(h.Get(header.name), 10, 64); n > most {
			h.Set(header.name, strconv.FormatInt(most, 10))
		}
	}
}
