package identity

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
	"github.com/acschat/acs-chat-go/chat/internal/secret"
	"github.com/acschat/acs-chat-go/gen/identityapi"
)

// entraFamily is a kind of Entra tokens of people, and the operation that exchanges them.
type entraFamily struct {
	scopes     []string // how they begin
	path       string
	apiVersion string
}

// entraUsers are people with an Entra identity. No stable version of the API describes their exchange.
func entraUsers() entraFamily {
	return entraFamily{
		scopes:     []string{"https://communication.azure.com/clients/"},
		path:       "/access/entra/:exchangeAccessToken",
		apiVersion: "2025-03-02-preview",
	}
}

// teamsExtensionUsers are Teams users who act through a resource.
func teamsExtensionUsers() entraFamily {
	return entraFamily{
		scopes:     []string{"https://auth.msft.communication.azure.com/", "https://auth.msft.communication.azure.us/"},
		path:       "/access/teamsExtension/:exchangeAccessToken",
		apiVersion: defaultAPIVersion,
	}
}

// familyOf returns the family of all scopes.
func familyOf(scopes []string) (entraFamily, error) {
	users, teams := entraUsers(), teamsExtensionUsers()
	switch {
	case users.hasAll(scopes):
		return users, nil
	case teams.hasAll(scopes):
		return teams, nil
	}
	return entraFamily{}, &chat.ArgumentError{
		Name: "Scopes", Reason: "must all begin with " + users.scopes[0] + ", or all with " + strings.Join(teams.scopes, " or "),
	}
}

func (f entraFamily) hasAll(scopes []string) bool {
	for _, scope := range scopes {
		if !f.has(scope) {
			return false
		}
	}
	return true
}

func (f entraFamily) has(scope string) bool {
	for _, prefix := range f.scopes {
		if len(scope) >= len(prefix) && strings.EqualFold(scope[:len(prefix)], prefix) {
			return true
		}
	}
	return false
}

// checkEntraToken refuses an empty token, and one with quotes, white space or "Bearer " around it.
func checkEntraToken(token string) error {
	if err := secret.CheckToken(token); err != nil {
		return &chat.ArgumentError{Name: "entraToken", Reason: err.Error()}
	}
	return nil
}

// exchange exchanges the Entra token of a person for a token of the resource.
func exchange(ctx context.Context, p *pipeline.Pipeline, endpoint string, family entraFamily, op pipeline.Operation, entraToken string) (identityapi.CommunicationIdentityAccessTokenResult, error) {
	target := endpoint + family.path + "?api-version=" + url.QueryEscape(family.apiVersion)
	body := pipeline.Encode(identityapi.TeamsExtensionExchangeTokenRequest{})
	op.Authorized = true // with the person's token
	return pipeline.Call[identityapi.CommunicationIdentityAccessTokenResult](ctx, p, op,
		func(ctx context.Context) (*http.Response, error) {
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, body)
			if err != nil {
				return nil, err
			}
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Authorization", "Bearer "+entraToken)
			return p.Do(req)
		})
}
