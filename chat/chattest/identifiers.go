package chattest

import (
	"strings"

	"go.etcd.io/bbolt"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// identifier is the service's form of an identifier: the raw id and the object of its kind, in this order, without a kind member.
type identifier struct {
	RawID             string `json:"rawId"`
	CommunicationUser struct {
		ID string `json:"id"`
	} `json:"communicationUser"`
}

func identify(user string) identifier {
	i := identifier{RawID: user}
	i.CommunicationUser.ID = user
	return i
}

// rawIDOf reads the identifier of a request, in which either form may be missing. It refuses an identifier without a kind, with more than
// one, or with a malformed id.
func rawIDOf(m chatapi.CommunicationIdentifierModel) (string, error) {
	var nested []chat.Identifier
	if u := m.CommunicationUser; u != nil {
		nested = append(nested, chat.CommunicationUser{ID: u.ID})
	}
	if p := m.PhoneNumber; p != nil {
		nested = append(nested, chat.PhoneNumber{Number: p.Value})
	}
	if u := m.MicrosoftTeamsUser; u != nil {
		nested = append(nested, chat.MicrosoftTeamsUser{
			UserID: u.UserID, IsAnonymous: u.IsAnonymous != nil && *u.IsAnonymous, Cloud: cloudOf(u.Cloud),
		})
	}
	if a := m.MicrosoftTeamsApp; a != nil {
		nested = append(nested, chat.MicrosoftTeamsApp{AppID: a.AppID, Cloud: cloudOf(a.Cloud)})
	}
	if u := m.TeamsExtensionUser; u != nil {
		nested = append(nested, chat.TeamsExtensionUser{
			UserID: u.UserID, TenantID: u.TenantID, ResourceID: u.ResourceID, Cloud: cloudOf(u.Cloud),
		})
	}
	rawID := ""
	switch {
	case len(nested) > 1:
		return "", badRequest()
	case m.CommunicationUser != nil:
		rawID = m.CommunicationUser.ID
		if _, ok := resourceOfUser(rawID); !ok {
			return "", invalidIdentifier(rawID)
		}
	case m.RawID != nil:
		rawID = *m.RawID
	case len(nested) == 1:
		rawID = nested[0].RawID()
	}
	return rawID, checkRawID(rawID)
}

func cloudOf(c *chatapi.CommunicationCloudEnvironmentModel) chat.Cloud {
	if c == nil {
		return chat.CloudPublic
	}
	return chat.Cloud(strings.ToLower(string(*c)))
}

// checkRawID refuses a malformed user id, and a text that is not a raw id of any kind.
func checkRawID(rawID string) error {
	_, isUser := chat.ParseRawID(rawID).(chat.CommunicationUser)
	_, isOfCloud := cutUserPrefix(rawID)
	if _, ok := resourceOfUser(rawID); isUser && isOfCloud && !ok {
		return invalidIdentifier(rawID)
	}
	if kind, id, ok := strings.Cut(rawID, ":"); !ok || kind == "" || id == "" || strings.Trim(kind, "0123456789") != "" {
		return invalidIdentifier(rawID)
	}
	return nil
}

// eligibility tells whether an identifier can be added to a thread. Only users of this resource can.
func (s *Service) eligibility(tx *bbolt.Tx, rawID string) eligibility {
	resource, ok := resourceOfUser(rawID)
	switch {
	case !ok:
		return notAUser
	case resource != s.resource:
		return otherResource
	case !isUser(tx, rawID):
		return unknownUser
	}
	return joinable
}

type eligibility int

const (
	joinable      eligibility = iota
	unknownUser               // never existed, or was deleted
	otherResource             // a user of another resource
	notAUser                  // a kind of identifier that can't be in a thread
)

// invalidParticipant reports inside a successful response that a participant was not added.
type invalidParticipant struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Target  string `json:"target"`
}

func (e eligibility) refusal(rawID string) invalidParticipant {
	if e == unknownUser {
		return invalidParticipant{"404", "Not found", rawID}
	}
	return invalidParticipant{"403", "Permissions check failed", rawID}
}
