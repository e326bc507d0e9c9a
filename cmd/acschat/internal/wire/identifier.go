package wire

import (
	"cmp"

	"github.com/acschat/acs-chat-go/chat"
)

// Identifier is the JSON of a chat.Identifier.
type Identifier struct {
	RawID              string              `json:"rawId"`
	CommunicationUser  *CommunicationUser  `json:"communicationUser,omitempty"`
	PhoneNumber        *PhoneNumber        `json:"phoneNumber,omitempty"`
	MicrosoftTeamsUser *TeamsUser          `json:"microsoftTeamsUser,omitempty"`
	MicrosoftTeamsApp  *TeamsApp           `json:"microsoftTeamsApp,omitempty"`
	TeamsExtensionUser *TeamsExtensionUser `json:"teamsExtensionUser,omitempty"`
}

// CommunicationUser is an object of the service.
type CommunicationUser struct {
	ID string `json:"id"`
}

// PhoneNumber is an object of the service.
type PhoneNumber struct {
	Value       string `json:"value"`
	IsAnonymous bool   `json:"isAnonymous,omitempty"`
	AssertedID  string `json:"assertedId,omitempty"`
}

// TeamsUser is an object of the service.
type TeamsUser struct {
	UserID      string `json:"userId"`
	IsAnonymous bool   `json:"isAnonymous"`
	Cloud       string `json:"cloud"`
}

// TeamsApp is an object of the service.
type TeamsApp struct {
	AppID string `json:"appId"`
	Cloud string `json:"cloud"`
}

// TeamsExtensionUser is an object of the service.
type TeamsExtensionUser struct {
	UserID     string `json:"userId"`
	TenantID   string `json:"tenantId"`
	ResourceID string `json:"resourceId"`
	Cloud      string `json:"cloud"`
}

// FromIdentifier converts an identifier; nil stays nil.
func FromIdentifier(id chat.Identifier) *Identifier {
	if id == nil {
		return nil
	}
	w := &Identifier{RawID: id.RawID()}
	switch id := id.(type) {
	case chat.CommunicationUser:
		w.CommunicationUser = &CommunicationUser{id.ID}
	case chat.PhoneNumber:
		w.PhoneNumber = &PhoneNumber{id.Number, id.IsAnonymous(), id.AssertedID()}
	case chat.MicrosoftTeamsUser:
		w.MicrosoftTeamsUser = &TeamsUser{id.UserID, id.IsAnonymous, cloudName(id.Cloud)}
	case chat.MicrosoftTeamsApp:
		w.MicrosoftTeamsApp = &TeamsApp{id.AppID, cloudName(id.Cloud)}
	case chat.TeamsExtensionUser:
		w.TeamsExtensionUser = &TeamsExtensionUser{id.UserID, id.TenantID, id.ResourceID, cloudName(id.Cloud)}
	}
	return w
}

func cloudName(c chat.Cloud) string { return cmp.Or(string(c), "public") }
