package main

import (
	"context"
	"time"

	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// token is sent by all clients. It ends in 2100. It has no valid signature, which clients do not check.
const token = "eyJhbGciOiJub25lIn0.eyJleHAiOjQxMDI0NDQ4MDB9.c2ln" //nolint:gosec // not a credential: it is not signed

// Client calls the service.
type Client interface {
	Send(ctx context.Context) (id string, err error)
	Get(ctx context.Context) (Record, error)
	// List lists all messages and passes them to visit unless that is nil.
	List(ctx context.Context, visit func(Record)) (messages int, err error)
}

// Record is a message as every client must return it.
type Record struct {
	ID, Type, SequenceID, Version  string
	SenderDisplayName, Sender      string
	Text, Topic, Initiator         string
	CreatedOn, EditedOn, DeletedOn time.Time
	Participants, Attachments      []string
	Metadata                       map[string]string
}

// recordOf converts a message of the generated client.
func recordOf(w chatapi.ChatMessage) Record {
	r := Record{
		ID: w.ID, Type: string(w.Type), SequenceID: w.SequenceID, Version: w.Version, CreatedOn: w.CreatedOn.UTC(), Metadata: w.Metadata,
	}
	if w.SenderDisplayName != nil {
		r.SenderDisplayName = *w.SenderDisplayName
	}
	if w.SenderCommunicationIdentifier != nil {
		r.Sender = *w.SenderCommunicationIdentifier.RawID
	}
	if w.EditedOn != nil {
		r.EditedOn = w.EditedOn.UTC()
	}
	if w.DeletedOn != nil {
		r.DeletedOn = w.DeletedOn.UTC()
	}
	if c := w.Content; c != nil {
		if c.Message != nil {
			r.Text = *c.Message
		}
		if c.Topic != nil {
			r.Topic = *c.Topic
		}
		if c.InitiatorCommunicationIdentifier != nil {
			r.Initiator = *c.InitiatorCommunicationIdentifier.RawID
		}
		for _, p := range c.Participants {
			r.Participants = append(r.Participants, *p.CommunicationIdentifier.RawID+" "+*p.DisplayName)
		}
		for _, a := range c.Attachments {
			r.Attachments = append(r.Attachments, a.ID+" "+*a.URL)
		}
	}
	return r
}
