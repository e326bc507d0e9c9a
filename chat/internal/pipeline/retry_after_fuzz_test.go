package pipeline_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// FuzzRetryAfter checks that no header makes a negative delay, and that the first positive number is the delay.
func FuzzRetryAfter(f *testing.F) {
	for _, seed := range [][3]string{
		{"", "", "7"}, {"250", "", "3"}, {"0", "-5", "1.5"}, {"", "9223372036854775807", ""}, {"", "", "99999999999999999999"},
		{"", "", "Fri, 31 Dec 9999 23:59:59 GMT"}, {"", "", "Thu, 01 Jan 1970 00:00:00 GMT"}, {"soon", "1e3", "Fri, 31 Feb 2026 25:61:61 GMT"},
		{"", "", "Sunday, 06-Nov-94 08:49:37 GMT"}, {"\xff", " 1", "+1"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, ms, otherMS, seconds string) {
		h := http.Header{"Retry-After-Ms": {ms}, "X-Ms-Retry-After-Ms": {otherMS}, "Retry-After": {seconds}}
		got := pipeline.RetryAfter(h)
		if got < 0 {
			t.Errorf("a delay of %s", got)
		}
		for _, header := range []struct {
			text string
			unit time.Duration
		}{{ms, time.Millisecond}, {otherMS, time.Millisecond}, {seconds, time.Second}} {
			n, err := strconv.ParseInt(header.text, 10, 32)
			if err != nil && n != 0 {
				break // out of range: the longest duration
			}
			if err == nil && n > 0 {
				if want := time.Duration(n) * header.unit; got != want {
					t.Errorf("%v: %s instead of %s", h, got, want)
				}
				break
			}
		}
	})
}
