package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// Generated is the generated client with net/http and encoding/json, and nothing else.
type Generated struct{ api *chatapi.Client }

func NewGenerated(endpoint string, transport http.RoundTripper) *Generated {
	return &Generated{&chatapi.Client{Endpoint: endpoint, Doer: authorized{&http.Client{Transport: transport}}}}
}

// authorized sends requests with the token.
type authorized struct{ client *http.Client }

func (a authorized) Do(req *http.Request) (*http.Response, error) {
	req.Header.Set("Authorization", "Bearer "+token)
	return a.client.Do(req)
}

func (g *Generated) Send(ctx context.Context) (string, error) {
	body, err := json.Marshal(chatapi.SendChatMessageRequest{Content: text, Type: new(chatapi.ChatMessageTypeText)})
	if err != nil {
		return "", err
	}
	params := &chatapi.ChatThreadSendChatMessageParams{APIVersion: apiVersion}
	sent, err := decode[chatapi.SendChatMessageResult](http.StatusCreated, func() (*http.Response, error) {
		return g.api.ChatThreadSendChatMessage(ctx, threadID, params, bytes.NewReader(body))
	})
	return sent.ID, err
}

func (g *Generated) Get(ctx context.Context) (Record, error) {
	params := &chatapi.ChatThreadGetChatMessageParams{APIVersion: apiVersion}
	message, err := decode[chatapi.ChatMessage](http.StatusOK, func() (*http.Response, error) {
		return g.api.ChatThreadGetChatMessage(ctx, threadID, readID, params)
	})
	if err != nil {
		return Record{}, err
	}
	return recordOf(message), nil
}

func (g *Generated) List(ctx context.Context, visit func(Record)) (messages int, err error) {
	params := &chatapi.ChatThreadListChatMessagesParams{APIVersion: apiVersion, MaxPageSize: new(int32(pageSize))}
	page, err := decode[chatapi.ChatMessagesCollection](http.StatusOK, func() (*http.Response, error) {
		return g.api.ChatThreadListChatMessages(ctx, threadID, params)
	})
	for {
		if err != nil {
			return messages, err
		}
		for _, m := range page.Value {
			messages++
			if visit != nil {
				visit(recordOf(m))
			}
		}
		if page.NextLink == nil {
			return messages, nil
		}
		page, err = decode[chatapi.ChatMessagesCollection](http.StatusOK, func() (*http.Response, error) {
			return g.follow(ctx, *page.NextLink)
		})
	}
}

// follow gets the next page: the generated client has no method for links.
func (g *Generated) follow(ctx context.Context, link string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return nil, err
	}
	return g.api.Doer.Do(req)
}

// decode sends a request and decodes the body of the response.
func decode[Wire any](status int, send func() (*http.Response, error)) (wire Wire, err error) {
	resp, err := send()
	if err != nil {
		return wire, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != status {
		return wire, errors.New(resp.Status)
	}
	err = json.NewDecoder(resp.Body).Decode(&wire)
	return wire, err
}
