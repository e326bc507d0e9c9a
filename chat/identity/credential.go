package identity

import (
	"context"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// CredentialOptions are the optional settings of [Client.Credential].
type CredentialOptions struct {
	// TokenCredentialOptions are those of the credential: initial token, timeout, renewal in the background.
	chat.TokenCredentialOptions
	// Lifetime of each token, as in [TokenOptions].
	Lifetime time.Duration
}

// Credential returns a credential that issues and renews the tokens of a user with [Client.GetToken]. It sends no request before
// a call needs a token, unless RefreshAhead is set. For many users, [Client.MintFunc] and a [chat.Fleet] use fewer resources. Nil
// options are the zero value.
//
// Arguments that GetToken rejects are a [*chat.ArgumentError] here; later errors are returned by the calls that wait for a token.
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

// MintFunc returns a function that calls [Client.GetToken] with the given scopes and options, for [chat.NewFleet]:
//
//	fleet, err := chat.NewFleet(identities.Endpoint(), identities.MintFunc([]identity.Scope{identity.ScopeChat}, nil), nil)
//
// No scopes, an empty scope and an invalid lifetime are each a [*chat.ArgumentError] from every call of the function.
func (c *Client) MintFunc(scopes []Scope, options *TokenOptions) func(context.Context, chat.CommunicationUser) (chat.AccessToken, error) {
	scopes = append([]Scope(nil), scopes...) // the caller may go on to change its own
	if options != nil {
		options = new(*options)
	}
	return func(ctx context.Context, user chat.CommunicationUser) (chat.AccessToken, error) {
		return c.GetToken(ctx, user, scopes, options)
	}
}
