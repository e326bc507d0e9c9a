package chattest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"github.com/acschat/acs-chat-go/gen/identityapi"
)

// The limits of the lifetime of a token, in minutes.
const (
	minTokenMinutes = 60
	maxTokenMinutes = 1440
)

// authorizeIdentity checks the access key or Entra token of a call or, for an exchange, the token to exchange.
func (c *call) authorizeIdentity(r *http.Request, op Operation) (err error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	isBearer := strings.EqualFold(scheme, "Bearer")
	switch op {
	case ExchangeTeamsExtensionToken, ExchangeEntraToken:
		if !isBearer {
			return invalidAccessToken("there is no bearer token")
		}
		c.person, err = c.s.entraPerson(token)
		return err
	}
	if isBearer {
		return c.s.checkEntraApplication(token)
	}
	return c.s.checkAccessKey(r, c.body, c.clockSkew)
}

// issuedToken is a token in the form of the service.
type issuedToken struct {
	Token     string `json:"token"`
	ExpiresOn string `json:"expiresOn"`
}

// issue issues a token for a raw id. The expiresOn of the response has the fraction of a second that the token lacks.
func (s *Service) issue(rawID string, issued, end time.Time, scopes ...string) issuedToken {
	return issuedToken{s.tokenFor(rawID, issued, end, scopes), end.UTC().Format(windowTime)}
}

// identityResult is a user, with a token if one was issued.
type identityResult struct {
	Identity    identityapi.CommunicationIdentity `json:"identity"`
	AccessToken *issuedToken                      `json:"accessToken,omitempty"`
}

// createIdentity creates a user. It issues a token only if the body has scopes.
func (c *call) createIdentity() ([]byte, error) {
	var request struct {
		Scopes  []string `json:"createTokenWithScopes"`
		Minutes *int32   `json:"expiresInMinutes"`
	}
	if len(bytes.TrimSpace(c.body)) > 0 && json.Unmarshal(c.body, &request) != nil {
		return nil, errInvalidBody
	}
	ttl, err := tokenLifetime(request.Minutes)
	if err != nil {
		return nil, err
	}
	if err := checkScopes(request.Scopes); err != nil {
		return nil, err
	}
	var result identityResult
	err = c.s.store.update(func(tx *bbolt.Tx) (err error) {
		result.Identity.ID, err = c.s.addUser(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(request.Scopes) > 0 {
		now := c.s.issueTime(result.Identity.ID)
		result.AccessToken = new(c.s.issue(result.Identity.ID, now, now.Add(ttl), request.Scopes...))
	}
	return encode(result), nil
}

func (c *call) issueAccessToken(id string) ([]byte, error) {
	var request struct {
		Scopes  *[]string `json:"scopes"`
		Minutes *int32    `json:"expiresInMinutes"`
	}
	if json.Unmarshal(c.body, &request) != nil {
		return nil, errInvalidBody
	}
	if request.Scopes == nil {
		return nil, missing("Scopes")
	}
	ttl, err := tokenLifetime(request.Minutes)
	if err != nil {
		return nil, err
	}
	if len(*request.Scopes) == 0 {
		return nil, invalid("scopes", "Invalid scopes - Scopes field is required.")
	}
	if err := checkScopes(*request.Scopes); err != nil {
		return nil, err
	}
	if _, owned := c.s.revokedThrough(id); !owned {
		return nil, errIdentityNotOwned
	}
	now := c.s.issueTime(id)
	return encode(c.s.issue(id, now, now.Add(ttl), *request.Scopes...)), nil
}

func (c *call) revokeAccessTokens(id string) error {
	return c.updateIdentity(id, c.s.revoke)
}

func (c *call) deleteIdentity(id string) error {
	return c.updateIdentity(id, c.s.deleteUser)
}

// updateIdentity changes a user of the resource.
func (c *call) updateIdentity(id string, change func(tx *bbolt.Tx, user string) error) error {
	return c.s.store.update(func(tx *bbolt.Tx) error {
		if !isUser(tx, id) {
			return errIdentityNotOwned
		}
		return change(tx, id)
	})
}

// tokenLifetime reads the requested lifetime of a token, by default 24 hours.
func tokenLifetime(minutes *int32) (time.Duration, error) {
	if minutes == nil {
		return defaultTokenLifetime, nil
	}
	if *minutes < minTokenMinutes || *minutes > maxTokenMinutes {
		return 0, invalid("ExpiresInMinutes", fmt.Sprintf("ExpiresInMinutes value %d is invalid. Value must be within the [%d, %d] interval.",
			*minutes, minTokenMinutes, maxTokenMinutes))
	}
	return time.Duration(*minutes) * time.Minute, nil
}

// checkScopes refuses an unknown scope.
func checkScopes(scopes []string) error {
	for _, scope := range scopes {
		if !identityapi.CommunicationIdentityTokenScope(scope).Valid() {
			return invalid("scopes", fmt.Sprintf("Invalid scopes - %s is not a scope.", scope))
		}
	}
	return nil
}
