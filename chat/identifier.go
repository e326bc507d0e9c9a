package chat

import (
	"cmp"
	"encoding"
)

// Identifier names someone who takes part in a chat: a [CommunicationUser], [PhoneNumber], [MicrosoftTeamsUser],
// [MicrosoftTeamsApp], [TeamsExtensionUser] or [UnknownIdentifier], and nothing else.
//
// The kinds are plain values: compare them with ==, use them as map keys, tell them apart with a type switch.
// The same person, sent or received, is the same value. Pass the value, not a pointer to it.
// Where the service says more of someone than the raw id does, [ParseRawID] makes another value: to compare with what is known
// by raw id alone, compare raw ids.
type Identifier interface {
	// RawID is the service's own spelling of the identifier, such as "8:acs:…" or "4:+15555550123".
	RawID() string
	// Kind returns the service's name of the kind.
	Kind() IdentifierKind

	// MarshalText returns the raw id, so that an identifier can be a key of a JSON object.
	encoding.TextMarshaler

	sealed()
}

// IdentifierKind is the service's name of a kind of [Identifier].
type IdentifierKind string

// The kinds there are. A new one is [IdentifierKindUnknown] to this version.
const (
	IdentifierKindCommunicationUser  IdentifierKind = "communicationUser"
	IdentifierKindPhoneNumber        IdentifierKind = "phoneNumber"
	IdentifierKindMicrosoftTeamsUser IdentifierKind = "microsoftTeamsUser"
	IdentifierKindMicrosoftTeamsApp  IdentifierKind = "microsoftTeamsApp"
	IdentifierKindTeamsExtensionUser IdentifierKind = "teamsExtensionUser"
	IdentifierKindUnknown            IdentifierKind = "unknown"
)

// Cloud is the Azure cloud that a Teams identity belongs to. The zero value is the public cloud, also where the service
// spells it out. The service may name others than those below.
type Cloud string

// The clouds there are.
const (
	CloudPublic Cloud = ""
	CloudDoD    Cloud = "dod"
	CloudGCCH   Cloud = "gcch"
)

// CommunicationUser is a user of a Communication Services resource. ID is the whole raw id, "8:acs:…".
type CommunicationUser struct {
	ID string

	rawID string // only where it differs from the computed one, so that equal people are equal values
}

// RawID is ID, unless the service has sent another.
func (u CommunicationUser) RawID() string { return cmp.Or(u.rawID, u.ID) }

// Kind is [IdentifierKindCommunicationUser].
func (u CommunicationUser) Kind() IdentifierKind { return IdentifierKindCommunicationUser }

func (CommunicationUser) sealed() {}

// PhoneNumber is a telephone number. Number is E.164 as a rule ("+15555550123"), "anonymous" for a withheld one.
type PhoneNumber struct {
	Number string

	// Kept only where they differ from the computed ones.
	rawID, assertedID string
	anonymous         bool
}

// RawID is "4:" and Number, unless the service has sent another.
func (p PhoneNumber) RawID() string { return cmp.Or(p.rawID, "4:"+p.Number) }

// Kind is [IdentifierKindPhoneNumber].
func (p PhoneNumber) Kind() IdentifierKind { return IdentifierKindPhoneNumber }

func (PhoneNumber) sealed() {}

// IsAnonymous reports whether the number is withheld.
func (p PhoneNumber) IsAnonymous() bool { return p.anonymous || p.Number == anonymousNumber }

// AssertedID tells apart two appearances of one number: the text behind the last "_" of Number. It is empty without one.
func (p PhoneNumber) AssertedID() string { return cmp.Or(p.assertedID, assertedID(p.Number)) }

// MicrosoftTeamsUser is a user of Microsoft Teams. UserID is the Entra object id unless the user is anonymous.
type MicrosoftTeamsUser struct {
	UserID      string
	IsAnonymous bool
	Cloud       Cloud // not in the raw id of an anonymous user

	rawID string
}

// RawID is "8:orgid:", "8:dod:", "8:gcch:" or, for an anonymous user, "8:teamsvisitor:" and UserID, unless the service has sent
// another.
func (u MicrosoftTeamsUser) RawID() string { return cmp.Or(u.rawID, teamsUserRawID(u)) }

// Kind is [IdentifierKindMicrosoftTeamsUser].
func (u MicrosoftTeamsUser) Kind() IdentifierKind { return IdentifierKindMicrosoftTeamsUser }

func (MicrosoftTeamsUser) sealed() {}

// MicrosoftTeamsApp is an application in Microsoft Teams, a bot for example.
type MicrosoftTeamsApp struct {
	AppID string
	Cloud Cloud

	rawID string
}

// RawID is "28:orgid:", "28:dod:" or "28:gcch:" and AppID, unless the service has sent another.
func (a MicrosoftTeamsApp) RawID() string {
	return cmp.Or(a.rawID, "28:"+teamsCloudPrefix(a.Cloud)+":"+a.AppID)
}

// Kind is [IdentifierKindMicrosoftTeamsApp].
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

// RawID is "8:acs:", "8:dod-acs:" or "8:gcch-acs:" and the three ids with "_" between them, the resource first and the user last,
// unless the service has sent another.
func (u TeamsExtensionUser) RawID() string { return cmp.Or(u.rawID, extensionRawID(u)) }

// Kind is [IdentifierKindTeamsExtensionUser].
func (u TeamsExtensionUser) Kind() IdentifierKind { return IdentifierKindTeamsExtensionUser }

func (TeamsExtensionUser) sealed() {}

// UnknownIdentifier is any other identifier; ID is its raw id. It is sent back as it came.
type UnknownIdentifier struct {
	ID string
}

// RawID is ID.
func (u UnknownIdentifier) RawID() string { return u.ID }

// Kind is [IdentifierKindUnknown].
func (u UnknownIdentifier) Kind() IdentifierKind { return IdentifierKindUnknown }

func (UnknownIdentifier) sealed() {}
