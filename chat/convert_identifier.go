package chat

import (
	"cmp"
	"strings"

	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// wireIdentifier is the form of requests: the raw id, and the nested object if the chat API accepts one.
func wireIdentifier(id Identifier) chatapi.CommunicationIdentifierModel {
	w := chatapi.CommunicationIdentifierModel{RawID: new(id.RawID())}
	switch id := id.(type) {
	case CommunicationUser:
		w.CommunicationUser = &chatapi.CommunicationUserIdentifierModel{ID: id.ID}
	case PhoneNumber:
		w.PhoneNumber = &chatapi.PhoneNumberIdentifierModel{Value: id.Number}
	case MicrosoftTeamsUser:
		w.MicrosoftTeamsUser = &chatapi.MicrosoftTeamsUserIdentifierModel{
			UserID: id.UserID, IsAnonymous: new(id.IsAnonymous), Cloud: new(wireCloud(id.Cloud)),
		}
	case MicrosoftTeamsApp:
		w.MicrosoftTeamsApp = &chatapi.MicrosoftTeamsAppIdentifierModel{AppID: id.AppID, Cloud: new(wireCloud(id.Cloud))}
	}
	return w
}

// identifier reads an identifier, whatever the service omits or adds: the nested object that kind names, else the first one, else
// the raw id. It is nil if there is none of these.
func identifier(w *chatapi.CommunicationIdentifierModel) Identifier {
	if w == nil {
		return nil
	}
	raw := value(w.RawID)
	if id := nestedIdentifier(w, raw, IdentifierKind(value(w.Kind))); id != nil {
		return id
	}
	for _, kind := range []IdentifierKind{
		IdentifierKindCommunicationUser, IdentifierKindPhoneNumber, IdentifierKindMicrosoftTeamsUser, IdentifierKindMicrosoftTeamsApp, IdentifierKindTeamsExtensionUser,
	} {
		if id := nestedIdentifier(w, raw, kind); id != nil {
			return id
		}
	}
	if raw == "" {
		return nil
	}
	return ParseRawID(raw)
}

// nestedIdentifier reads one nested object, and takes what it omits from the raw id. It is nil if there is no such object.
func nestedIdentifier(w *chatapi.CommunicationIdentifierModel, raw string, kind IdentifierKind) Identifier {
	switch {
	case kind == IdentifierKindCommunicationUser && w.CommunicationUser != nil:
		u := CommunicationUser{ID: cmp.Or(w.CommunicationUser.ID, raw)}
		u.rawID = unlessComputed(raw, u.RawID())
		return u
	case kind == IdentifierKindPhoneNumber && w.PhoneNumber != nil:
		return phoneNumber(*w.PhoneNumber, raw)
	case kind == IdentifierKindMicrosoftTeamsUser && w.MicrosoftTeamsUser != nil:
		return teamsUser(*w.MicrosoftTeamsUser, raw)
	case kind == IdentifierKindMicrosoftTeamsApp && w.MicrosoftTeamsApp != nil:
		return teamsApp(*w.MicrosoftTeamsApp, raw)
	case kind == IdentifierKindTeamsExtensionUser && w.TeamsExtensionUser != nil:
		return extensionUser(*w.TeamsExtensionUser, raw)
	}
	return nil
}

func phoneNumber(n chatapi.PhoneNumberIdentifierModel, raw string) PhoneNumber {
	p, _ := ParseRawID(raw).(PhoneNumber)
	p.Number = cmp.Or(n.Value, p.Number)
	p.rawID = unlessComputed(raw, p.RawID())
	p.assertedID = unlessComputed(value(n.AssertedID), p.AssertedID())
	p.anonymous = value(n.IsAnonymous) && !p.IsAnonymous()
	return p
}

func teamsUser(n chatapi.MicrosoftTeamsUserIdentifierModel, raw string) MicrosoftTeamsUser {
	u, _ := ParseRawID(raw).(MicrosoftTeamsUser)
	u.UserID = cmp.Or(n.UserID, u.UserID)
	u.Cloud = cloud(n.Cloud, u.Cloud)
	if n.IsAnonymous != nil {
		u.IsAnonymous = *n.IsAnonymous
	}
	u.rawID = unlessComputed(raw, u.RawID())
	return u
}

func teamsApp(n chatapi.MicrosoftTeamsAppIdentifierModel, raw string) MicrosoftTeamsApp {
	a, _ := ParseRawID(raw).(MicrosoftTeamsApp)
	a.AppID = cmp.Or(n.AppID, a.AppID)
	a.Cloud = cloud(n.Cloud, a.Cloud)
	a.rawID = unlessComputed(raw, a.RawID())
	return a
}

func extensionUser(n chatapi.TeamsExtensionUserIdentifierModel, raw string) TeamsExtensionUser {
	u, _ := ParseRawID(raw).(TeamsExtensionUser)
	u.UserID, u.TenantID = cmp.Or(n.UserID, u.UserID), cmp.Or(n.TenantID, u.TenantID)
	u.ResourceID = cmp.Or(n.ResourceID, u.ResourceID)
	u.Cloud = cloud(n.Cloud, u.Cloud)
	u.rawID = unlessComputed(raw, u.RawID())
	return u
}

// unlessComputed keeps a raw id only if it differs from the one of the fields, so that equal identifiers are equal values.
func unlessComputed(sent, computed string) string {
	if sent == computed {
		return ""
	}
	return sent
}

func wireCloud(c Cloud) chatapi.CommunicationCloudEnvironmentModel {
	if c == CloudPublic {
		return chatapi.CommunicationCloudEnvironmentModelPublic
	}
	return chatapi.CommunicationCloudEnvironmentModel(c)
}

// cloud reads the known clouds in any letter case, as some clients have written them, and keeps others unchanged.
func cloud(w *chatapi.CommunicationCloudEnvironmentModel, otherwise Cloud) Cloud {
	sent := Cloud(value(w))
	switch known := Cloud(strings.ToLower(string(sent))); known {
	case "":
		return otherwise
	case Cloud(chatapi.CommunicationCloudEnvironmentModelPublic):
		return CloudPublic
	case CloudDoD, CloudGCCH:
		return known
	}
	return sent
}
