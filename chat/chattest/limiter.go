package chattest

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/operations"
)

// limiter enforces the published rates. For each rate it keeps the times of as many requests as the rate allows.
type limiter struct {
	tells   bool          // whether refusals have a Retry-After
	divisor time.Duration // of the windows

	mu      sync.Mutex // guards windows and sweepAt
	windows map[rateKey]*window
	sweepAt int // the number of windows at which those that have passed are removed
}

// rateKey identifies the requests that are counted together.
type rateKey struct {
	operations.Rate
	user, thread string
}

// minSweep is the number of windows below which none are removed.
const minSweep = 1024

func newLimiter(tells bool, divisor int) *limiter {
	return &limiter{tells: tells, divisor: time.Duration(divisor), windows: make(map[rateKey]*window), sweepAt: minSweep}
}

// take counts a request and refuses it if it exceeds a rate. Refused requests count too.
func (l *limiter) take(rates []operations.Rate, user, thread string, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var exceeded *operations.Rate
	var wait time.Duration // until a request is accepted if none is sent before
	for _, rate := range rates {
		rate.Window /= l.divisor
		w := l.window(rateKey{rate, user, thread}.inScope(), now)
		if w.wait(now, rate) > 0 && exceeded == nil {
			exceeded = &rate
		}
		w.add(now, rate)
		wait = max(wait, w.wait(now, rate))
	}
	if exceeded == nil {
		return nil
	}
	r := refuse(http.StatusTooManyRequests, "")
	if l.tells {
		unit := time.Second
		if l.divisor > 1 {
			unit = time.Millisecond
		}
		r.retryAfter = (wait + unit - 1).Truncate(unit)
	}
	r.reason = fmt.Sprintf("the limit to %s is %d in %v per %s", exceeded.Counter, exceeded.Most, exceeded.Window, exceeded.Scope)
	return r
}

// inScope clears the fields of the key that are not in the scope of the rate.
func (k rateKey) inScope() rateKey {
	if k.Scope == operations.Resource || k.Scope == operations.Thread {
		k.user = ""
	}
	if k.Scope == operations.Resource || k.Scope == operations.User {
		k.thread = ""
	}
	return k
}

// window finds or makes the window of a key.
func (l *limiter) window(k rateKey, now time.Time) *window {
	w := l.windows[k]
	if w == nil {
		l.sweep(now)
		w = &window{}
		l.windows[k] = w
	}
	return w
}

// clear removes all windows.
func (l *limiter) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.windows)
}

// sweep removes windows that have passed, if there are many.
func (l *limiter) sweep(now time.Time) {
	if len(l.windows) < l.sweepAt {
		return
	}
	for k, w := range l.windows {
		if now.Sub(w.latest) >= k.Window {
			delete(l.windows, k)
		}
	}
	l.sweepAt = max(2*len(l.windows), minSweep)
}

// window is a ring of the times of the latest requests, as many as the rate allows.
type window struct {
	times  []time.Time
	next   int // the index of the oldest time, once the ring is full
	latest time.Time
}

// wait returns the time until another request is allowed. The clock may have been moved back.
func (w *window) wait(now time.Time, r operations.Rate) time.Duration {
	if len(w.times) < r.Most {
		return 0
	}
	return min(max(r.Window-now.Sub(w.times[w.next]), 0), r.Window)
}

func (w *window) add(now time.Time, r operations.Rate) {
	w.latest = now
	if len(w.times) < r.Most {
		w.times = append(w.times, now)
		return
	}
	w.times[w.next] = now
	w.next = (w.next + 1) % r.Most
}

// threadOfPath returns the thread id in a path of the chat API, or "".
func threadOfPath(path string) string {
	rest, _ := strings.CutPrefix(path, "/chat/threads/")
	id, _, _ := strings.Cut(rest, "/")
	return id
}
