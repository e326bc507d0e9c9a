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

// CreateUserOptions are the optional settings of [Client.CreateUser]. There are none yet.
type CreateUserOptions struct{}

// CreateUser creates a user of the resource. The service cannot list users: store the id with the application's own user. Nil
// options are the zero value.
//
// If a response is lost, the retry creates a second user, and the first one remains unused.
//
// The API operation is CommunicationIdentity_Create.
func (c *Client) CreateUser(ctx context.Context, options *CreateUserOptions) (chat.CommunicationUser, error) {
	op := pipeline.Operation{Name: "Client.CreateUser", Action: "identity: create user", Status: http.StatusCreated}
	created, err := c.create(ctx, op, identityapi.CommunicationIdentityCreateRequest{})
	return chat.CommunicationUser{ID: created.Identity.ID}, err
}

// CreateUserAndToken creates a user and issues a token with the given scopes, in one request. Nil options are the zero value.
//
// If a response is lost, the retry creates a second user, and the first one remains unused. No scopes, an empty scope and a
// lifetime that the service does not offer are each a [*chat.ArgumentError]. If the response has no token, the user is returned
// with the error.
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

// DeleteUser deletes a user, with its messages, and revokes its tokens. A user cannot be restored.
//
// An empty id is a [*chat.ArgumentError]. The error is [chat.ErrUnauthorized] if the resource has no such user, also on a retry
// if the response to the first attempt was lost.
//
// The API operation is CommunicationIdentity_Delete.
func (c *Client) DeleteUser(ctx context.Context, user chat.CommunicationUser) error {
	if err := checkUser(user); err != nil {
		return err
	}
	params := &identityapi.CommunicationIdentityDeleteParams{APIVersion: c.apiVersion}
	op := pipeline.Operation{Name: "Client.DeleteUser", Action: "identity: delete user", Status: http.StatusNoContent}
	return pipeline.Run(ctx, c.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return c.api.CommunicationIdentityDelete(ctx, user.ID, params)
	})
}

func (c *Client) create(ctx context.Context, op pipeline.Operation, request identityapi.CommunicationIdentityCreateRequest) (identityapi.CommunicationIdentityAccessTokenResult, error) {
	params := &identityapi.CommunicationIdentityCreateParams{APIVersion: c.apiVersion}
	body := pipeline.Encode(request)
	created, err := pipeline.Call[identityapi.CommunicationIdentityAccessTokenResult](ctx, c.pipeline, op,
		func(ctx context.Context) (*http.Response, error) {
			return c.api.CommunicationIdentityCreate(ctx, params, body)
		})
	if err == nil && created.Identity.ID == "" {
		err = fmt.Errorf("%s: %w", op.Action, errNoUser)
	}
	return created, err
}

var errNoUser = errors.New("the response has no user")

// checkUser rejects a user whose id is empty or would change the path.
func checkUser(user chat.CommunicationUser) error { return checkID("user", user.ID) }

func checkID(name, id string) error {
	if err := pipeline.CheckID(id); err != nil {
		return &chat.ArgumentError{Name: name, Reason: err.Error()}
	}
	return nil
}
