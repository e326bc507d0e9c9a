package chat

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// tokenFlight is one refresh under way; token and err may be read once done is closed.
type tokenFlight struct {
	cancel context.CancelFunc
	done   chan struct{}
	token  AccessToken
	err    error
}

// wait returns what the flight brings, and ctx's error if that ends first.
func (f *tokenFlight) wait(ctx context.Context) (AccessToken, error) {
	select {
	case <-f.done:
		return f.token, f.err
	case <-ctx.Done():
		return AccessToken{}, fmt.Errorf("wait for a token: %w", ctx.Err())
	}
}

const (
	renewalWindow     = 2 * time.Minute
	aheadWindow       = 10 * time.Minute
	maxRefreshBackoff = 30 * time.Second
	maxTimer          = 24 * time.Hour // clocks drift and machines sleep: look again
)

// refreshError is why no token came.
type refreshError struct{ cause error }

func (e *refreshError) Error() string { return "refresh token: " + e.cause.Error() }
func (e *refreshError) Unwrap() error { return e.cause }

var errEnded = errors.New("has already ended")

// fly calls the callback and survives whatever it does.
func (c *TokenCredential) fly(ctx context.Context, flight *tokenFlight) {
	defer flight.cancel()
	// A callback that does not listen to its context is left behind, so that the next one can try.
	stop := context.AfterFunc(ctx, func() {
		c.arrive(flight, AccessToken{}, fmt.Errorf("no answer within %s: %w", c.timeout, ctx.Err()))
	})
	defer stop()

	token, err := AccessToken{}, errors.New("the callback ended its goroutine")
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the callback panicked: %s", pipeline.LogLine(fmt.Sprint(p)))
		}
		c.arrive(flight, token, err)
	}()
	token, err = c.refresh(ctx)
}

// arrive checks what a refresh brought and hands it to whoever waits.
func (c *TokenCredential) arrive(flight *tokenFlight, token AccessToken, err error) {
	if err == nil {
		token, err = checkNew(token)
	}
	if err != nil {
		token, err = AccessToken{}, &refreshError{pipeline.WithoutSecrets(err)}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.land(flight, token, err)
}

func checkNew(token AccessToken) (AccessToken, error) {
	token, err := token.withExpiry()
	if err != nil {
		return token, fmt.Errorf("the new token %w", err)
	}
	if !time.Now().Before(token.ExpiresOn) {
		return token, fmt.Errorf("the new token %w, on %s", errEnded, token.ExpiresOn.UTC().Format(time.RFC3339))
	}
	return token, nil
}

// land ends a flight, once. The caller holds mu.
func (c *TokenCredential) land(flight *tokenFlight, token AccessToken, err error) {
	if c.flight != flight {
		return // it came too late, or after Close
	}
	c.flight = nil
	if err == nil {
		c.failures = 0
		c.hold(token)
	} else {
		c.failures++
		backoff := min(maxRefreshBackoff, refreshInterval<<min(c.failures-1, 10))
		c.notBefore = time.Now().Add(backoff)
	}
	flight.token, flight.err = token, err
	close(flight.done)
	if c.ahead && !c.closed {
		c.schedule()
	}
}

// hold makes a token the current one. The caller holds mu, or is a constructor.
func (c *TokenCredential) hold(token AccessToken) {
	window := renewalWindow
	if c.ahead {
		window = aheadWindow
	}
	window = min(window, time.Until(token.ExpiresOn)/2)
	c.held.Store(&heldToken{AccessToken: token, renewOn: token.ExpiresOn.Add(-window)})
}

// schedule sets the timer of the next refresh in the background. The caller holds mu.
func (c *TokenCredential) schedule() {
	next := c.notBefore
	if held := c.held.Load(); held != nil && held.renewOn.After(next) {
		next = held.renewOn
	}
	if c.timer != nil {
		c.timer.Stop()
	}
	c.timer = time.AfterFunc(min(time.Until(next), maxTimer), c.refreshAhead)
}

func (c *TokenCredential) refreshAhead() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.flight != nil {
		return // landing schedules again
	}
	now, held := time.Now(), c.held.Load()
	if held != nil && now.Before(held.renewOn) || now.Before(c.notBefore) {
		c.schedule()
		return
	}
	c.takeOff(now)
}
