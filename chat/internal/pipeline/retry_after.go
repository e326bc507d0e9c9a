package pipeline

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// maxRetryAfter is the longest delay that azcore gets to see: its arithmetic overflows with much longer ones.
const maxRetryAfter = 24 * time.Hour

// retryAfterHeader is a header with a delay as a number of units, by its canonical name.
type retryAfterHeader struct {
	name string
	unit time.Duration
}

// read returns the number in the header, the largest int64 for one that is too large, and 0 if there is none.
func (r retryAfterHeader) read(h http.Header) int64 {
	text := h.Get(r.name)
	if text == "" {
		return 0 // most responses: an error of ParseInt costs three allocations
	}
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

// retryAfterHeaders are in azcore's order of preference.
func retryAfterHeaders() [3]retryAfterHeader {
	return [...]retryAfterHeader{
		{"Retry-After-Ms", time.Millisecond}, {"X-Ms-Retry-After-Ms", time.Millisecond}, {"Retry-After", time.Second},
	}
}

// RetryAfter returns the delay that a response asks for, in milliseconds, in seconds or as a date. 0: none.
func RetryAfter(h http.Header) time.Duration {
	for _, header := range retryAfterHeaders() {
		if n := header.read(h); n > 0 {
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
		if n := header.read(h); n > most {
			h.Set(header.name, strconv.FormatInt(most, 10))
		}
	}
}
