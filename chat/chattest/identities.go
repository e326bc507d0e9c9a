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

// The minutes that a token may live.
const (
	minTokenMinutes = 60
	maxTokenMinutes = 1440
)

// authorizeIdentity checks that the caller may manage users, or that it brings a token of Entra to exchange.
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

// issuedToken is a token as it is served.
type issuedToken struct {
	Token     string `json:"token"`
	ExpiresOn string `json:"expiresOn"`
}

// issue makes a token for a raw id. What is said of its end has the fraction that the token does not know.
func (s *Service) issue(rawID string, issued, end time.Time, scopes ...string) issuedToken {
	return issuedToken{s.tokenFor(rawID, issued, end, scopes), end.UTC().Format(windowTime)}
}

// identityResult is a user, with a token if there is one.
type identityResult struct {
	Identity    identityapi.CommunicationIdentity `json:"identity"`
	AccessToken *issuedToken                      `json:"accessToken,omitempty"`
}

// createIdentity makes a user. A body that is empty, or says nothing, asks for no token; so does an empty list of scopes.
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

// tokenLifetime reads how long a token is to live: 24 hours when nobody says.
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

// checkScopes refuses a scope that the service does not know.
func checkScopes(scopes []string) error {
	for _, scope := range scopes {
		if !identityapi.CommunicationIdentityTokenScope(scope).Valid() {
			return invalid("scopes", fmt.Sprintf("Invalid scopes - %s is not a scope.", scope))
		}
	}
	return nil
}
