package chat

import (
	"cmp"
	"encoding"
)

// Identifier identifies a participant: it is a [CommunicationUser], [PhoneNumber], [MicrosoftTeamsUser], [MicrosoftTeamsApp],
// [TeamsExtensionUser] or [UnknownIdentifier], as a value and not as a pointer.
//
// Identifiers are comparable with == and can be map keys. The same participant has the same value in requests and responses.
// [ParseRawID] may return a different value, since a raw id can lack information that a response has: compare raw ids then.
type Identifier interface {
	// RawID returns the identifier in the form of the service, such as "8:acs:…" or "4:+15555550123".
	RawID() string
	// Kind returns the kind, as the service names it: [IdentifierKindCommunicationUser] for a [CommunicationUser], and so on.
	Kind() IdentifierKind

	// MarshalText returns the raw id, so that an identifier can be a key of a JSON object.
	encoding.TextMarshaler

	sealed()
}

// IdentifierKind is the kind of an [Identifier].
type IdentifierKind string

// Kinds of identifiers. Unknown kinds are [IdentifierKindUnknown].
const (
	IdentifierKindCommunicationUser  IdentifierKind = "communicationUser"
	IdentifierKindPhoneNumber        IdentifierKind = "phoneNumber"
	IdentifierKindMicrosoftTeamsUser IdentifierKind = "microsoftTeamsUser"
	IdentifierKindMicrosoftTeamsApp  IdentifierKind = "microsoftTeamsApp"
	IdentifierKindTeamsExtensionUser IdentifierKind = "teamsExtensionUser"
	IdentifierKindUnknown            IdentifierKind = "unknown"
)

// Cloud is the Azure cloud of a Teams identity. The zero value is the public cloud. The service may use values other than these.
type Cloud string

// Azure clouds.
const (
	CloudPublic Cloud = ""
	CloudDoD    Cloud = "dod"
	CloudGCCH   Cloud = "gcch"
)

// CommunicationUser is a user of a Communication Services resource. ID is the raw id, "8:acs:…".
type CommunicationUser struct {
	ID string

	rawID string // only where it differs from the computed one, so that equal people are equal values
}

// RawID returns ID, or the raw id that the service sent.
func (u CommunicationUser) RawID() string { return cmp.Or(u.rawID, u.ID) }

func (u CommunicationUser) Kind() IdentifierKind { return IdentifierKindCommunicationUser }

func (CommunicationUser) sealed() {}

// PhoneNumber is a telephone number. Number is usually E.164 ("+15555550123"), or "anonymous" if it is withheld.
type PhoneNumber struct {
	Number string

	// Kept only where they differ from the computed ones.
	rawID, assertedID string
	anonymous         bool
}

// RawID returns "4:" and Number, or the raw id that the service sent.
func (p PhoneNumber) RawID() string { return cmp.Or(p.rawID, "4:"+p.Number) }

func (p PhoneNumber) Kind() IdentifierKind { return IdentifierKindPhoneNumber }

func (PhoneNumber) sealed() {}

// IsAnonymous reports whether the number is withheld.
func (p PhoneNumber) IsAnonymous() bool { return p.anonymous || p.Number == anonymousNumber }

// AssertedID distinguishes participants with the same number: the text after the last "_" of Number, or "".
func (p PhoneNumber) AssertedID() string { return cmp.Or(p.assertedID, assertedID(p.Number)) }

// MicrosoftTeamsUser is a user of Microsoft Teams. UserID is the Entra object id unless the user is anonymous.
type MicrosoftTeamsUser struct {
	UserID      string
	IsAnonymous bool
	Cloud       Cloud // not in the raw id of an anonymous user

	rawID string
}

// RawID returns "8:orgid:", "8:dod:", "8:gcch:" or, if the user is anonymous, "8:teamsvisitor:", and UserID, or the raw id that
// the service sent.
func (u MicrosoftTeamsUser) RawID() string { return cmp.Or(u.rawID, teamsUserRawID(u)) }

func (u MicrosoftTeamsUser) Kind() IdentifierKind { return IdentifierKindMicrosoftTeamsUser }

func (MicrosoftTeamsUser) sealed() {}

// MicrosoftTeamsApp is an application in Microsoft Teams, such as a bot.
type MicrosoftTeamsApp struct {
	AppID string
	Cloud Cloud

	rawID string
}

// RawID returns "28:orgid:", "28:dod:" or "28:gcch:" and AppID, or the raw id that the service sent.
func (a MicrosoftTeamsApp) RawID() string {
	return cmp.Or(a.rawID, "28:"+teamsCloudPrefix(a.Cloud)+":"+a.AppID)
}

func (a MicrosoftTeamsApp) Kind() IdentifierKind { return IdentifierKindMicrosoftTeamsApp }

func (MicrosoftTeamsApp) sealed() {}

// TeamsExtensionUser is a Teams user who acts through a Communication Services resource.
type TeamsExtensionUser struct {
	UserID     string // the Entra object id
	TenantID   string
	ResourceID string
	Cloud      Cloud

	rawID string
}

// RawID returns "8:acs:", "8:dod-acs:" or "8:gcch-acs:" and ResourceID, TenantID and UserID, joined by "_", or the raw id that
// the service sent.
func (u TeamsExtensionUser) RawID() string { return cmp.Or(u.rawID, extensionRawID(u)) }

func (u TeamsExtensionUser) Kind() IdentifierKind { return IdentifierKindTeamsExtensionUser }

func (TeamsExtensionUser) sealed() {}

// UnknownIdentifier is an identifier of any other kind. ID is its raw id.
type UnknownIdentifier struct {
	ID string
}

// RawID returns ID.
func (u UnknownIdentifier) RawID() string { return u.ID }

func (u UnknownIdentifier) Kind() IdentifierKind { return IdentifierKindUnknown }

func (UnknownIdentifier) sealed() {}
