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

// Scope is what a token allows. The service may know others than those below; they are sent as they are.
type Scope string

const (
	// ScopeChat allows all of chat.
	ScopeChat Scope = "chat"
	// ScopeChatJoin allows all of chat but to create, update and delete threads.
	ScopeChatJoin Scope = "chat.join"
	// ScopeChatJoinLimited allows what ScopeChatJoin does but to add and remove participants.
	ScopeChatJoinLimited Scope = "chat.join.limited"
	// ScopeVoIP allows calls, and no chat.
	ScopeVoIP Scope = "voip"
	// ScopeVoIPJoin allows to join calls, and no chat.
	ScopeVoIPJoin Scope = "voip.join"
)

// TokenOptions are the optional settings of a token.
type TokenOptions struct {
	// Lifetime of the token, 1 hour to 24 hours. The service counts in minutes: a part of one is rounded up.
	// Zero: the service's default, 24 hours.
	Lifetime time.Duration
}

// The lifetimes the service offers, in minutes.
const (
	minLifetime = 60
	maxLifetime = 24 * 60
)

// GetToken issues a token for a user. Earlier ones stay valid. Nil options are the zero value.
//
// It is retried on 408, 429, 500, 502, 503, 504 and when the connection fails: a token whose answer was lost does no harm.
// The service issues 1,000 in 30 seconds. A user without an id, no scope, an empty one, or a lifetime that the service does not
// offer is a [*chat.ArgumentError]; a refusal of the service is a [*chat.Error]: [chat.ErrUnauthorized] with the code
// IdentityNotOwned for a user the resource does not have, [chat.ErrBadRequest] for a scope it does not know.
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
			return c.api.CommunicationIdentityIssueAccessTokenWithBody(ctx, user.ID, params, contentTypeJSON, body)
		})
	if err != nil {
		return chat.AccessToken{}, err
	}
	return accessToken(op, &issued)
}

// RevokeTokens ends all tokens of a user that have been issued so far. Whoever may get new ones, as a credential of
// [Client.Credential] does, goes on with those.
//
// It is retried on 408, 429, 500, 502, 503, 504 and when the connection fails; what a retry revokes again are at worst tokens
// issued since the first try. A user without an id is a [*chat.ArgumentError]; a refusal of the service is a [*chat.Error]:
// [chat.ErrUnauthorized] with the code IdentityNotOwned for a user the resource does not have.
//
// The API operation is CommunicationIdentity_RevokeAccessTokens.
func (c *Client) RevokeTokens(ctx context.Context, user chat.CommunicationUser) error {
	if err := checkUser(user); err != nil {
		return err
	}
	params := &identityapi.CommunicationIdentityRevokeAccessTokensParams{APIVersion: c.apiVersion}
	op := pipeline.Operation{Name: "Client.RevokeTokens", Action: "identity: revoke tokens", Status: http.StatusNoContent}
	_, err := pipeline.Call[pipeline.NoBody](ctx, c.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return c.api.CommunicationIdentityRevokeAccessTokens(ctx, user.ID, params)
	})
	return err
}

// newTokenRequest checks what a token is to be.
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

// accessToken converts a token, and refuses an answer that has none.
func accessToken(op pipeline.Operation, w *identityapi.CommunicationIdentityAccessToken) (chat.AccessToken, error) {
	if w == nil || w.Token == "" {
		return chat.AccessToken{}, fmt.Errorf("%s: %w", op.Action, errNoToken)
	}
	return chat.AccessToken{Token: w.Token, ExpiresOn: w.ExpiresOn.UTC()}, nil
}

var errNoToken = errors.New("the answer has no token")
