package bulk

import (
	"context"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/limits"
)

// Limiter is the limiter of a client. While a request of a [Work] waits in it, an interrupt ends the request, and the progress is
// updated every second.
type Limiter struct{ *limits.Limiter }

// Wait implements [chat.Limiter].
func (l Limiter) Wait(ctx context.Context, request chat.LimitedRequest) (func(int, time.Duration), error) {
	if s, ok := ctx.Value(stepKey{}).(*step); ok {
		if err := s.wait(l.Limiter, request); err != nil {
			return nil, err
		}
	}
	return l.Limiter.Wait(ctx, request)
}

// step is one step of a work, in the context of its request.
type step struct {
	work        *Work
	interrupted context.Context
	ended       bool // by an interrupt, before the request was sent
}

type stepKey struct{}

// wait returns when the request may be sent.
func (s *step) wait(l *limits.Limiter, request chat.LimitedRequest) error {
	s.work.latest = request
	for {
		plan, err := l.Plan(s.interrupted, request, 1)
		if err == nil {
			err = s.interrupted.Err()
		}
		if err != nil || plan.Wait == 0 {
			s.ended = s.interrupted.Err() != nil
			return err
		}
		s.work.pause(s.interrupted, plan.Wait)
	}
}

// pause updates the progress and waits, for a second at most.
func (w *Work) pause(ctx context.Context, d time.Duration) {
	w.Show()
	select {
	case <-time.After(min(d, time.Second)):
	case <-ctx.Done():
	}
}

const (
	firstBackoff   = 5 * time.Second
	longestBackoff = time.Minute
)

// throttled records a request that the service throttled. If it did not say how long to wait, the wait doubles each time in a row. With
// a limiter, that one waits.
func (w *Work) throttled(retryAfter time.Duration) {
	if w.Limiter != nil {
		return
	}
	if retryAfter <= 0 {
		w.backoff = min(max(2*w.backoff, firstBackoff), longestBackoff)
		retryAfter = w.backoff
	}
	w.notBefore = time.Now().Add(retryAfter)
}

// rest waits as long as the service has asked.
func (w *Work) rest(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		left := time.Until(w.notBefore)
		if left <= 0 {
			return nil
		}
		w.pause(ctx, left)
	}
}
