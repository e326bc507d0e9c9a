package limits

import (
	"context"
	"errors"
	"time"
)

type maxWaitKey struct{}

// WithMaxWait returns a context with which each attempt to send a request waits for a [Limiter] at most d, and otherwise fails at once with
// an [*ExceededError]. Unlike a deadline, it does not limit the time of a request once it is sent. If d is 0 or negative, no request waits.
// A deadline that is earlier, and the latest WithMaxWait, decide. Other implementations of [chat.Limiter] ignore it.
func WithMaxWait(ctx context.Context, d time.Duration) context.Context {
	return context.WithValue(ctx, maxWaitKey{}, d)
}

// moment is the latest time at which a request may be sent, zero if there is none.
type moment struct{ time.Time }

// latestOf returns the latest time for a request that begins to wait now.
func latestOf(ctx context.Context) moment {
	deadline, _ := ctx.Deadline()
	if d, ok := ctx.Value(maxWaitKey{}).(time.Duration); ok {
		if latest := time.Now().Add(max(0, d)); deadline.IsZero() || latest.Before(deadline) {
			return moment{latest}
		}
	}
	return moment{deadline}
}

// isBefore reports whether a wait of d ends too late.
func (m moment) isBefore(d time.Duration) bool { return !m.IsZero() && time.Until(m.Time) <= d }

var errTooLate = errors.New("the request has waited too long")

// wait waits until the request is the first in its line. The error is errTooLate if the latest time has come.
func (p *place) wait(ctx context.Context, latest moment) error {
	if p.ahead == 0 {
		return nil
	}
	var late <-chan time.Time
	if !latest.IsZero() {
		timer := time.NewTimer(time.Until(latest.Time))
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-p.first:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-late:
		if err := ctx.Err(); err != nil {
			return err
		}
		return errTooLate
	}
}
