package realtime

import (
	"errors"
	"time"
)

// maxLead is how long before the end of a registration it is renewed, so that there is time to try again.
const maxLead = 5 * time.Minute

var errLifeOver = errors.New("realtime: the time of the connection is over")

// renewal renews the registration of a session in time.
type renewal struct {
	timer    *time.Timer // until the next attempt
	expires  time.Time
	failures int
}

func newRenewal(ttl time.Duration) *renewal {
	return &renewal{timer: time.NewTimer(ttl - lead(ttl)), expires: time.Now().Add(ttl)}
}

func lead(ttl time.Duration) time.Duration { return min(maxLead, ttl/2) }

// renew registers again, or sets the timer for another attempt. It fails if the registration is refused or has expired, or if the id of the
// connection has expired.
func (r *renewal) renew(s *session) error {
	if life, limited := s.life(); limited && life < 2*maxLead {
		return errLifeOver
	}
	ttl, err := s.listener.register(s.listener.ctx, s)
	if err == nil {
		r.expires, r.failures = time.Now().Add(ttl), 0
		r.timer.Reset(ttl - lead(ttl))
		return nil
	}
	r.failures++
	wait := pause(r.failures+1, err)
	if isFatal(err) || !time.Now().Add(wait).Before(r.expires) {
		return err
	}
	r.timer.Reset(wait)
	return nil
}

// life returns how long the id of the connection remains valid. It reports false if that is not known.
func (s *session) life() (time.Duration, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Until(s.ends), !s.ends.IsZero()
}
