package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Floor is a client written by hand with the standard library for just these calls: no retries, no token refresh, hardly any error
// handling, and only the fields that are used.
type Floor struct {
	client          *http.Client
	send, get, list string
	authorization   string
}

func NewFloor(endpoint string, transport http.RoundTripper) *Floor {
	messages := endpoint + "/chat/threads/" + url.PathEscape(threadID) + "/messages"
	return &Floor{
		client:        &http.Client{Transport: transport},
		send:          messages + "?api-version=" + apiVersion,
		get:           messages + "/" + readID + "?api-version=" + apiVersion,
		list:          fmt.Sprintf("%s?maxPageSize=%d&api-version=%s", messages, pageSize, apiVersion),
		authorization: "Bearer " + token,
	}
}

type floorMessage struct {
	ID                string            `json:"id"`
	Type              string            `json:"type"`
	SequenceID        string            `json:"sequenceId"`
	Version           string            `json:"version"`
	Content           floorContent      `json:"content"`
	SenderDisplayName string            `json:"senderDisplayName"`
	CreatedOn         time.Time         `json:"createdOn"`
	Sender            floorIdentifier   `json:"senderCommunicationIdentifier"`
	EditedOn          time.Time         `json:"editedOn"`
	DeletedOn         time.Time         `json:"deletedOn"`
	Metadata          map[string]string `json:"metadata"`
}

type floorContent struct {
	Message      string             `json:"message"`
	Topic        string             `json:"topic"`
	Participants []floorParticipant `json:"participants"`
	Attachments  []floorAttachment  `json:"attachments"`
	Initiator    floorIdentifier    `json:"initiatorCommunicationIdentifier"`
}

type floorIdentifier struct {
	RawID string `json:"rawId"`
}

type floorParticipant struct {
	Identifier       floorIdentifier `json:"communicationIdentifier"`
	DisplayName      string          `json:"displayName"`
	ShareHistoryTime time.Time       `json:"shareHistoryTime"`
}

type floorAttachment struct {
	ID         string `json:"id"`
	Type       string `json:"attachmentType"`
	Name       string `json:"name"`
	URL        string `json:"url"`
	PreviewURL string `json:"previewUrl"`
}

func (f *Floor) Send(ctx context.Context) (string, error) {
	body, err := json.Marshal(struct {
		Content string `json:"content"`
		Type    string `json:"type"`
	}{text, "text"})
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, f.send, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	var result struct {
		ID string `json:"id"`
	}
	err = f.do(req, http.StatusCreated, &result)
	return result.ID, err
}

func (f *Floor) Get(ctx context.Context) (Record, error) {
	var m floorMessage
	err := f.read(ctx, f.get, &m)
	return m.record(), err
}

func (f *Floor) List(ctx context.Context, visit func(Record)) (messages int, err error) {
	for next := f.list; next != ""; {
		var page struct {
			Value    []floorMessage `json:"value"`
			NextLink string         `json:"nextLink"`
		}
		if err := f.read(ctx, next, &page); err != nil {
			return messages, err
		}
		for _, m := range page.Value {
			messages++
			if visit != nil {
				visit(m.record())
			}
		}
		next = page.NextLink
	}
	return messages, nil
}

func (f *Floor) read(ctx context.Context, url string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	return f.do(req, http.StatusOK, into)
}

func (f *Floor) do(req *http.Request, want int, into any) error {
	req.Header.Set("Authorization", f.authorization)
	resp, err := f.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != want {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

func (m floorMessage) record() Record {
	r := Record{
		ID: m.ID, Type: m.Type, SequenceID: m.SequenceID, Version: m.Version,
		SenderDisplayName: m.SenderDisplayName, Sender: m.Sender.RawID,
		Text: m.Content.Message, Topic: m.Content.Topic, Initiator: m.Content.Initiator.RawID,
		CreatedOn: m.CreatedOn, EditedOn: m.EditedOn, DeletedOn: m.DeletedOn, Metadata: m.Metadata,
	}
	for _, p := range m.Content.Participants {
		r.Participants = append(r.Participants, p.Identifier.RawID+" "+p.DisplayName)
	}
	for _, a := range m.Content.Attachments {
		r.Attachments = append(r.Attachments, a.ID+" "+a.URL)
	}
	return r
}
