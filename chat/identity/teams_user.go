package identity

import (
	"context"
	"net/http"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
	"github.com/acschat/acs-chat-go/gen/identityapi"
)

// GetTokenForTeamsUser exchanges the Entra token of a Teams user for one of the resource, which ends at the same time.
// clientID is the Entra application that asked for the Entra token, userObjectID the Entra object id of the user: the service
// compares both with what the token says.
//
// It is retried on 408, 429, 500, 502, 503, 504 and when the connection fails. An empty argument is a [*chat.ArgumentError];
// a refusal of the service is a [*chat.Error]: [chat.ErrUnauthorized] for an Entra token that it can't use or that has ended,
// [chat.ErrBadRequest] for ids that are none.
//
// The API operation is CommunicationIdentity_ExchangeTeamsUserAccessToken.
func (c *Client) GetTokenForTeamsUser(ctx context.Context, entraToken, clientID, userObjectID string) (chat.AccessToken, error) {
	for _, argument := range []struct{ name, value string }{
		{"entraToken", entraToken}, {"clientID", clientID}, {"userObjectID", userObjectID},
	} {
		if argument.value == "" {
			return chat.AccessToken{}, &chat.ArgumentError{Name: argument.name, Reason: "must not be empty"}
		}
	}
	params := &identityapi.CommunicationIdentityExchangeTeamsUserAccessTokenParams{APIVersion: c.apiVersion}
	body := pipeline.Encode(identityapi.TeamsUserExchangeTokenRequest{Token: entraToken, AppID: clientID, UserID: userObjectID})
	op := pipeline.Operation{Name: "Client.GetTokenForTeamsUser", Action: "identity: get token for Teams user", Status: http.StatusOK}
	issued, err := pipeline.Call[identityapi.CommunicationIdentityAccessToken](ctx, c.pipeline, op,
		func(ctx context.Context) (*http.Response, error) {
			return c.api.CommunicationIdentityExchangeTeamsUserAccessTokenWithBody(ctx, params, contentTypeJSON, body)
		})
	if err != nil {
		return chat.AccessToken{}, err
	}
	return accessToken(op, &issued)
}
