// Package pace keeps requests within the rates that a service publishes, and says how long many of them will take.
package pace

import "time"

// Limit allows so many requests within a time, whenever that time is taken to begin.
type Limit struct {
	Count int
	Per   time.Duration
}

// Pacer decides when the next request may go out. It holds no clock and starts nothing: now is the caller's, and never goes
// back. The zero value has no limits. It is not safe for concurrent use.
type Pacer struct {
	limits []Limit
	sent   []time.Time // oldest first, as many as the limits look back on

	notBefore time.Time     // what the service has asked for
	backoff   time.Duration // what to wait for when it asks without saying how long
}

// New makes a pacer that keeps all of the limits.
func New(limits ...Limit) *Pacer {
	return &Pacer{limits: limits}
}

// Delay is how long to wait before the next request; 0 is not at all.
func (p *Pacer) Delay(now time.Time) time.Duration {
	return max(0, p.next(p.sent, now).Sub(now))
}

// Sent notes a request that the service took.
func (p *Pacer) Sent(now time.Time) {
	p.note(now)
	p.backoff = 0
}

const (
	firstBackoff   = 5 * time.Second
	longestBackoff = time.Minute
)

// Throttled notes a request that the service did not take because there were too many. It counts all the same. retryAfter is how
// long the service asks to wait; 0 means that it did not say, and the wait doubles each time in a row.
func (p *Pacer) Throttled(now time.Time, retryAfter time.Duration) {
	p.note(now)
	if retryAfter <= 0 {
		p.backoff = min(max(2*p.backoff, firstBackoff), longestBackoff)
		retryAfter = p.backoff
	}
	p.notBefore = now.Add(retryAfter)
}

// Left is how long n further requests take at the least, up to when the last of them goes out.
func (p *Pacer) Left(now time.Time, n int) time.Duration {
	if n <= 0 {
		return 0
	}
	sent := append([]time.Time(nil), p.sent...)
	at := now
	for range n {
		at = p.next(sent, at)
		sent = append(sent, at)
	}
	return at.Sub(now)
}

// next is the earliest time, from now on, of a request that comes behind those sent.
func (p *Pacer) next(sent []time.Time, now time.Time) time.Time {
	at := now
	if p.notBefore.After(at) {
		at = p.notBefore
	}
	for _, l := range p.limits {
		if len(sent) < l.Count {
			continue
		}
		if free := sent[len(sent)-l.Count].Add(l.Per); free.After(at) {
			at = free
		}
	}
	return at
}

func (p *Pacer) note(now time.Time) {
	p.sent = append(p.sent, now)
	most := 0
	for _, l := range p.limits {
		most = max(most, l.Count)
	}
	if surplus := len(p.sent) - most; surplus > 0 {
		p.sent = append(p.sent[:0], p.sent[surplus:]...)
	}
}
