// Package pace keeps requests within the rates that a service publishes, and says how long many of them will take.
package pace

import "time"

// Limit allows Count requests in every period of length Per.
type Limit struct {
	Count int
	Per   time.Duration
}

// Pacer decides when the next request may be sent. It has no clock: the caller passes now, which must not decrease. The zero value
// has no limits. It is not safe for concurrent use.
type Pacer struct {
	limits []Limit
	sent   []time.Time // oldest first, as many as the limits need

	notBefore time.Time     // as the service has asked
	backoff   time.Duration // the wait if it does not say how long
}

// New returns a pacer that keeps all of the limits.
func New(limits ...Limit) *Pacer {
	return &Pacer{limits: limits}
}

// Delay returns how long to wait before the next request.
func (p *Pacer) Delay(now time.Time) time.Duration {
	return max(0, p.next(p.sent, now).Sub(now))
}

// Sent records a request that the service accepted.
func (p *Pacer) Sent(now time.Time) {
	p.note(now)
	p.backoff = 0
}

const (
	firstBackoff   = 5 * time.Second
	longestBackoff = time.Minute
)

// Throttled records a request that the service throttled, which counts too. retryAfter is how long the service asks to wait; if it is
// 0, the wait doubles each time in a row.
func (p *Pacer) Throttled(now time.Time, retryAfter time.Duration) {
	p.note(now)
	if retryAfter <= 0 {
		p.backoff = min(max(2*p.backoff, firstBackoff), longestBackoff)
		retryAfter = p.backoff
	}
	p.notBefore = now.Add(retryAfter)
}

// Left returns the least time until the last of n further requests can be sent.
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

// next returns the earliest time, not before now, of the request after those sent.
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
