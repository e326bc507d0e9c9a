package pipeline

import (
	"net/http"
	"strconv"
	"time"
)

// RetryAfter reads the delay the service asks for, in milliseconds, seconds or as a date. 0: none.
func RetryAfter(h http.Header) time.Duration {
	for _, name := range []string{"retry-after-ms", "x-ms-retry-after-ms"} {
		if n, err := strconv.ParseInt(h.Get(name), 10, 32); err == nil && n > 0 {
			return time.Duration(n) * time.Millisecond
		}
	}
	value := h.Get("Retry-After")
	if n, err := strconv.ParseInt(value, 10, 32); err == nil {
		return max(0, time.Duration(n)*time.Second)
	}
	if on, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(on))
	}
	return 0
}
