package realtime

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/acschat/acs-chat-go/chat/events"
)

const (
	startTries  = 4                // of Listen
	steadyAfter = 30 * time.Second // a connection that lasted so long was no failure
)

// connect makes one attempt. It returns the lifetime of the registration.
func (l *Listener) connect(ctx context.Context) (*session, time.Duration, error) {
	if l.configuration == nil || l.stale {
		c, err := l.service.configure(ctx)
		if err != nil {
			return nil, 0, err
		}
		l.configuration, l.stale = c, false
	}
	a, err := l.service.allocate(ctx, l.configuration)
	if err != nil {
		return nil, 0, err
	}
	h, err := l.service.handshake(ctx, a)
	if err != nil {
		return nil, 0, err
	}
	s, err := l.open(ctx, a, h)
	if err != nil {
		return nil, 0, err
	}
	if err = s.greet(ctx); err == nil {
		var ttl time.Duration
		if ttl, err = l.register(ctx, s); err == nil {
			return s, ttl, nil
		}
	}
	s.close(err)
	return nil, 0, err
}

// register registers for events, and returns the lifetime of the registration.
func (l *Listener) register(ctx context.Context, s *session) (time.Duration, error) {
	ttl := maxRegistration
	if life, limited := s.life(); limited {
		ttl = max(time.Second, min(ttl, life))
	}
	date, err := l.service.register(ctx, l.configuration, s.deliverTo, ttl)
	if err != nil {
		return 0, err
	}
	if !date.IsZero() {
		l.mu.Lock()
		l.ahead = time.Until(date)
		l.mu.Unlock()
	}
	s.mu.Lock()
	s.registered = true
	s.mu.Unlock()
	return ttl, nil
}

// start connects for the first time.
func (l *Listener) start(ctx context.Context) (*session, time.Duration, error) {
	var last error
	for {
		s, ttl, err := l.connect(ctx)
		if err == nil {
			return s, ttl, nil
		}
		if ctx.Err() != nil {
			return nil, 0, ended(ctx, cmp.Or(last, err))
		}
		last = err
		l.failures++
		if l.failures == startTries || isFatalAtStart(err) {
			return nil, 0, err
		}
		wait := pause(l.failures+1, err)
		l.enter(StateConnecting, err, wait)
		if !sleep(ctx, wait) {
			return nil, 0, ended(ctx, last)
		}
	}
}

func ended(ctx context.Context, last error) error {
	return fmt.Errorf("realtime: listen: %w; the last try: %w", ctx.Err(), last)
}

// run keeps the listener connected until it is closed or has to give up.
func (l *Listener) run(s *session, ttl time.Duration) {
	defer close(l.done)
	defer l.cancel()
	for {
		began := time.Now()
		err := s.serve(ttl)
		if l.ctx.Err() != nil {
			l.finish(s, nil)
			return
		}
		s.close(err)
		if time.Since(began) >= steadyAfter {
			l.failures = 0
		}
		if s, ttl, err = l.reconnect(s.lastHeard(), err); s == nil {
			l.finish(nil, err)
			return
		}
	}
}

// reconnect connects again after a session was lost because of err. If it returns no session, the listener was closed, or gives up because
// of the returned error.
func (l *Listener) reconnect(heard time.Time, err error) (*session, time.Duration, error) {
	for l.ctx.Err() == nil {
		if isFatal(err) {
			return nil, 0, err
		}
		l.failures++
		wait := pause(l.failures, err)
		l.enter(StateReconnecting, err, wait)
		if !sleep(l.ctx, wait) {
			break
		}
		var s *session
		var ttl time.Duration
		if s, ttl, err = l.connect(l.ctx); err == nil {
			l.missed(events.GapReasonReconnected, heard)
			l.enter(StateListening, nil, 0)
			return s, ttl, nil
		}
		l.stale = true // the addresses may have changed
	}
	return nil, 0, nil
}

// finish ends the queue, leaves the session and removes the registration. s is nil without a connection.
func (l *Listener) finish(s *session, err error) {
	l.queue.end(err)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(l.ctx), l.closeTimeout)
	defer cancel()
	if s != nil {
		s.leave(ctx)
	}
	_ = l.service.unregister(ctx, l.configuration) // otherwise the registration expires; the failure is in the log
	l.enter(StateClosed, err, 0)
}

// sleep waits. It reports false if ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
