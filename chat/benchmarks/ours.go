package main

import (
	"context"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/acschat/acs-chat-go/chat"
)

// Ours is package chat with its default options.
type Ours struct{ Thread *chat.ThreadClient }

func NewOurs(endpoint string, transport http.RoundTripper) (Ours, error) {
	credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: token})
	if err != nil {
		return Ours{}, err
	}
	client, err := chat.NewClient(endpoint, credential, &chat.ClientOptions{
		ClientOptions: azcore.ClientOptions{Transport: &http.Client{Transport: transport}},
	})
	if err != nil {
		return Ours{}, err
	}
	return Ours{client.ThreadClient(threadID)}, nil
}

func (o Ours) Send(ctx context.Context) (string, error) {
	result, err := o.Thread.SendMessage(ctx, text, nil)
	return result.ID, err
}

func (o Ours) Get(ctx context.Context) (Record, error) {
	m, err := o.Thread.GetMessage(ctx, readID)
	return oursRecord(m), err
}

func (o Ours) List(ctx context.Context, visit func(Record)) (messages int, err error) {
	for m, err := range o.Thread.ListMessages(&chat.ListMessagesOptions{PageSize: pageSize}).All(ctx) {
		if err != nil {
			return messages, err
		}
		messages++
		if visit != nil {
			visit(oursRecord(m))
		}
	}
	return messages, nil
}

func oursRecord(m chat.Message) Record {
	r := Record{
		ID: m.ID, Type: string(m.Type), SequenceID: m.SequenceID, Version: m.Version, SenderDisplayName: m.SenderDisplayName,
		Text: m.Content.Message, Topic: m.Content.Topic,
		CreatedOn: m.CreatedOn, EditedOn: m.EditedOn, DeletedOn: m.DeletedOn, Metadata: m.Metadata,
	}
	if m.Sender != nil {
		r.Sender = m.Sender.RawID()
	}
	if m.Content.Initiator != nil {
		r.Initiator = m.Content.Initiator.RawID()
	}
	for _, p := range m.Content.Participants {
		r.Participants = append(r.Participants, p.Identifier.RawID()+" "+p.DisplayName)
	}
	for _, a := range m.Content.Attachments {
		r.Attachments = append(r.Attachments, a.ID+" "+a.URL)
	}
	return r
}
