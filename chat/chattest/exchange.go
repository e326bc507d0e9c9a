package chattest

import (
	"encoding/json"
	"strings"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/gen/identityapi"
)

// exchangeTeamsUserToken exchanges the Entra token in the body, of a Teams user, for a token for calling.
func (c *call) exchangeTeamsUserToken() ([]byte, error) {
	var request identityapi.TeamsUserExchangeTokenRequest
	if json.Unmarshal(c.body, &request) != nil {
		return nil, errInvalidBody
	}
	switch {
	case request.AppID == "":
		return nil, missing("AppId")
	case request.UserID == "":
		return nil, missing("UserId")
	case !isGUID(request.AppID):
		return nil, invalid("appId", "Provided AppId has invalid format.")
	case !isGUID(request.UserID):
		return nil, invalid("userId", "Provided UserId has invalid format.")
	}
	person, err := c.s.entraPerson(request.Token)
	switch {
	case err != nil:
		return nil, err
	case !strings.EqualFold(person.ObjectID, request.UserID):
		return nil, invalidAccessToken("the Entra token is for the user " + person.ObjectID)
	case person.AppID != "" && !strings.EqualFold(person.AppID, request.AppID):
		return nil, invalidAccessToken("the Entra token is for the application " + person.AppID)
	}
	user := chat.MicrosoftTeamsUser{UserID: person.ObjectID, Cloud: c.s.cloud}
	return encode(c.s.issueFor(person, user.RawID(), "voip")), nil
}

// exchangeTeamsExtensionToken exchanges the caller's Entra token for a Teams extension token, which is for calling.
func (c *call) exchangeTeamsExtensionToken() []byte {
	user := chat.TeamsExtensionUser{UserID: c.person.ObjectID, TenantID: c.person.TenantID, ResourceID: c.s.resource, Cloud: c.s.cloud}
	return c.exchanged(user.RawID(), "voip")
}

// exchangeEntraToken exchanges the caller's Entra token for a token of a user of the resource, the same user each time.
func (c *call) exchangeEntraToken() ([]byte, error) {
	id, err := c.s.entraUser(c.person)
	if err != nil {
		return nil, err
	}
	return c.exchanged(id, "chat", "voip"), nil
}

// exchanged issues a token for the caller and returns the body of the response.
func (c *call) exchanged(rawID string, scopes ...string) []byte {
	return encode(identityResult{
		Identity:    identityapi.CommunicationIdentity{ID: rawID},
		AccessToken: new(c.s.issueFor(c.person, rawID, scopes...)),
	})
}

// issueFor issues a token that expires when the Entra token of the person does.
func (s *Service) issueFor(person EntraToken, rawID string, scopes ...string) issuedToken {
	now := s.issueTime(rawID)
	return s.issue(rawID, now, person.end(now), scopes...)
}
