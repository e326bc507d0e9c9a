package main

import (
	"context"
	"errors"
	"net/http"

	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// Generated is the generated client alone, as oapi-codegen means it to be used.
type Generated struct {
	client *http.Client
	api    *chatapi.ClientWithResponses
}

func NewGenerated(endpoint string, transport http.RoundTripper) (*Generated, error) {
	client := &http.Client{Transport: transport}
	api, err := chatapi.NewClientWithResponses(endpoint, chatapi.WithHTTPClient(client), chatapi.WithRequestEditorFn(authorize))
	return &Generated{client: client, api: api}, err
}

func authorize(_ context.Context, req *http.Request) error {
	req.Header.Set("Authorization", "Bearer "+token)
	return nil
}

func (g *Generated) Send(ctx context.Context) (string, error) {
	resp, err := g.api.ChatThreadSendChatMessageWithResponse(ctx, threadID,
		&chatapi.ChatThreadSendChatMessageParams{APIVersion: apiVersion},
		chatapi.SendChatMessageRequest{Content: text, Type: new(chatapi.ChatMessageTypeText)})
	if err != nil {
		return "", err
	}
	if resp.JSON201 == nil {
		return "", errors.New(resp.HTTPResponse.Status)
	}
	return resp.JSON201.ID, nil
}

func (g *Generated) Get(ctx context.Context) (Record, error) {
	resp, err := g.api.ChatThreadGetChatMessageWithResponse(ctx, threadID, readID,
		&chatapi.ChatThreadGetChatMessageParams{APIVersion: apiVersion})
	if err != nil {
		return Record{}, err
	}
	if resp.JSON200 == nil {
		return Record{}, errors.New(resp.HTTPResponse.Status)
	}
	return recordOf(*resp.JSON200), nil
}

func (g *Generated) List(ctx context.Context, visit func(Record)) (messages int, err error) {
	resp, err := g.api.ChatThreadListChatMessagesWithResponse(ctx, threadID,
		&chatapi.ChatThreadListChatMessagesParams{APIVersion: apiVersion, MaxPageSize: new(int32(pageSize))})
	for {
		if err != nil {
			return messages, err
		}
		if resp.JSON200 == nil {
			return messages, errors.New(resp.HTTPResponse.Status)
		}
		for _, m := range resp.JSON200.Value {
			messages++
			if visit != nil {
				visit(recordOf(m))
			}
		}
		if resp.JSON200.NextLink == nil {
			return messages, nil
		}
		resp, err = g.follow(ctx, *resp.JSON200.NextLink)
	}
}

// follow asks for the next page: the generated client knows no links.
func (g *Generated) follow(ctx context.Context, link string) (*chatapi.ChatThreadListChatMessagesResponse, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return nil, err
	}
	authorize(ctx, req)
	resp, err := g.client.Do(req) //nolint:bodyclose // parsing closes it
	if err != nil {
		return nil, err
	}
	return chatapi.ParseChatThreadListChatMessagesResponse(resp)
}
