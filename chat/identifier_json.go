package chat

import (
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// UnmarshalIdentifier reads an identifier of any kind from its JSON. It returns nil, nil for null and for an object that
// identifies no one.
func UnmarshalIdentifier(data []byte) (Identifier, error) {
	var id Identifier
	if jsontext.Value(data).Kind() == jsontext.KindNull {
		return nil, nil
	}
	err := unmarshal(data, &id, func(w chatapi.CommunicationIdentifierModel) Identifier { return identifier(&w) })
	return id, err
}

func (u CommunicationUser) MarshalJSON() ([]byte, error) {
	return marshal[CommunicationUser](identifierForm(u))
}

func (u *CommunicationUser) UnmarshalJSON(data []byte) error { return unmarshalKind(data, u) }

func (u CommunicationUser) MarshalText() ([]byte, error) { return []byte(u.RawID()), nil }

func (p PhoneNumber) MarshalJSON() ([]byte, error) { return marshal[PhoneNumber](identifierForm(p)) }

func (p *PhoneNumber) UnmarshalJSON(data []byte) error { return unmarshalKind(data, p) }

func (p PhoneNumber) MarshalText() ([]byte, error) { return []byte(p.RawID()), nil }

func (u MicrosoftTeamsUser) MarshalJSON() ([]byte, error) {
	return marshal[MicrosoftTeamsUser](identifierForm(u))
}

func (u *MicrosoftTeamsUser) UnmarshalJSON(data []byte) error { return unmarshalKind(data, u) }

func (u MicrosoftTeamsUser) MarshalText() ([]byte, error) { return []byte(u.RawID()), nil }

func (a MicrosoftTeamsApp) MarshalJSON() ([]byte, error) {
	return marshal[MicrosoftTeamsApp](identifierForm(a))
}

func (a *MicrosoftTeamsApp) UnmarshalJSON(data []byte) error { return unmarshalKind(data, a) }

func (a MicrosoftTeamsApp) MarshalText() ([]byte, error) { return []byte(a.RawID()), nil }

func (u TeamsExtensionUser) MarshalJSON() ([]byte, error) {
	return marshal[TeamsExtensionUser](identifierForm(u))
}

func (u *TeamsExtensionUser) UnmarshalJSON(data []byte) error { return unmarshalKind(data, u) }

func (u TeamsExtensionUser) MarshalText() ([]byte, error) { return []byte(u.RawID()), nil }

func (u UnknownIdentifier) MarshalJSON() ([]byte, error) {
	return marshal[UnknownIdentifier](identifierForm(u))
}

func (u *UnknownIdentifier) UnmarshalJSON(data []byte) error { return unmarshalKind(data, u) }

func (u UnknownIdentifier) MarshalText() ([]byte, error) { return []byte(u.RawID()), nil }

// unmarshalKind replaces an identifier by one of the same kind.
func unmarshalKind[T Identifier](data []byte, into *T) error {
	id, err := UnmarshalIdentifier(data)
	if id == nil || err != nil {
		return err
	}
	same, ok := id.(T)
	if !ok {
		return fmt.Errorf("chat: unmarshal %T: the identifier is of the kind %s", *into, id.Kind())
	}
	*into = same
	return nil
}

// identifierForm is the form of responses, without a kind, which the service of 2025-03-15 does not write. It is nil for nil.
func identifierForm(id Identifier) *chatapi.CommunicationIdentifierModel {
	if id == nil {
		return nil
	}
	form := wireIdentifier(id)
	switch id := id.(type) {
	case PhoneNumber:
		form.PhoneNumber.AssertedID = wireText(id.AssertedID())
		if id.IsAnonymous() {
			form.PhoneNumber.IsAnonymous = new(true)
		}
	case TeamsExtensionUser:
		form.TeamsExtensionUser = &chatapi.TeamsExtensionUserIdentifierModel{
			UserID: id.UserID, TenantID: id.TenantID, ResourceID: id.ResourceID, Cloud: new(wireCloud(id.Cloud)),
		}
	}
	return &form
}
