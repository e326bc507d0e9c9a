package events

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// Unmarshal reads an event from the JSON that json.Marshal writes for it: an object with its kind and its fields in lower camel case, in
// which identifiers, messages, participants and properties have the service's form. An event that was read is written and read again as an
// equal value.
//
// Unmarshal is as tolerant as package chat is with responses. An object with a missing or unknown kind becomes an [Unknown] that contains
// it. Only data that is not a JSON object is an error.
func Unmarshal(data []byte) (Event, error) {
	var w eventJSON
	if err := pipeline.Decode(data, &w); err != nil {
		return nil, fmt.Errorf("events: unmarshal event: %w", err)
	}
	if len(w.Participants) == 0 {
		w.Participants = nil // an empty list is not written
	}
	header := Header{
		ID: w.ID, Level: w.Level, Subject: w.Subject,
		ThreadID: w.ThreadID, Time: pipeline.UTC(w.Time), Version: w.Version, Recipient: w.Recipient.Identifier,
	}
	switch w.Kind {
	case KindMessageReceived:
		return MessageReceived{header, w.Message}, nil
	case KindMessageEdited:
		return MessageEdited{header, w.Message}, nil
	case KindMessageDeleted:
		return MessageDeleted{header, w.Message}, nil
	case KindTypingIndicatorReceived:
		return TypingIndicatorReceived{header, w.Sender.Identifier, w.SenderDisplayName}, nil
	case KindReadReceiptReceived:
		return ReadReceiptReceived{header, w.Receipt}, nil
	case KindThreadCreated:
		return ThreadCreated{header, w.Properties, w.CreatedBy, w.Participants}, nil
	case KindThreadPropertiesUpdated:
		return ThreadPropertiesUpdated{header, w.Properties, w.UpdatedBy}, nil
	case KindThreadDeleted:
		return ThreadDeleted{header, w.DeletionReason, w.DeletedBy, pipeline.UTC(w.ThreadCreatedOn)}, nil
	case KindParticipantsAdded:
		return ParticipantsAdded{header, w.AddedBy, w.Participants, pipeline.UTC(w.ThreadCreatedOn)}, nil
	case KindParticipantsRemoved:
		return ParticipantsRemoved{header, w.RemovedBy, w.Participants, pipeline.UTC(w.ThreadCreatedOn)}, nil
	case KindBotCommandReceived:
		return BotCommandReceived{header, w.Message}, nil
	case KindUserDisconnected:
		return UserDisconnected{header, w.User.Identifier}, nil
	case KindGap:
		return Gap{header, pipeline.UTC(w.LastHeard), w.GapReason}, nil
	case KindUnknown:
		return Unknown{header, w.Type, steadyJSON(w.Raw)}, nil
	}
	return Unknown{header, string(w.Kind), steadyJSON(data)}, nil
}

// eventJSON has the members of all kinds, in the order in which they are written.
type eventJSON struct {
	Kind      Kind           `json:"kind"`
	ID        string         `json:"id,omitzero"`
	Level     Level          `json:"level,omitzero"`
	Subject   string         `json:"subject,omitzero"`
	ThreadID  string         `json:"threadId,omitzero"`
	Time      time.Time      `json:"time,omitzero"`
	Version   string         `json:"version,omitzero"`
	Recipient identifierJSON `json:"recipient,omitzero"`

	Message           chat.Message          `json:"message,omitzero"`
	Sender            identifierJSON        `json:"sender,omitzero"`
	SenderDisplayName string                `json:"senderDisplayName,omitzero"`
	Receipt           chat.ReadReceipt      `json:"receipt,omitzero"`
	Properties        chat.ThreadProperties `json:"properties,omitzero"`
	CreatedBy         chat.Participant      `json:"createdBy,omitzero"`
	UpdatedBy         chat.Participant      `json:"updatedBy,omitzero"`
	DeletedBy         chat.Participant      `json:"deletedBy,omitzero"`
	AddedBy           chat.Participant      `json:"addedBy,omitzero"`
	RemovedBy         chat.Participant      `json:"removedBy,omitzero"`
	Participants      []chat.Participant    `json:"participants,omitempty"`
	DeletionReason    DeletionReason        `json:"deletionReason,omitzero"`
	ThreadCreatedOn   time.Time             `json:"threadCreatedOn,omitzero"`
	User              identifierJSON        `json:"user,omitzero"`
	LastHeard         time.Time             `json:"lastHeard,omitzero"`
	GapReason         GapReason             `json:"gapReason,omitzero"`
	Type              string                `json:"type,omitzero"`
	Raw               json.RawMessage       `json:"raw,omitempty"`
}

func (h Header) json(kind Kind) eventJSON {
	return eventJSON{
		Kind: kind, ID: h.ID, Level: h.Level, Subject: h.Subject,
		ThreadID: h.ThreadID, Time: h.Time.UTC(), Version: h.Version, Recipient: identifierJSON{h.Recipient},
	}
}

func (w eventJSON) marshal() ([]byte, error) {
	data, err := json.Marshal(w)
	if err != nil {
		return nil, fmt.Errorf("events: marshal %s: %w", w.Kind, err)
	}
	return data, nil
}

// identifierJSON is an identifier in the service's form.
type identifierJSON struct{ chat.Identifier }

// MarshalJSON writes null for a nil identifier.
func (i identifierJSON) MarshalJSON() ([]byte, error) { return json.Marshal(i.Identifier) }

// UnmarshalJSON reads data that is not an identifier as nil.
func (i *identifierJSON) UnmarshalJSON(data []byte) error {
	i.Identifier, _ = chat.UnmarshalIdentifier(data)
	return nil
}

// unmarshalKind reads an event of one kind.
func unmarshalKind[T Event](data []byte, into *T) error {
	event, err := Unmarshal(data)
	if err != nil {
		return err
	}
	e, ok := event.(T)
	if !ok {
		return fmt.Errorf("events: unmarshal %v: %w", reflect.TypeFor[T](), errors.New("the event is of the kind "+string(event.Kind())))
	}
	*into = e
	return nil
}

// steadyJSON returns JSON in the form that encoding/json writes and reads unchanged.
func steadyJSON(data []byte) json.RawMessage {
	var compact, escaped bytes.Buffer
	if json.Compact(&compact, data) != nil {
		return nil
	}
	json.HTMLEscape(&escaped, compact.Bytes())
	return escaped.Bytes()
}
