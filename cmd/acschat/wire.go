package main

import (
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// What programs get: the objects of the service, with its names and in its order. The service writes times in UTC and whole seconds.

type wireThread struct {
	ID              string            `json:"id"`
	Topic           string            `json:"topic"`
	CreatedOn       time.Time         `json:"createdOn,omitzero"`
	CreatedBy       *wireIdentifier   `json:"createdByCommunicationIdentifier,omitempty"`
	DeletedOn       time.Time         `json:"deletedOn,omitzero"`
	Metadata        map[string]string `json:"metadata,omitempty"`
	RetentionPolicy *wireRetention    `json:"retentionPolicy,omitempty"`
}

type wireRetention struct {
	Kind                  chat.RetentionKind `json:"kind"`
	DeleteThreadAfterDays int                `json:"deleteThreadAfterDays,omitempty"`
}

type wireThreadItem struct {
	ID                    string    `json:"id"`
	Topic                 string    `json:"topic"`
	DeletedOn             time.Time `json:"deletedOn,omitzero"`
	LastMessageReceivedOn time.Time `json:"lastMessageReceivedOn,omitzero"`
}

type wireCreated struct {
	ChatThread          wireThread  `json:"chatThread"`
	InvalidParticipants []wireError `json:"invalidParticipants,omitempty"`
}

type wireAdded struct {
	InvalidParticipants []wireError `json:"invalidParticipants,omitempty"`
}

type wireError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Target  string `json:"target,omitempty"`
}

type wireParticipant struct {
	Identifier       *wireIdentifier   `json:"communicationIdentifier"`
	DisplayName      string            `json:"displayName,omitempty"`
	ShareHistoryTime time.Time         `json:"shareHistoryTime,omitzero"`
	Metadata         map[string]string `json:"metadata,omitempty"`
}

type wireMessage struct {
	ID                string            `json:"id"`
	Type              chat.MessageType  `json:"type"`
	SequenceID        string            `json:"sequenceId"`
	Version           string            `json:"version"`
	Content           wireContent       `json:"content"`
	SenderDisplayName *string           `json:"senderDisplayName,omitempty"`
	CreatedOn         time.Time         `json:"createdOn,omitzero"`
	Sender            *wireIdentifier   `json:"senderCommunicationIdentifier,omitempty"`
	EditedOn          time.Time         `json:"editedOn,omitzero"`
	DeletedOn         time.Time         `json:"deletedOn,omitzero"`
	Metadata          map[string]string `json:"metadata,omitempty"`
}

type wireContent struct {
	Message      *string           `json:"message,omitempty"`
	Topic        *string           `json:"topic,omitempty"`
	Participants []wireParticipant `json:"participants,omitempty"`
	Attachments  []wireAttachment  `json:"attachments,omitempty"`
	Initiator    *wireIdentifier   `json:"initiatorCommunicationIdentifier,omitempty"`
}

type wireAttachment struct {
	ID         string              `json:"id"`
	Type       chat.AttachmentType `json:"attachmentType"`
	Name       string              `json:"name,omitempty"`
	URL        string              `json:"url,omitempty"`
	PreviewURL string              `json:"previewUrl,omitempty"`
}

type wireSent struct {
	ID string `json:"id"`
}

type wireReceipt struct {
	Sender    *wireIdentifier `json:"senderCommunicationIdentifier"`
	MessageID string          `json:"chatMessageId"`
	ReadOn    time.Time       `json:"readOn"`
}

func toWireThread(t chat.ThreadProperties) wireThread {
	w := wireThread{
		ID: t.ID, Topic: t.Topic, CreatedOn: t.CreatedOn.UTC(), CreatedBy: toWireIdentifier(t.CreatedBy),
		DeletedOn: t.DeletedOn.UTC(), Metadata: t.Metadata,
	}
	if t.Retention.Kind != "" {
		w.RetentionPolicy = &wireRetention{t.Retention.Kind, t.Retention.DeleteThreadAfterDays}
	}
	return w
}

func toWireThreadItem(t chat.ThreadItem) wireThreadItem {
	return wireThreadItem{t.ID, t.Topic, t.DeletedOn.UTC(), t.LastMessageReceivedOn.UTC()}
}

func toWireErrors(failed []chat.FailedParticipant) []wireError {
	var w []wireError
	for _, f := range failed {
		w = append(w, wireError{Code: f.Err.Code, Message: f.Err.Message, Target: f.Participant.Identifier.RawID()})
	}
	return w
}

func toWireParticipant(p chat.Participant) wireParticipant {
	return wireParticipant{toWireIdentifier(p.Identifier), p.DisplayName, p.ShareHistoryTime.UTC(), p.Metadata}
}

func toWireMessage(m chat.Message) wireMessage {
	w := wireMessage{
		ID: m.ID, Type: m.Type, SequenceID: m.SequenceID, Version: m.Version,
		CreatedOn: m.CreatedOn.UTC(), Sender: toWireIdentifier(m.Sender), EditedOn: m.EditedOn.UTC(), DeletedOn: m.DeletedOn.UTC(),
		Metadata: m.Metadata,
		Content:  wireContent{Initiator: toWireIdentifier(m.Content.Initiator)},
	}
	switch {
	case m.Sender != nil:
		w.SenderDisplayName, w.Content.Message = &m.SenderDisplayName, &m.Content.Message
	case m.Type == chat.MessageTypeTopicUpdated:
		w.Content.Topic = &m.Content.Topic
	}
	for _, p := range m.Content.Participants {
		w.Content.Participants = append(w.Content.Participants, toWireParticipant(p))
	}
	for _, a := range m.Content.Attachments {
		w.Content.Attachments = append(w.Content.Attachments, wireAttachment(a))
	}
	return w
}

func toWireReceipt(r chat.ReadReceipt) wireReceipt {
	return wireReceipt{toWireIdentifier(r.Sender), r.MessageID, r.ReadOn.UTC()}
}
