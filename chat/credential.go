package chat

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// TokenCredential holds and renews the access token of a user.
//
// Two minutes before the token expires, or at half its lifetime if that is later, a call starts a refresh, and calls use the
// current token until it expires. After that they wait for the refresh, each until its context ends, and return its error if it
// fails. One refresh runs at a time. While the token is valid, a failed one is retried after 1, 2, 4 seconds and so on, up to 30.
//
// The zero value is not usable; use [NewTokenCredential] or [NewStaticTokenCredential].
type TokenCredential struct {
	refresh func(context.Context) (AccessToken, error) // nil: static
	timeout time.Duration
	assumed time.Duration // of an encrypted token without ExpiresOn
	ahead   bool

	held atomic.Pointer[heldToken] // nil: none, or closed

	mu        sync.Mutex    // guards what follows, and every change of held
	pending   *tokenRefresh // nil: no refresh is in progress
	failures  int           // in a row
	notBefore time.Time     // no earlier refresh while the held token is valid, nor in the background
	replaced  time.Time     // how far the replacements of refused tokens are ahead of one a second
	timer     *time.Timer   // of the next refresh in the background
	closed    bool
}

// TokenCredentialOptions are the optional settings of [NewTokenCredential].
type TokenCredentialOptions struct {
	// InitialToken is used until it needs renewal, unless it has expired. The zero value means none.
	InitialToken AccessToken
	// RefreshTimeout limits one call of the callback. Zero means 30 seconds.
	RefreshTimeout time.Duration
	// AssumedLifetime is that of an encrypted token whose ExpiresOn is zero, since its claims cannot be read. Zero means ten minutes.
	AssumedLifetime time.Duration
	// RefreshAhead renews the token in the background, ten minutes before it expires or at half its lifetime if that is later, so
	// that calls do not wait. It starts immediately if there is no valid initial token, and runs until Close.
	RefreshAhead bool
}

type heldToken struct {
	AccessToken
	bearer   string // with the token, see [pipeline.Bearer]
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
	defaultRefreshTimeout  = 30 * time.Second
	defaultAssumedLifetime = 10 * time.Minute
	refreshInterval        = time.Second // no two refreshes closer, where there is a choice
	replacementBurst       = 10          // as many tokens may be refused, and replaced, at once
)

var errCredentialClosed = fmt.Errorf("the credential is %w", ErrClosed)

// NewStaticTokenCredential returns a credential with a token that is never renewed, for tools and tests. A token that is not encrypted
// and whose expiry cannot be read is an [*ArgumentError]; an expired token is not.
func NewStaticTokenCredential(token AccessToken) (*TokenCredential, error) {
	t, err := token.withExpiry(defaultAssumedLifetime)
	if err != nil {
		return nil, &ArgumentError{Name: "token", Reason: err.Error()}
	}
	c := newTokenCredential(nil)
	c.hold(t)
	return c, nil
}

// NewTokenCredential returns a credential that fetches tokens with refresh. It calls refresh once at a time, and not before a
// call needs a token unless RefreshAhead is set.
//
// The context of refresh ends after RefreshTimeout or with Close, not with the call that needs the token. If refresh does not
// return then, its result is ignored, and it may be called again. If refresh calls a client with this credential, returns an
// error, panics, or returns an unreadable or expired token, the waiting calls fail. A nil refresh, a negative timeout and an
// unreadable initial token are each an [*ArgumentError].
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
	if options.AssumedLifetime < 0 {
		return nil, &ArgumentError{Name: "AssumedLifetime", Reason: "must not be negative"}
	}
	c := newTokenCredential(refresh)
	c.ahead = options.RefreshAhead
	c.assumed = cmp.Or(options.AssumedLifetime, defaultAssumedLifetime)
	if options.RefreshTimeout > 0 {
		c.timeout = options.RefreshTimeout
	}
	if options.InitialToken != (AccessToken{}) {
		t, err := options.InitialToken.withExpiry(c.assumed)
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
	return &TokenCredential{refresh: refresh, timeout: defaultRefreshTimeout, assumed: defaultAssumedLifetime}
}

// isZero reports whether no constructor made the credential: each sets the timeout.
func (c *TokenCredential) isZero() bool { return c.timeout == 0 }

// Token returns a token, fetching one if needed. If the current token is valid, Token returns it immediately, even if ctx has
// ended, and does not allocate. Otherwise it fails with the error of ctx or of the callback, or with [ErrClosed] after Close.
func (c *TokenCredential) Token(ctx context.Context) (AccessToken, error) {
	if held := c.held.Load(); held != nil && (c.refresh == nil || time.Now().Before(held.renewOn)) {
		return held.AccessToken, nil
	}
	return c.renewed(ctx)
}

// Close stops renewal: waiting and later calls fail with [ErrClosed]. It does not wait for the callback.
func (c *TokenCredential) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.held.Store(nil)
	if c.timer != nil {
		c.timer.Stop()
	}
	if c.pending != nil {
		c.pending.cancel()
		c.complete(c.pending, AccessToken{}, errCredentialClosed)
	}
	return nil
}

// renewed is the slow path of Token: a refresh is due, or there is no token.
func (c *TokenCredential) renewed(ctx context.Context) (AccessToken, error) {
	c.mu.Lock()
	if c.closed || c.refresh == nil { // a static one without a token is closed
		c.mu.Unlock()
		return AccessToken{}, errCredentialClosed
	}
	held, now := c.held.Load(), time.Now()
	valid := held != nil && now.Before(held.ExpiresOn)
	if valid && now.Before(held.renewOn) { // another caller was faster
		c.mu.Unlock()
		return held.AccessToken, nil
	}
	if c.pending == nil && (!valid || !now.Before(c.notBefore)) {
		c.startRefresh(ctx, now)
	}
	pending := c.pending
	c.mu.Unlock()

	if valid {
		return held.AccessToken, nil
	}
	return pending.wait(ctx)
}

// replace fetches another token after the service rejected one that had not expired. Until it arrives, calls use the rejected
// token: the rejection may concern one operation only, and the callback may fail. replace returns the rejected token if the
// credential is static, and if the service has rejected ten tokens in a row, or more than one a second since.
func (c *TokenCredential) replace(ctx context.Context, refused AccessToken) (AccessToken, error) {
	if c.refresh == nil {
		return refused, nil
	}
	c.mu.Lock()
	if held := c.held.Load(); held == nil || held.Token != refused.Token { // it is replaced, or the credential is closed
		c.mu.Unlock()
		return c.Token(ctx)
	}
	if c.pending == nil {
		now := time.Now()
		if !c.mayReplace(now) {
			c.mu.Unlock()
			return refused, nil
		}
		c.startRefresh(ctx, now)
	}
	pending := c.pending
	c.mu.Unlock()
	return pending.wait(ctx)
}

// mayReplace counts a replacement, and reports whether there were not too many. The caller holds mu.
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

// idle reports whether no refresh is in progress.
func (c *TokenCredential) idle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pending == nil
}

// startRefresh starts a refresh for a call. The caller holds mu, and has checked that none is in progress.
func (c *TokenCredential) startRefresh(origin context.Context, now time.Time) {
	ctx, cancel := context.WithTimeout(context.Background(), c.timeout)
	c.notBefore = now.Add(refreshInterval)
	ctx, watch := pipeline.WithWatch(ctx, origin)
	c.pending = &tokenRefresh{cancel: cancel, watch: watch, done: make(chan struct{})}
	go c.runRefresh(ctx, c.pending)
}
