package events

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// gridData has the members of the data of all types of Event Grid, in the order in which they are written. Raw ids beside identifiers are
// members of events of LevelUser only.
type gridData struct {
	Time       gridTime    `json:"time,omitzero"`
	EditTime   gridTime    `json:"editTime,omitzero"`
	DeleteTime gridTime    `json:"deleteTime,omitzero"`
	Reason     looseText   `json:"reason,omitzero"`
	CreatedBy  looseText   `json:"createdBy,omitzero"`
	Creator    gridID      `json:"createdByCommunicationIdentifier,omitzero"`
	EditedBy   looseText   `json:"editedBy,omitzero"`
	Editor     gridID      `json:"editedByCommunicationIdentifier,omitzero"`
	DeletedBy  looseText   `json:"deletedBy,omitzero"`
	Deleter    gridID      `json:"deletedByCommunicationIdentifier,omitzero"`
	Adder      gridID      `json:"addedByCommunicationIdentifier,omitzero"`
	Added      *gridPerson `json:"participantAdded,omitzero"`
	Remover    gridID      `json:"removedByCommunicationIdentifier,omitzero"`
	Removed    *gridPerson `json:"participantRemoved,omitzero"`

	MessageBody *looseText        `json:"messageBody,omitzero"`
	MessageID   looseText         `json:"messageId,omitzero"`
	SequenceID  looseText         `json:"sequenceId,omitzero"`
	Properties  *gridProperties   `json:"properties,omitzero"`
	Metadata    map[string]string `json:"metadata,omitempty"`
	Retention   *gridRetention    `json:"retentionPolicy,omitzero"`
	Members     []gridMember      `json:"members,omitempty"`
	People      []gridPerson      `json:"participants,omitempty"`

	SenderID    looseText   `json:"senderId,omitzero"`
	Sender      gridID      `json:"senderCommunicationIdentifier,omitzero"`
	SenderName  *looseText  `json:"senderDisplayName,omitzero"`
	ComposeTime gridTime    `json:"composeTime,omitzero"`
	Type        looseText   `json:"type,omitzero"`
	CreateTime  gridTime    `json:"createTime,omitzero"`
	Version     gridVersion `json:"version,omitzero"`
	RecipientID looseText   `json:"recipientId,omitzero"`
	Recipient   gridID      `json:"recipientCommunicationIdentifier,omitzero"`
	User        gridID      `json:"userCommunicationIdentifier,omitzero"`
	ThreadID    looseText   `json:"threadId,omitzero"`
}

type gridID = identifierJSON

type gridProperties struct {
	Topic looseText `json:"topic"`
}

type gridRetention struct {
	Kind looseText `json:"kind"`
	Days int       `json:"deleteThreadAfterDays,omitzero"`
}

// gridMember is the form that participants had before identifiers.
type gridMember struct {
	DisplayName looseText `json:"displayName,omitzero"`
	MemberID    looseText `json:"memberId,omitzero"`
}

type gridPerson struct {
	DisplayName looseText         `json:"displayName,omitzero"`
	Identifier  gridID            `json:"participantCommunicationIdentifier,omitzero"`
	Metadata    map[string]string `json:"metadata,omitempty"`
}

// looseText is a JSON string, or the text of a number or boolean. Other values are "".
type looseText string

// UnmarshalJSON never fails.
func (t *looseText) UnmarshalJSON(data []byte) error {
	*t = ""
	var text string
	switch {
	case json.Unmarshal(data, &text) == nil:
		*t = looseText(text)
	case len(data) > 0 && !strings.ContainsRune("{[", rune(data[0])):
		*t = looseText(data)
	}
	return nil
}

// gridVersion is the version of a message or a thread: a number in most types, a string in those about messages of LevelThread.
type gridVersion struct {
	text   string
	quoted bool
}

// MarshalJSON writes a number only if the version is one.
func (v gridVersion) MarshalJSON() ([]byte, error) {
	if n, err := strconv.ParseInt(v.text, 10, 64); err == nil && !v.quoted && strconv.FormatInt(n, 10) == v.text {
		return []byte(v.text), nil
	}
	return json.Marshal(v.text)
}

// UnmarshalJSON never fails.
func (v *gridVersion) UnmarshalJSON(data []byte) error {
	var text looseText
	_ = text.UnmarshalJSON(data)
	v.text, v.quoted = string(text), len(data) > 0 && data[0] == '"'
	if n, err := strconv.ParseFloat(v.text, 64); err == nil && n >= 0 && n < 1<<53 && strings.ContainsAny(v.text, ".eE") {
		v.text = strconv.FormatInt(int64(n), 10) // as programs write numbers that have read them as floating-point
	}
	return nil
}

// gridTime is a date. The service writes it with Z in events of LevelUser, and with an offset of zero in those of LevelThread.
type gridTime struct {
	time.Time

	offset bool
}

func (t gridTime) MarshalJSON() ([]byte, error) {
	text := t.UTC().Format(time.RFC3339Nano)
	if t.offset {
		text = strings.TrimSuffix(text, "Z") + "+00:00"
	}
	return json.Marshal(text)
}

// UnmarshalJSON reads RFC 3339 with any number of fractional digits and any offset, and a date without an offset as UTC. Anything else is
// the zero time. It never fails.
func (t *gridTime) UnmarshalJSON(data []byte) error {
	*t = gridTime{}
	var text string
	if json.Unmarshal(data, &text) == nil {
		t.Time = parseTime(text)
	}
	return nil
}

func parseTime(text string) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if at, err := time.Parse(layout, text); err == nil {
			return pipeline.UTC(at)
		}
	}
	return time.Time{}
}

// wireType is the type of a message in Event Grid.
func wireType(t chat.MessageType) looseText {
	switch t {
	case chat.MessageTypeText:
		return "Text"
	case chat.MessageTypeHTML:
		return "Html"
	}
	return looseText(t)
}
