package chattest

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/operations"
)

// limiter keeps to the published rates. It remembers as many requests as a rate allows, of those whose window has not passed.
type limiter struct {
	tells bool // says when to come back

	mu      sync.Mutex // guards windows and sweepAt
	windows map[rateKey]*window
	sweepAt int // how many windows there have to be before those that have passed are forgotten
}

// rateKey is what requests have in common that are counted together.
type rateKey struct {
	operations.Rate
	user, thread string
}

// minSweep is how many windows are not worth a sweep.
const minSweep = 1024

func newLimiter(tells bool) *limiter {
	return &limiter{tells: tells, windows: make(map[rateKey]*window), sweepAt: minSweep}
}

// take counts a request, which is refused if it is one too many. Those that are refused count, too.
func (l *limiter) take(rates []operations.Rate, user, thread string, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var exceeded *operations.Rate
	var wait time.Duration // until the next request would not be refused, if none came before it
	for _, rate := range rates {
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
		r.retryAfter = (wait + time.Second - 1).Truncate(time.Second)
	}
	r.reason = fmt.Sprintf("the limit to %s is %d in %v per %s", exceeded.Counter, exceeded.Most, exceeded.Window, exceeded.Scope)
	return r
}

// inScope leaves out what is not in the scope of the rate.
func (k rateKey) inScope() rateKey {
	if k.Scope == operations.Resource || k.Scope == operations.Thread {
		k.user = ""
	}
	if k.Scope == operations.Resource || k.Scope == operations.User {
		k.thread = ""
	}
	return k
}

// window finds, or makes, the window of a key.
func (l *limiter) window(k rateKey, now time.Time) *window {
	w := l.windows[k]
	if w == nil {
		l.sweep(now)
		w = &window{}
		l.windows[k] = w
	}
	return w
}

// clear forgets every window.
func (l *limiter) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.windows)
}

// sweep forgets the windows that have passed, when there are many.
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

// window is a ring of the times of the latest requests, as many as may come.
type window struct {
	times  []time.Time
	next   int // where the oldest is, once the ring is full
	latest time.Time
}

// wait is how long it takes until one more request may come. The clock may have been moved back.
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

// threadOfPath is the thread that a path of chat is about. It is empty where there is none.
func threadOfPath(path string) string {
	rest, _ := strings.CutPrefix(path, "/chat/threads/")
	id, _, _ := strings.Cut(rest, "/")
	return id
}
