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

// EntraToken is a token of Microsoft Entra that the service believes. Entra is not here to sign one, so that any text will
// do for a token, and what is to be known of it is said here. In JSON a member that is zero may be left out.
type EntraToken struct {
	// Token is the token as clients send it.
	Token string `json:"token"`

	// ObjectID is the object id, a GUID, of the person whose token it is: it can be exchanged for one of the resource, and is
	// good for nothing else. Empty is the token of an application or a managed identity: it does what the access key does.
	ObjectID string `json:"objectId,omitzero"`

	// TenantID is the tenant of the person, a GUID. Empty is the one of zeros.
	TenantID string `json:"tenantId,omitzero"`

	// AppID is the application that asked for the token, a GUID. Empty is any.
	AppID string `json:"appId,omitzero"`

	// ExpiresOn is the end of the token, and of what it is exchanged for, by the clock of the service. Zero is never, and an hour
	// after the exchange.
	ExpiresOn time.Time `json:"expiresOn,omitzero"`
}

// noTenant is the tenant of those who have none.
const noTenant = "00000000-0000-0000-0000-000000000000"

// entraLifetime is how long a token lives that was exchanged for one without an end.
const entraLifetime = time.Hour

// entraTokens finds the tokens that the service believes.
type entraTokens struct {
	known map[string]EntraToken
	any   bool // every other token is that of an application
}

func newEntraTokens(options *Options) (entraTokens, error) {
	e := entraTokens{known: make(map[string]EntraToken, len(options.EntraTokens)), any: options.EntraAny}
	for i, t := range options.EntraTokens {
		if _, doubled := e.known[t.Token]; doubled || t.Token == "" {
			return e, fmt.Errorf("chattest: EntraTokens[%d]: the token must be there, and be another than those before", i)
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

// entraToken finds a token that has not ended. Its error says why there is none.
func (s *Service) entraToken(token string) (EntraToken, error) {
	t, ok := s.entra.known[token]
	switch {
	case !ok && s.entra.any && token != "":
		return EntraToken{Token: token}, nil
	case !ok:
		return t, errors.New("the token is not one of the Entra tokens that the service was told of")
	case !t.ExpiresOn.IsZero() && !s.Now().Before(t.ExpiresOn):
		return t, errors.New("the Entra token expired on " + t.ExpiresOn.UTC().Format(time.RFC3339))
	}
	return t, nil
}

// checkEntraApplication refuses what is not the token of an application.
func (s *Service) checkEntraApplication(token string) error {
	t, err := s.entraToken(token)
	switch {
	case err != nil:
		return denied(err.Error())
	case t.ObjectID != "":
		return denied("the Entra token is that of a person, who may only exchange it")
	}
	return nil
}

// entraPerson finds whose token it is. It refuses what is not the token of a person.
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

// end is when a token ends that it is exchanged for now.
func (t EntraToken) end(now time.Time) time.Time {
	if t.ExpiresOn.IsZero() {
		return now.Add(entraLifetime)
	}
	return t.ExpiresOn
}

// entraKey is the key under which something of a person is kept.
func entraKey(tenantID, objectID string) []byte {
	return []byte(strings.ToLower(tenantID) + "\x00" + strings.ToLower(objectID))
}

// entraUser finds the user of the resource that a person is, or makes one.
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
