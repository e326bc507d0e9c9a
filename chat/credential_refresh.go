package chat

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// tokenRefresh is a refresh in progress. token and err may be read after done is closed.
type tokenRefresh struct {
	cancel context.CancelFunc
	watch  *pipeline.Watch // of the calls that the callback makes
	done   chan struct{}
	token  AccessToken
	err    error
}

// wait returns the result of the refresh, or the error of ctx if that ends first.
func (f *tokenRefresh) wait(ctx context.Context) (AccessToken, error) {
	if f.watch.Covers(ctx) {
		return AccessToken{}, errOwnToken
	}
	select {
	case <-f.done:
		return f.token, f.err
	case <-ctx.Done():
		if f.watch.Failed() {
			return AccessToken{}, &refreshError{pipeline.WithoutSecrets(f.watch.Ended(ctx.Err()))}
		}
		return AccessToken{}, fmt.Errorf("wait for a token: %w", ctx.Err())
	}
}

const (
	renewalWindow     = 2 * time.Minute
	aheadWindow       = 10 * time.Minute
	maxRefreshBackoff = 30 * time.Second
	maxTimer          = 24 * time.Hour // clocks drift and machines sleep
)

// refreshError is the reason why there is no token.
type refreshError struct{ cause error }

func (e *refreshError) Error() string { return "refresh token: " + e.cause.Error() }
func (e *refreshError) Unwrap() error { return e.cause }

// Is reports whether target is ErrNoToken.
func (e *refreshError) Is(target error) bool { return target == ErrNoToken }

var (
	errEnded    = errors.New("has already expired")
	errOwnToken = &refreshError{errors.New("the callback calls a client that waits for the callback: use a client with another credential")}
)

// runRefresh calls the callback. It handles a panic, the end of the goroutine and a callback that does not return.
func (c *TokenCredential) runRefresh(ctx context.Context, pending *tokenRefresh) {
	defer pending.cancel()
	// A callback that ignores its context is abandoned, so that the next refresh can start.
	stop := context.AfterFunc(ctx, func() {
		c.finishRefresh(pending, AccessToken{}, fmt.Errorf("no result within %s: %w", c.timeout, pending.watch.Ended(ctx.Err())))
	})
	defer stop()

	token, err := AccessToken{}, errors.New("the callback ended its goroutine")
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the callback panicked: %s", pipeline.LogLine(fmt.Sprint(p)))
		}
		c.finishRefresh(pending, token, err)
	}()
	token, err = c.refresh(ctx)
}

// finishRefresh checks the result of a refresh and passes it to the waiting calls.
func (c *TokenCredential) finishRefresh(pending *tokenRefresh, token AccessToken, err error) {
	if err == nil {
		token, err = c.checkNew(token)
	}
	if err != nil {
		token, err = AccessToken{}, &refreshError{pipeline.WithoutSecrets(err)}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.complete(pending, token, err)
}

func (c *TokenCredential) checkNew(token AccessToken) (AccessToken, error) {
	token, err := token.withExpiry(c.assumed)
	if err != nil {
		return token, fmt.Errorf("the new token %w", err)
	}
	if !time.Now().Before(token.ExpiresOn) {
		return token, fmt.Errorf("the new token %w, on %s", errEnded, token.ExpiresOn.UTC().Format(time.RFC3339))
	}
	return token, nil
}

// complete ends a refresh, once. The caller holds mu.
func (c *TokenCredential) complete(pending *tokenRefresh, token AccessToken, err error) {
	if c.pending != pending {
		return // a late result, or one after Close
	}
	c.pending = nil
	if err == nil {
		c.failures = 0
		c.hold(token)
	} else {
		c.failures++
		backoff := min(maxRefreshBackoff, refreshInterval<<min(c.failures-1, 10))
		c.notBefore = time.Now().Add(backoff)
	}
	pending.token, pending.err = token, err
	close(pending.done)
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
	held := &heldToken{AccessToken: token, renewOn: token.ExpiresOn.Add(-window)}
	held.bearer, held.Token = pipeline.Bearer(token.Token)
	c.held.Store(held)
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
	if c.closed || c.pending != nil {
		return // complete schedules the next one
	}
	now, held := time.Now(), c.held.Load()
	if held != nil && now.Before(held.renewOn) || now.Before(c.notBefore) {
		c.schedule()
		return
	}
	c.startRefresh(context.Background(), now)
}
