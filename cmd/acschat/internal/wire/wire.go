// Package wire has the objects of the service as programs get them from --output json, with the names and the order of the service.
// Times are in UTC.
package wire

import (
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// Thread is the JSON of a chat.Thread.
type Thread struct {
	ID              string            `json:"id"`
	Topic           string            `json:"topic"`
	CreatedOn       time.Time         `json:"createdOn,omitzero"`
	CreatedBy       *Identifier       `json:"createdByCommunicationIdentifier,omitempty"`
	DeletedOn       time.Time         `json:"deletedOn,omitzero"`
	Metadata        map[string]string `json:"metadata,omitempty"`
	RetentionPolicy *Retention        `json:"retentionPolicy,omitempty"`
}

// Retention is an object of the service.
type Retention struct {
	Kind                  chat.RetentionKind `json:"kind"`
	DeleteThreadAfterDays int                `json:"deleteThreadAfterDays,omitempty"`
}

// ThreadItem is the JSON of a chat.ThreadItem.
type ThreadItem struct {
	ID                    string    `json:"id"`
	Topic                 string    `json:"topic"`
	DeletedOn             time.Time `json:"deletedOn,omitzero"`
	LastMessageReceivedOn time.Time `json:"lastMessageReceivedOn,omitzero"`
}

// Created is the response to the creation of a thread.
type Created struct {
	ChatThread          Thread  `json:"chatThread"`
	InvalidParticipants []Error `json:"invalidParticipants,omitempty"`
}

// Added is the response to the addition of participants.
type Added struct {
	InvalidParticipants []Error `json:"invalidParticipants,omitempty"`
}

// Error is an object of the service.
type Error struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Target  string `json:"target,omitempty"`
}

// Participant is the JSON of a chat.Participant.
type Participant struct {
	Identifier       *Identifier       `json:"communicationIdentifier"`
	DisplayName      string            `json:"displayName,omitempty"`
	ShareHistoryTime time.Time         `json:"shareHistoryTime,omitzero"`
	Metadata         map[string]string `json:"metadata,omitempty"`
}

// Message is the JSON of a chat.Message.
type Message struct {
	ID                string            `json:"id"`
	Type              chat.MessageType  `json:"type"`
	SequenceID        string            `json:"sequenceId"`
	Version           string            `json:"version"`
	Content           Content           `json:"content"`
	SenderDisplayName *string           `json:"senderDisplayName,omitempty"`
	CreatedOn         time.Time         `json:"createdOn,omitzero"`
	Sender            *Identifier       `json:"senderCommunicationIdentifier,omitempty"`
	EditedOn          time.Time         `json:"editedOn,omitzero"`
	DeletedOn         time.Time         `json:"deletedOn,omitzero"`
	Metadata          map[string]string `json:"metadata,omitempty"`
}

// Content is an object of the service.
type Content struct {
	Message      *string       `json:"message,omitempty"`
	Topic        *string       `json:"topic,omitempty"`
	Participants []Participant `json:"participants,omitempty"`
	Attachments  []Attachment  `json:"attachments,omitempty"`
	Initiator    *Identifier   `json:"initiatorCommunicationIdentifier,omitempty"`
}

// Attachment is an object of the service.
type Attachment struct {
	ID         string              `json:"id"`
	Type       chat.AttachmentType `json:"attachmentType"`
	Name       string              `json:"name,omitempty"`
	URL        string              `json:"url,omitempty"`
	PreviewURL string              `json:"previewUrl,omitempty"`
}

// Sent is the response to a message that was sent.
type Sent struct {
	ID string `json:"id"`
}

// Receipt is the JSON of a chat.ReadReceipt.
type Receipt struct {
	Sender    *Identifier `json:"senderCommunicationIdentifier"`
	MessageID string      `json:"chatMessageId"`
	ReadOn    time.Time   `json:"readOn"`
}

// FromThread converts a value of the library.
func FromThread(t chat.ThreadProperties) Thread {
	w := Thread{
		ID: t.ID, Topic: t.Topic, CreatedOn: t.CreatedOn.UTC(), CreatedBy: FromIdentifier(t.CreatedBy),
		DeletedOn: t.DeletedOn.UTC(), Metadata: t.Metadata,
	}
	if t.Retention.Kind != "" {
		w.RetentionPolicy = &Retention{t.Retention.Kind, t.Retention.DeleteThreadAfterDays}
	}
	return w
}

// FromThreadItem converts a value of the library.
func FromThreadItem(t chat.ThreadItem) ThreadItem {
	return ThreadItem{t.ID, t.Topic, t.DeletedOn.UTC(), t.LastMessageReceivedOn.UTC()}
}

// FromFailed converts the participants that were not added.
func FromFailed(failed []chat.FailedParticipant) []Error {
	var w []Error
	for _, f := range failed {
		w = append(w, Error{Code: f.Err.Code, Message: f.Err.Message, Target: f.Participant.Identifier.RawID()})
	}
	return w
}

// FromParticipant converts a value of the library.
func FromParticipant(p chat.Participant) Participant {
	return Participant{FromIdentifier(p.Identifier), p.DisplayName, p.ShareHistoryTime.UTC(), p.Metadata}
}

// FromMessage converts a value of the library.
func FromMessage(m chat.Message) Message {
	w := Message{
		ID: m.ID, Type: m.Type, SequenceID: m.SequenceID, Version: m.Version,
		CreatedOn: m.CreatedOn.UTC(), Sender: FromIdentifier(m.Sender), EditedOn: m.EditedOn.UTC(), DeletedOn: m.DeletedOn.UTC(),
		Metadata: m.Metadata,
		Content:  Content{Initiator: FromIdentifier(m.Content.Initiator)},
	}
	switch {
	case m.Sender != nil:
		w.SenderDisplayName, w.Content.Message = &m.SenderDisplayName, &m.Content.Message
	case m.Type == chat.MessageTypeTopicUpdated:
		w.Content.Topic = &m.Content.Topic
	}
	for _, p := range m.Content.Participants {
		w.Content.Participants = append(w.Content.Participants, FromParticipant(p))
	}
	for _, a := range m.Content.Attachments {
		w.Content.Attachments = append(w.Content.Attachments, Attachment(a))
	}
	return w
}

// FromReceipt converts a value of the library.
func FromReceipt(r chat.ReadReceipt) Receipt {
	return Receipt{FromIdentifier(r.Sender), r.MessageID, r.ReadOn.UTC()}
}
