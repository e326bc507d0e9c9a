package identity

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
	"github.com/acschat/acs-chat-go/gen/identityapi"
)

// UserAndToken is a new user and a first token.
type UserAndToken struct {
	User  chat.CommunicationUser
	Token chat.AccessToken
}

// CreateUserOptions are the optional settings of [Client.CreateUser]. There are none yet.
type CreateUserOptions struct{}

const contentTypeJSON = "application/json"

// CreateUser makes a user of the resource: an id that may take part in chats, and nothing else. The application keeps which of
// its own people it belongs to; the service can't list users.
//
// It is retried on 408, 429, 500, 502, 503, 504 and when the connection fails. When only the answer was lost, that leaves behind
// a user nobody knows, which costs nothing and can do nothing. A refusal of the service is a [*chat.Error].
//
// The API operation is CommunicationIdentity_Create.
func (c *Client) CreateUser(ctx context.Context, _ *CreateUserOptions) (chat.CommunicationUser, error) {
	op := pipeline.Operation{Name: "Client.CreateUser", Action: "identity: create user", Status: http.StatusCreated}
	created, err := c.create(ctx, op, identityapi.CommunicationIdentityCreateRequest{})
	return chat.CommunicationUser{ID: created.Identity.ID}, err
}

// CreateUserAndToken makes a user and issues a token for what scopes allow, in one request. Nil options are the zero value.
//
// It is retried as [Client.CreateUser] is. No scope, an empty one, or a lifetime the service does not offer is a
// [*chat.ArgumentError]; a refusal of the service is a [*chat.Error]. An answer that has no token is an error too, and the user
// comes with it.
//
// The API operation is CommunicationIdentity_Create.
func (c *Client) CreateUserAndToken(ctx context.Context, scopes []Scope, options *TokenOptions) (UserAndToken, error) {
	wanted, err := newTokenRequest(scopes, options)
	if err != nil {
		return UserAndToken{}, err
	}
	op := pipeline.Operation{Name: "Client.CreateUserAndToken", Action: "identity: create user and token", Status: http.StatusCreated}
	created, err := c.create(ctx, op, identityapi.CommunicationIdentityCreateRequest{
		CreateTokenWithScopes: wanted.Scopes, ExpiresInMinutes: wanted.ExpiresInMinutes,
	})
	if err != nil {
		return UserAndToken{}, err
	}
	token, err := accessToken(op, created.AccessToken)
	return UserAndToken{User: chat.CommunicationUser{ID: created.Identity.ID}, Token: token}, err
}

// DeleteUser deletes a user for good: the tokens end, the messages go. The user can't be made again.
//
// It is retried on 408, 429, 500, 502, 503, 504 and when the connection fails; when the answer to a delete was lost, the retry may
// be refused as for a user that never was. An empty id is a [*chat.ArgumentError]; a refusal of the service is a [*chat.Error]:
// [chat.ErrUnauthorized] with the code IdentityNotOwned for a user the resource does not have.
//
// The API operation is CommunicationIdentity_Delete.
func (c *Client) DeleteUser(ctx context.Context, user chat.CommunicationUser) error {
	if err := checkUser(user); err != nil {
		return err
	}
	params := &identityapi.CommunicationIdentityDeleteParams{APIVersion: c.apiVersion}
	op := pipeline.Operation{Name: "Client.DeleteUser", Action: "identity: delete user", Status: http.StatusNoContent}
	_, err := pipeline.Call[pipeline.NoBody](ctx, c.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return c.api.CommunicationIdentityDelete(ctx, user.ID, params)
	})
	return err
}

func (c *Client) create(ctx context.Context, op pipeline.Operation, request identityapi.CommunicationIdentityCreateRequest) (identityapi.CommunicationIdentityAccessTokenResult, error) {
	params := &identityapi.CommunicationIdentityCreateParams{APIVersion: c.apiVersion}
	body := pipeline.Encode(request)
	created, err := pipeline.Call[identityapi.CommunicationIdentityAccessTokenResult](ctx, c.pipeline, op,
		func(ctx context.Context) (*http.Response, error) {
			return c.api.CommunicationIdentityCreateWithBody(ctx, params, contentTypeJSON, body)
		})
	if err == nil && created.Identity.ID == "" {
		err = fmt.Errorf("%s: %w", op.Action, errNoUser)
	}
	return created, err
}

var errNoUser = errors.New("the answer names no user")

// checkUser refuses a user whose id is none, or would change the meaning of a path.
func checkUser(user chat.CommunicationUser) error { return checkID("user", user.ID) }

func checkID(name, id string) error {
	if err := pipeline.CheckID(id); err != nil {
		return &chat.ArgumentError{Name: name, Reason: err.Error()}
	}
	return nil
}
