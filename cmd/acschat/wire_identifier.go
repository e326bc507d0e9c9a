package main

import (
	"cmp"

	"github.com/acschat/acs-chat-go/chat"
)

// wireIdentifier is who somebody is, in the service's form: the raw id, and an object for the kind.
type wireIdentifier struct {
	RawID              string                  `json:"rawId"`
	CommunicationUser  *wireCommunicationUser  `json:"communicationUser,omitempty"`
	PhoneNumber        *wirePhoneNumber        `json:"phoneNumber,omitempty"`
	MicrosoftTeamsUser *wireTeamsUser          `json:"microsoftTeamsUser,omitempty"`
	MicrosoftTeamsApp  *wireTeamsApp           `json:"microsoftTeamsApp,omitempty"`
	TeamsExtensionUser *wireTeamsExtensionUser `json:"teamsExtensionUser,omitempty"`
}

type wireCommunicationUser struct {
	ID string `json:"id"`
}

type wirePhoneNumber struct {
	Value       string `json:"value"`
	IsAnonymous bool   `json:"isAnonymous,omitempty"`
	AssertedID  string `json:"assertedId,omitempty"`
}

type wireTeamsUser struct {
	UserID      string `json:"userId"`
	IsAnonymous bool   `json:"isAnonymous"`
	Cloud       string `json:"cloud"`
}

type wireTeamsApp struct {
	AppID string `json:"appId"`
	Cloud string `json:"cloud"`
}

type wireTeamsExtensionUser struct {
	UserID     string `json:"userId"`
	TenantID   string `json:"tenantId"`
	ResourceID string `json:"resourceId"`
	Cloud      string `json:"cloud"`
}

// toWireIdentifier is nil for nobody.
func toWireIdentifier(id chat.Identifier) *wireIdentifier {
	if id == nil {
		return nil
	}
	w := &wireIdentifier{RawID: id.RawID()}
	switch id := id.(type) {
	case chat.CommunicationUser:
		w.CommunicationUser = &wireCommunicationUser{id.ID}
	case chat.PhoneNumber:
		w.PhoneNumber = &wirePhoneNumber{id.Number, id.IsAnonymous(), id.AssertedID()}
	case chat.MicrosoftTeamsUser:
		w.MicrosoftTeamsUser = &wireTeamsUser{id.UserID, id.IsAnonymous, cloudName(id.Cloud)}
	case chat.MicrosoftTeamsApp:
		w.MicrosoftTeamsApp = &wireTeamsApp{id.AppID, cloudName(id.Cloud)}
	case chat.TeamsExtensionUser:
		w.TeamsExtensionUser = &wireTeamsExtensionUser{id.UserID, id.TenantID, id.ResourceID, cloudName(id.Cloud)}
	}
	return w
}

func cloudName(c chat.Cloud) string { return cmp.Or(string(c), "public") }
