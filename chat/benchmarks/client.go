package main

import (
	"context"
	"time"

	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// token is what all clients send. It ends in 2100, and its signature is none: clients don't check it.
const token = "eyJhbGciOiJub25lIn0.eyJleHAiOjQxMDI0NDQ4MDB9.c2ln" //nolint:gosec // no credential: nobody has signed it

// Client is a way to call the service.
type Client interface {
	Send(ctx context.Context) (id string, err error)
	Get(ctx context.Context) (Record, error)
	// List reads a listing through. A nil visit forgets what it reads.
	List(ctx context.Context, visit func(Record)) (messages int, err error)
}

// Record is a message as every client must see it.
type Record struct {
	ID, Type, SequenceID, Version  string
	SenderDisplayName, Sender      string
	Text, Topic, Initiator         string
	CreatedOn, EditedOn, DeletedOn time.Time
	Participants, Attachments      []string
	Metadata                       map[string]string
}

// recordOf is what the wire says, taken apart in the plainest way.
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
