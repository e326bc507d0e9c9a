package identity

import (
	"context"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// CredentialOptions are the optional settings of [Client.Credential].
type CredentialOptions struct {
	// TokenCredentialOptions are those of every credential: a first token, a timeout, renewal in the background.
	chat.TokenCredentialOptions
	// Lifetime of each token, as in [TokenOptions].
	Lifetime time.Duration
}

// Credential makes a credential that issues the tokens of a user itself, and renews them, with [Client.GetToken]. Nothing is
// requested before the first call that needs a token, unless RefreshAhead is set. Nil options are the zero value.
//
// What GetToken refuses before a request, Credential refuses at once with a [*chat.ArgumentError]; later errors come from the
// calls that wait for a token. For many users, [Client.MintFunc] and a [chat.Fleet] cost less.
func (c *Client) Credential(user chat.CommunicationUser, scopes []Scope, options *CredentialOptions) (*chat.TokenCredential, error) {
	if options == nil {
		options = &CredentialOptions{}
	}
	lifetime := &TokenOptions{Lifetime: options.Lifetime}
	if err := checkUser(user); err != nil {
		return nil, err
	}
	if _, err := newTokenRequest(scopes, lifetime); err != nil {
		return nil, err
	}
	mint := c.MintFunc(scopes, lifetime)
	return chat.NewTokenCredential(func(ctx context.Context) (chat.AccessToken, error) { return mint(ctx, user) }, &options.TokenCredentialOptions)
}

// MintFunc is [Client.GetToken] with scopes and options filled in, as [chat.NewFleet] takes it:
//
//	fleet, err := chat.NewFleet(identities.Endpoint(), identities.MintFunc([]identity.Scope{identity.ScopeChat}, nil), nil)
//
// Scopes or a lifetime that can't be used come back as a [*chat.ArgumentError] from each call of the function.
func (c *Client) MintFunc(scopes []Scope, options *TokenOptions) func(context.Context, chat.CommunicationUser) (chat.AccessToken, error) {
	scopes = append([]Scope(nil), scopes...) // the caller may go on to change its own
	if options != nil {
		options = new(*options)
	}
	return func(ctx context.Context, user chat.CommunicationUser) (chat.AccessToken, error) {
		return c.GetToken(ctx, user, scopes, options)
	}
}
