package chat

import (
	"cmp"
	"container/list"
	"context"
	"errors"
	"sync"
	"time"
)

// fleetTokens has a credential for each user. One that is in use or fetching a token is never dropped, so that no user has two
// that fetch at the same time; of the others, the most recently used are kept, up to the limit.
type fleetTokens struct {
	mint    func(context.Context, CommunicationUser) (AccessToken, error)
	timeout time.Duration
	limit   int

	mu     sync.Mutex // guards what follows, and the fields of every fleetToken but its credential
	byUser map[CommunicationUser]*fleetToken
	idle   list.List // of the *fleetTokens that are not in use, the most recently used first
	closed bool
}

// fleetToken is the credential of one user.
type fleetToken struct {
	user       CommunicationUser
	credential *TokenCredential
	uses       int           // attempts under way
	idle       *list.Element // nil: it is in use
}

func newFleetTokens(mint func(context.Context, CommunicationUser) (AccessToken, error), options *FleetOptions) *fleetTokens {
	return &fleetTokens{
		mint:    mint,
		timeout: cmp.Or(options.MintTimeout, defaultRefreshTimeout),
		limit:   cmp.Or(options.MaxTokens, defaultMaxTokens),
		byUser:  map[CommunicationUser]*fleetToken{},
	}
}

// take returns the credential of a user, creating it if mayMake is set, and keeps it until give.
func (t *fleetTokens) take(user CommunicationUser, mayMake bool) (*fleetToken, error) {
	if argument, ok := errors.AsType[*ArgumentError](checkID("user", user.ID)); ok {
		return nil, argumentInCall{argument}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, errCredentialClosed
	}
	held, ok := t.byUser[user]
	switch {
	case !ok && !mayMake:
		return nil, errNoTokenHeld
	case !ok:
		held = t.newToken(user)
		t.byUser[user] = held
	case held.uses == 0:
		t.idle.Remove(held.idle)
		held.idle = nil
	}
	held.uses++
	return held, nil
}

// argumentInCall is an invalid argument found during a call, whose error begins with "chat: " itself.
type argumentInCall struct{ argument *ArgumentError }

func (e argumentInCall) Error() string { return e.argument.Name + " " + e.argument.Reason }

func (e argumentInCall) Unwrap() error { return e.argument }

// give returns a credential to the idle ones, and drops those that exceed the limit.
func (t *fleetTokens) give(held *fleetToken) {
	t.mu.Lock()
	defer t.mu.Unlock()
	held.uses--
	if held.uses > 0 {
		return
	}
	held.idle = t.idle.PushFront(held)
	for element := t.idle.Back(); element != nil && t.idle.Len() > t.limit; {
		oldest := element.Value.(*fleetToken) //nolint:errcheck // the list has no others
		element = element.Prev()
		if oldest.credential.idle() {
			t.idle.Remove(oldest.idle)
			delete(t.byUser, oldest.user)
		}
	}
}

func (t *fleetTokens) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	for _, held := range t.byUser {
		_ = held.credential.Close() // always nil
	}
	clear(t.byUser)
}

func (t *fleetTokens) newToken(user CommunicationUser) *fleetToken {
	credential := newTokenCredential(func(ctx context.Context) (AccessToken, error) { return t.mint(ctx, user) })
	credential.timeout = t.timeout
	return &fleetToken{user: user, credential: credential}
}
