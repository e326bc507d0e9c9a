package chat

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// TokenCredential holds a user access token and renews it. It is safe for concurrent use, and may be shared by clients.
//
// Shortly before the token ends (two minutes, or half its life if that is less) one call starts a refresh and
// everybody goes on with the token that is still valid. Once it has ended, callers wait for that one refresh, each no
// longer than its own context. A refresh that fails or hangs does no harm while the held token is valid: it is tried
// again, at most once a second and less often the longer it fails.
type TokenCredential struct {
	refresh  func(context.Context) (AccessToken, error) // nil: static
	timeout  time.Duration
	ahead    bool
	lifetime context.Context // ends with Close
	end      context.CancelFunc

	held atomic.Pointer[heldToken] // nil: none, or closed

	mu           sync.Mutex // guards what follows, and every change of held
	flight       *tokenFlight
	failures     int       // in a row
	notBefore    time.Time // no refresh earlier while the held token is valid
	refusedUntil time.Time // no token is dropped earlier
	timer        *time.Timer
	closed       bool
}

// TokenCredentialOptions are the optional settings of [NewTokenCredential].
type TokenCredentialOptions struct {
	// InitialToken is used until it needs renewal. The zero value: the first call fetches one.
	InitialToken AccessToken
	// RefreshTimeout bounds one call of the callback. Zero: 30 seconds.
	RefreshTimeout time.Duration
	// RefreshAhead renews in the background, ten minutes before the token ends or at half its life if that is less,
	// so that no call ever waits. It starts at once when there is no valid initial token, and runs until Close.
	RefreshAhead bool
}

type heldToken struct {
	AccessToken
	renewOn time.Time
}

// tokenFlight is one refresh under way; token and err may be read once done is closed.
type tokenFlight struct {
	done  chan struct{}
	token AccessToken
	err   error
}

const (
	defaultRefreshTimeout = 30 * time.Second
	renewalWindow         = 2 * time.Minute
	aheadWindow           = 10 * time.Minute
	refreshInterval       = time.Second
	maxRefreshBackoff     = 30 * time.Second
	maxTimer              = 24 * time.Hour // clocks drift and machines sleep: look again
)

var errCredentialClosed = fmt.Errorf("the credential is %w", ErrClosed)

// NewStaticTokenCredential makes a credential of one token that is never renewed: right for tools and tests.
// A token that can't be read is an [ArgumentError]. One that has ended is not: the service refuses it, and the error
// of the call says when it ended.
func NewStaticTokenCredential(token string) (*TokenCredential, error) {
	t, err := AccessToken{Token: token}.withExpiry()
	if err != nil {
		return nil, &ArgumentError{Name: "token", Reason: err.Error()}
	}
	c := newTokenCredential(nil)
	c.hold(t)
	return c, nil
}

// NewTokenCredential makes a credential that fetches tokens with refresh, never twice at the same time.
//
// The context refresh gets ends after RefreshTimeout or with Close, not with the call that needed the token.
// An error, a panic, an unreadable token or one that has already ended fails the calls that wait for it.
// Without RefreshAhead nothing is fetched before the first call. A nil refresh, a negative timeout or an unreadable
// initial token is an [ArgumentError]; an initial token that has ended is not used.
func NewTokenCredential(refresh func(context.Context) (AccessToken, error), options *TokenCredentialOptions) (*TokenCredential, error) {
	if refresh == nil {
		return nil, &ArgumentError{Name: "refresh", Reason: "must not be nil"}
	}
	if options == nil {
		options = &TokenCredentialOptions{}
	}
	if options.RefreshTimeout < 0 {
		return nil, &ArgumentError{Name: "RefreshTimeout", Reason: "must not be negative"}
	}
	c := newTokenCredential(refresh)
	c.ahead = options.RefreshAhead
	if options.RefreshTimeout > 0 {
		c.timeout = options.RefreshTimeout
	}
	if options.InitialToken != (AccessToken{}) {
		t, err := options.InitialToken.withExpiry()
		if err != nil {
			return nil, &ArgumentError{Name: "InitialToken", Reason: err.Error()}
		}
		if time.Now().Before(t.ExpiresOn) {
			c.hold(t)
		}
	}
	if c.ahead {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.schedule()
	}
	return c, nil
}

func newTokenCredential(refresh func(context.Context) (AccessToken, error)) *TokenCredential {
	lifetime, end := context.WithCancel(context.Background())
	return &TokenCredential{refresh: refresh, timeout: defaultRefreshTimeout, lifetime: lifetime, end: end}
}

// Token returns a token to send, fetching one if need be. While a valid one is held it returns at once, whatever the
// state of ctx, and without allocating. It fails with ctx's error when ctx ends first, with the callback's when fetching
// failed, and with [ErrClosed] after Close.
func (c *TokenCredential) Token(ctx context.Context) (AccessToken, error) {
	if held := c.held.Load(); held != nil && (c.refresh == nil || time.Now().Before(held.renewOn)) {
		return held.AccessToken, nil
	}
	return c.renewed(ctx)
}

// Close ends a refresh under way and background renewal; waiting and later calls fail with [ErrClosed].
// It may be called more than once, and always returns nil.
func (c *TokenCredential) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.held.Store(nil)
	if c.timer != nil {
		c.timer.Stop()
	}
	c.end()
	if c.flight != nil {
		c.land(c.flight, AccessToken{}, errCredentialClosed)
	}
	return nil
}

// renewed is Token's slow path: a refresh is due, or there is no token at all.
func (c *TokenCredential) renewed(ctx context.Context) (AccessToken, error) {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return AccessToken{}, errCredentialClosed
	}
	held, now := c.held.Load(), time.Now()
	valid := held != nil && now.Before(held.ExpiresOn)
	if valid && now.Before(held.renewOn) { // another caller was faster
		c.mu.Unlock()
		return held.AccessToken, nil
	}
	if c.flight == nil && (!valid || !now.Before(c.notBefore)) {
		c.takeOff(now)
	}
	flight := c.flight
	c.mu.Unlock()

	if valid {
		return held.AccessToken, nil
	}
	select {
	case <-flight.done:
		return flight.token, flight.err
	case <-ctx.Done():
		return AccessToken{}, fmt.Errorf("wait for a token: %w", ctx.Err())
	}
}

// replace is called when the service refused a token that looked valid. It drops exactly that token and fetches another.
// It returns the refused one where there is nothing better: the credential is static, or has dropped another token less than a
// second ago, so that a service that refuses every token does not cause a refresh for every call.
func (c *TokenCredential) replace(ctx context.Context, refused AccessToken) (AccessToken, error) {
	if c.refresh == nil {
		return refused, nil
	}
	c.mu.Lock()
	if held := c.held.Load(); held != nil && held.Token == refused.Token {
		now := time.Now()
		if now.Before(c.refusedUntil) {
			c.mu.Unlock()
			return refused, nil
		}
		c.refusedUntil = now.Add(refreshInterval)
		c.held.Store(nil)
	}
	c.mu.Unlock()
	return c.Token(ctx)
}

// takeOff starts a refresh. The caller holds mu, and has made sure that none is under way.
func (c *TokenCredential) takeOff(now time.Time) {
	c.notBefore = now.Add(refreshInterval)
	flight := &tokenFlight{done: make(chan struct{})}
	c.flight = flight
	go func() {
		ctx, cancel := context.WithTimeout(c.lifetime, c.timeout)
		defer cancel()
		// A callback that does not listen to its context is left behind, so that the next one can try.
		defer context.AfterFunc(ctx, func() {
			c.arrive(flight, AccessToken{}, fmt.Errorf("no answer within %s: %w", c.timeout, ctx.Err()))
		})()

		token, err := AccessToken{}, errors.New("the callback ended its goroutine")
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("the callback panicked: %v", p)
			}
			c.arrive(flight, token, err)
		}()
		token, err = c.refresh(ctx)
	}()
}

// arrive checks what a refresh brought and hands it to whoever waits.
func (c *TokenCredential) arrive(flight *tokenFlight, token AccessToken, err error) {
	if err == nil {
		token, err = token.withExpiry()
	}
	if err == nil && !time.Now().Before(token.ExpiresOn) {
		err = fmt.Errorf("the new token has already ended, on %s", token.ExpiresOn.UTC().Format(time.RFC3339))
	}
	if err != nil {
		token, err = AccessToken{}, fmt.Errorf("refresh token: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.land(flight, token, err)
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

// hold makes a token the current one. The caller holds mu, or is the constructor.
func (c *TokenCredential) hold(token AccessToken) {
	window := renewalWindow
	if c.ahead {
		window = aheadWindow
	}
	window = min(window, time.Until(token.ExpiresOn)/2)
	c.held.Store(&heldToken{AccessToken: token, renewOn: token.ExpiresOn.Add(-window)})
}

// schedule sets the timer for the next refresh ahead of time. The caller holds mu.
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
