package identity

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
	"github.com/acschat/acs-chat-go/gen/identityapi"
)

// Scope is a permission of a token. The service may define scopes other than these; they are sent unchanged.
type Scope string

// Scopes of tokens.
const (
	// ScopeChat allows all operations of chat.
	ScopeChat Scope = "chat"
	// ScopeChatJoin allows all operations of chat except creating, updating and deleting threads.
	ScopeChatJoin Scope = "chat.join"
	// ScopeChatJoinLimited allows what ScopeChatJoin does except adding and removing participants.
	ScopeChatJoinLimited Scope = "chat.join.limited"
	// ScopeVoIP allows calls, and not chat.
	ScopeVoIP Scope = "voip"
	// ScopeVoIPJoin allows joining calls, and not chat.
	ScopeVoIPJoin Scope = "voip.join"
)

// TokenOptions are the optional settings of [Client.GetToken], [Client.CreateUserAndToken] and [Client.MintFunc].
type TokenOptions struct {
	// Lifetime of the token, 1 to 24 hours, rounded up to a whole minute. Zero means the default of the service, 24 hours.
	Lifetime time.Duration
}

// The lifetimes the service offers, in minutes.
const (
	minLifetime = 60
	maxLifetime = 24 * 60
)

// GetToken issues a token for a user. Earlier tokens remain valid. The service issues at most 1,000 tokens in 30 seconds. Nil
// options are the zero value.
//
// A user without an id, no scopes, an empty scope and a lifetime that the service does not offer are each a
// [*chat.ArgumentError]. The error is [chat.ErrUnauthorized] if the resource has no such user, and [chat.ErrBadRequest] if the
// service does not know a scope.
//
// The API operation is CommunicationIdentity_IssueAccessToken.
func (c *Client) GetToken(ctx context.Context, user chat.CommunicationUser, scopes []Scope, options *TokenOptions) (chat.AccessToken, error) {
	if err := checkUser(user); err != nil {
		return chat.AccessToken{}, err
	}
	request, err := newTokenRequest(scopes, options)
	if err != nil {
		return chat.AccessToken{}, err
	}
	params := &identityapi.CommunicationIdentityIssueAccessTokenParams{APIVersion: c.apiVersion}
	body := pipeline.Encode(request)
	op := pipeline.Operation{Name: "Client.GetToken", Action: "identity: get token", Status: http.StatusOK}
	issued, err := pipeline.Call[identityapi.CommunicationIdentityAccessToken](ctx, c.pipeline, op,
		func(ctx context.Context) (*http.Response, error) {
			return c.api.CommunicationIdentityIssueAccessToken(ctx, user.ID, params, body)
		})
	if err != nil {
		return chat.AccessToken{}, err
	}
	return accessToken(op, &issued)
}

// RevokeTokens revokes all tokens that were issued for a user. A credential of [Client.Credential] then issues a new one. A retry
// also revokes tokens issued since the first attempt.
//
// A user without an id is a [*chat.ArgumentError]. The error is [chat.ErrUnauthorized] if the resource has no such user.
//
// The API operation is CommunicationIdentity_RevokeAccessTokens.
func (c *Client) RevokeTokens(ctx context.Context, user chat.CommunicationUser) error {
	if err := checkUser(user); err != nil {
		return err
	}
	params := &identityapi.CommunicationIdentityRevokeAccessTokensParams{APIVersion: c.apiVersion}
	op := pipeline.Operation{Name: "Client.RevokeTokens", Action: "identity: revoke tokens", Status: http.StatusNoContent}
	return pipeline.Run(ctx, c.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return c.api.CommunicationIdentityRevokeAccessTokens(ctx, user.ID, params)
	})
}

// newTokenRequest checks scopes and options.
func newTokenRequest(scopes []Scope, options *TokenOptions) (identityapi.CommunicationIdentityAccessTokenRequest, error) {
	var request identityapi.CommunicationIdentityAccessTokenRequest
	if len(scopes) == 0 {
		return request, &chat.ArgumentError{Name: "scopes", Reason: "must name at least one, such as ScopeChat"}
	}
	for i, scope := range scopes {
		if scope == "" {
			return request, &chat.ArgumentError{Name: "scopes[" + strconv.Itoa(i) + "]", Reason: "must not be empty"}
		}
		request.Scopes = append(request.Scopes, identityapi.CommunicationIdentityTokenScope(scope))
	}
	if options == nil || options.Lifetime == 0 {
		return request, nil
	}
	minutes := options.Lifetime / time.Minute
	if options.Lifetime%time.Minute > 0 {
		minutes++
	}
	if minutes < minLifetime || minutes > maxLifetime {
		return request, &chat.ArgumentError{
			Name: "Lifetime", Reason: fmt.Sprintf("must be 1 hour to 24 hours, not %s", options.Lifetime),
		}
	}
	request.ExpiresInMinutes = new(int32(minutes))
	return request, nil
}

// accessToken converts a token. It is an error if the response has none.
func accessToken(op pipeline.Operation, w *identityapi.CommunicationIdentityAccessToken) (chat.AccessToken, error) {
	if w == nil || w.Token == "" {
		return chat.AccessToken{}, fmt.Errorf("%s: %w", op.Action, errNoToken)
	}
	return chat.AccessToken{Token: w.Token, ExpiresOn: pipeline.UTC(w.ExpiresOn)}, nil
}

var errNoToken = errors.New("the response has no token")
