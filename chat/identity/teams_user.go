package identity

import (
	"context"
	"net/http"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
	"github.com/acschat/acs-chat-go/gen/identityapi"
)

// GetTokenForTeamsUser exchanges the Entra token of a Teams user for a token of the resource, which expires at the same time.
// clientID is the Entra application that requested the Entra token, and userObjectID the Entra object id of the user; the service
// compares both with the token.
//
// An empty argument and a token with quotes, white space or "Bearer " around it are each a [*chat.ArgumentError]. The error is
// [chat.ErrUnauthorized] if the Entra token is expired or not usable, and [chat.ErrBadRequest] if an id is malformed.
//
// The API operation is CommunicationIdentity_ExchangeTeamsUserAccessToken.
func (c *Client) GetTokenForTeamsUser(ctx context.Context, entraToken, clientID, userObjectID string) (chat.AccessToken, error) {
	if err := checkEntraToken(entraToken); err != nil {
		return chat.AccessToken{}, err
	}
	for _, argument := range []struct{ name, value string }{{"clientID", clientID}, {"userObjectID", userObjectID}} {
		if argument.value == "" {
			return chat.AccessToken{}, &chat.ArgumentError{Name: argument.name, Reason: "must not be empty"}
		}
	}
	params := &identityapi.CommunicationIdentityExchangeTeamsUserAccessTokenParams{APIVersion: c.apiVersion}
	body := pipeline.Encode(identityapi.TeamsUserExchangeTokenRequest{Token: entraToken, AppID: clientID, UserID: userObjectID})
	op := pipeline.Operation{Name: "Client.GetTokenForTeamsUser", Action: "identity: get token for Teams user", Status: http.StatusOK}
	issued, err := pipeline.Call[identityapi.CommunicationIdentityAccessToken](ctx, c.pipeline, op,
		func(ctx context.Context) (*http.Response, error) {
			return c.api.CommunicationIdentityExchangeTeamsUserAccessToken(ctx, params, body)
		})
	if err != nil {
		return chat.AccessToken{}, err
	}
	return accessToken(op, &issued)
}
