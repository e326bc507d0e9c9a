package chattest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.etcd.io/bbolt"
)

// EntraToken is a token of Microsoft Entra that the service accepts. The token may be any text, since the service does not verify it:
// its properties are those given here. In JSON, zero members may be omitted.
type EntraToken struct {
	// Token is the bearer token that clients send.
	Token string `json:"token"`

	// ObjectID is the object id, a GUID, of the person to whom the token was issued: it can only be exchanged for a token of the resource.
	// Empty means a token of an application or a managed identity, which authorizes what the access key does.
	ObjectID string `json:"objectId,omitzero"`

	// TenantID is the tenant of the person, a GUID. Empty means the GUID of zeros.
	TenantID string `json:"tenantId,omitzero"`

	// AppID is the application to which the token was issued, a GUID. Empty means any.
	AppID string `json:"appId,omitzero"`

	// ExpiresOn is the expiry of the token, and of the token it is exchanged for, by the clock of the service. Zero means that the token does
	// not expire, and that the token it is exchanged for expires after an hour.
	ExpiresOn time.Time `json:"expiresOn,omitzero"`
}

// noTenant is the tenant of a person whose TenantID is empty.
const noTenant = "00000000-0000-0000-0000-000000000000"

// entraLifetime is the lifetime of a token that was exchanged for one that does not expire.
const entraLifetime = time.Hour

// entraTokens holds the tokens that the service accepts.
type entraTokens struct {
	known map[string]EntraToken
	any   bool // every other token is accepted as that of an application
}

func newEntraTokens(options *Options) (entraTokens, error) {
	e := entraTokens{known: make(map[string]EntraToken, len(options.EntraTokens)), any: options.EntraAny}
	for i, t := range options.EntraTokens {
		if _, doubled := e.known[t.Token]; doubled || t.Token == "" {
			return e, fmt.Errorf("chattest: EntraTokens[%d]: the token must not be empty or given twice", i)
		}
		for _, id := range []string{t.ObjectID, t.TenantID, t.AppID} {
			if id != "" && !isGUID(id) {
				return e, fmt.Errorf("chattest: EntraTokens[%d]: %q is not a GUID", i, id)
			}
		}
		t.ObjectID, t.TenantID = strings.ToLower(t.ObjectID), strings.ToLower(cmp.Or(t.TenantID, noTenant))
		e.known[t.Token] = t
	}
	return e, nil
}

// entraToken finds a token that has not expired.
func (s *Service) entraToken(token string) (EntraToken, error) {
	t, ok := s.entra.known[token]
	switch {
	case !ok && s.entra.any && token != "":
		return EntraToken{Token: token}, nil
	case !ok:
		return t, errors.New("the token is not one of the Entra tokens in the options")
	case !t.ExpiresOn.IsZero() && !s.Now().Before(t.ExpiresOn):
		return t, errors.New("the Entra token expired on " + t.ExpiresOn.UTC().Format(time.RFC3339))
	}
	return t, nil
}

// checkEntraApplication refuses a token that is not that of an application.
func (s *Service) checkEntraApplication(token string) error {
	t, err := s.entraToken(token)
	switch {
	case err != nil:
		return denied(err.Error())
	case t.ObjectID != "":
		return denied("the Entra token is that of a person, which can only be exchanged")
	}
	return nil
}

// entraPerson finds the token of a person. It refuses other tokens.
func (s *Service) entraPerson(token string) (EntraToken, error) {
	t, err := s.entraToken(token)
	switch {
	case err != nil:
		return t, invalidAccessToken(err.Error())
	case t.ObjectID == "":
		return t, invalidAccessToken("the Entra token is that of an application, not of a person")
	}
	return t, nil
}

// end returns when the token expires that it is exchanged for now.
func (t EntraToken) end(now time.Time) time.Time {
	if t.ExpiresOn.IsZero() {
		return now.Add(entraLifetime)
	}
	return t.ExpiresOn
}

// entraKey is the key of the records of a person.
func entraKey(tenantID, objectID string) []byte {
	return []byte(strings.ToLower(tenantID) + "\x00" + strings.ToLower(objectID))
}

// entraUser finds the user of the resource for a person, or creates one.
func (s *Service) entraUser(t EntraToken) (id string, err error) {
	key := entraKey(t.TenantID, t.ObjectID)
	err = s.store.update(func(tx *bbolt.Tx) error {
		users := tx.Bucket([]byte(entraUsersBucket))
		if id = string(bytes.Clone(users.Get(key))); id != "" && isUser(tx, id) {
			return nil
		}
		if id, err = s.addUser(tx); err != nil {
			return err
		}
		return users.Put(key, []byte(id))
	})
	return id, err
}
