package chat

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// TokenCredential holds a user access token and renews it. It is safe for concurrent use, and may be shared by clients.
//
// Shortly before the token ends (two minutes, or half its life if that is less) one call starts a refresh and
// everybody goes on with the token that is still valid. Once it has ended, callers wait for that one refresh, each no
// longer than its own context, and share its error if it fails. A refresh that fails or hangs does no harm while the held
// token is valid: it is tried again after one second, then after two, four and so on up to thirty. Without a valid
// token, a call that finds no refresh under way starts one.
type TokenCredential struct {
	refresh func(context.Context) (AccessToken, error) // nil: static
	timeout time.Duration
	ahead   bool

	held atomic.Pointer[heldToken] // nil: none, or closed

	mu        sync.Mutex   // guards what follows, and every change of held
	flight    *tokenFlight // nil: no refresh is under way
	failures  int          // in a row
	notBefore time.Time    // no earlier refresh while the held token is valid, nor in the background
	replaced  time.Time    // how far the replacements of refused tokens are ahead of one a second
	timer     *time.Timer  // of the next refresh in the background
	closed    bool
}

// TokenCredentialOptions are the optional settings of [NewTokenCredential].
type TokenCredentialOptions struct {
	// InitialToken is used until it needs renewal. The zero value: the first call fetches one.
	InitialToken AccessToken
	// RefreshTimeout bounds one call of the callback. Zero: 30 seconds.
	RefreshTimeout time.Duration
	// RefreshAhead renews in the background, ten minutes before the token ends or at half its life if that is less,
	// so that no call waits while the callback works and a token lives two seconds or more. It starts at once when there
	// is no valid initial token, and runs until Close.
	RefreshAhead bool
}

type heldToken struct {
	AccessToken
	renewOn  time.Time
	accepted atomic.Bool // by the service, at least once
}

// accept notes that the service has accepted the token: for [Client.Explain] it is then not of another resource.
func (t *heldToken) accept() {
	if !t.accepted.Load() { // a store would take the cache line from the other processors
		t.accepted.Store(true)
	}
}

const (
	defaultRefreshTimeout = 30 * time.Second
	refreshInterval       = time.Second // no two refreshes closer, where there is a choice
	replacementBurst      = 10          // as many tokens may be refused, and replaced, at once
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

// NewTokenCredential makes a credential that fetches tokens with refresh, one call at a time.
//
// The context refresh gets ends after RefreshTimeout or with Close, not with the call that needed the token. A callback
// that goes on beyond it is left behind: what it returns then is ignored, and another call of it may start.
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
		c.hold(t)
	}
	if c.ahead {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.schedule()
	}
	return c, nil
}

func newTokenCredential(refresh func(context.Context) (AccessToken, error)) *TokenCredential {
	return &TokenCredential{refresh: refresh, timeout: defaultRefreshTimeout}
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
// It does not wait for the callback to return. It may be called more than once, and always returns nil.
func (c *TokenCredential) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.held.Store(nil)
	if c.timer != nil {
		c.timer.Stop()
	}
	if c.flight != nil {
		c.flight.cancel()
		c.land(c.flight, AccessToken{}, errCredentialClosed)
	}
	return nil
}

// renewed is Token's slow path: a refresh is due, or there is no token at all.
func (c *TokenCredential) renewed(ctx context.Context) (AccessToken, error) {
	c.mu.Lock()
	if c.closed || c.refresh == nil { // a static one without a token is closed, or was never made
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
	return flight.wait(ctx)
}

// replace is called when the service refused a token that looked valid. It fetches another. Until that has come, calls go on with
// the refused one: the refusal may be about one operation alone, and the callback may fail.
// It returns the refused one where there is nothing better: the credential is static, or a service that refuses every token has
// had ten replaced, and one a second since.
func (c *TokenCredential) replace(ctx context.Context, refused AccessToken) (AccessToken, error) {
	if c.refresh == nil {
		return refused, nil
	}
	c.mu.Lock()
	if held := c.held.Load(); held == nil || held.Token != refused.Token { // it is replaced, or the credential is closed
		c.mu.Unlock()
		return c.Token(ctx)
	}
	if c.flight == nil {
		now := time.Now()
		if !c.mayReplace(now) {
			c.mu.Unlock()
			return refused, nil
		}
		c.takeOff(now)
	}
	flight := c.flight
	c.mu.Unlock()
	return flight.wait(ctx)
}

// mayReplace counts a replacement, unless there were too many. The caller holds mu.
func (c *TokenCredential) mayReplace(now time.Time) bool {
	if c.replaced.Before(now) {
		c.replaced = now
	}
	if c.replaced.Sub(now) >= replacementBurst*refreshInterval {
		return false
	}
	c.replaced = c.replaced.Add(refreshInterval)
	return true
}

// resting reports whether no refresh is under way.
func (c *TokenCredential) resting() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.flight == nil
}

// takeOff starts a refresh. The caller holds mu, and has made sure that none is under way.
func (c *TokenCredential) takeOff(now time.Time) {
	ctx, cancel := context.WithTimeout(context.Background(), c.timeout)
	c.notBefore = now.Add(refreshInterval)
	c.flight = &tokenFlight{cancel: cancel, done: make(chan struct{})}
	go c.fly(ctx, c.flight)
}
