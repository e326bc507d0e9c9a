package chat_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/acschat/acs-chat-go/chat"
)

const (
	testMessage = "1762161500604"
	apiVersion  = "2025-03-15"
)

var testUser = chat.CommunicationUser{ID: "8:acs:ana"}

// operation is one method of the two clients with arguments that work, and what it is on the wire.
type operation struct {
	Name   string // in traces and logs
	Action string // in errors
	On     func(ctx context.Context, c *chat.Client, threadID string) error

	Method, Path      string
	ContentType, Body string // empty: no body
	Status            int
	Answer            string
}

// Call runs the operation on the test's thread.
func (o operation) Call(ctx context.Context, c *chat.Client) error { return o.On(ctx, c, testThread) }

// Succeed is the response of a success.
func (o operation) Succeed() answer { return reply(o.Status, o.Answer) }

const (
	jsonType       = "application/json"
	mergePatchType = "application/merge-patch+json"
	anaOnTheWire   = `{"rawId":"8:acs:ana","communicationUser":{"id":"8:acs:ana"}}`

	threadOnTheWire = `{"id":"` + testThread + `","topic":"Release 4.2","createdOn":"2026-01-02T03:04:05Z","createdByCommunicationIdentifier":` +
		anaOnTheWire + `}`
	messageOnTheWire = `{"id":"` + testMessage + `","type":"text","sequenceId":"3","version":"` + testMessage +
		`","createdOn":"2026-01-02T03:04:05Z","content":{"message":"Hello <all>"},"senderCommunicationIdentifier":` + anaOnTheWire + `}`
)

var threadPath = "/chat/threads/" + url.PathEscape(testThread)

// operations are all of them; only sendMessage cannot be retried.
var operations = append(threadOperations(), append(messageOperations(), participantOperations()...)...)

var sendMessage = operationOf("ThreadClient.SendMessage")

func operationOf(name string) operation {
	for _, op := range operations {
		if op.Name == name {
			return op
		}
	}
	panic("no such operation: " + name)
}

// repeatable are all operations but sendMessage.
func repeatable() []operation {
	var ops []operation
	for _, op := range operations {
		if op.Name != sendMessage.Name {
			ops = append(ops, op)
		}
	}
	return ops
}

// String is the name of the method without its client.
func (o operation) String() string { return o.Name[strings.Index(o.Name, ".")+1:] }

func threadOperations() []operation {
	return []operation{{
		Name: "Client.CreateThread", Action: "create thread",
		On: func(ctx context.Context, c *chat.Client, id string) error {
			_, err := c.CreateThread(ctx, "Release 4.2", nil)
			return err
		},
		Method: http.MethodPost, Path: "/chat/threads", ContentType: jsonType, Body: `{"topic":"Release 4.2"}`,
		Status: http.StatusCreated, Answer: `{"chatThread":` + threadOnTheWire + `}`,
	}, {
		Name: "Client.ListThreads", Action: "list threads",
		On: func(ctx context.Context, c *chat.Client, id string) error {
			_, err := c.ListThreads(nil).Collect(ctx, 0)
			return err
		},
		Method: http.MethodGet, Path: "/chat/threads", Status: http.StatusOK, Answer: `{"value":[]}`,
	}, {
		Name: "Client.DeleteThread", Action: "delete thread",
		On:     func(ctx context.Context, c *chat.Client, id string) error { return c.DeleteThread(ctx, id) },
		Method: http.MethodDelete, Path: threadPath, Status: http.StatusNoContent,
	}, {
		Name: "ThreadClient.GetProperties", Action: "get thread properties",
		On: func(ctx context.Context, c *chat.Client, id string) error {
			_, err := c.ThreadClient(id).GetProperties(ctx)
			return err
		},
		Method: http.MethodGet, Path: threadPath, Status: http.StatusOK, Answer: threadOnTheWire,
	}, {
		Name: "ThreadClient.UpdateProperties", Action: "update thread properties",
		On: func(ctx context.Context, c *chat.Client, id string) error {
			return c.ThreadClient(id).UpdateProperties(ctx, chat.PropertiesUpdate{Metadata: map[string]string{"k": "v"}})
		},
		Method: http.MethodPatch, Path: threadPath, ContentType: mergePatchType, Body: `{"metadata":{"k":"v"}}`,
		Status: http.StatusNoContent,
	}, {
		Name: "ThreadClient.UpdateTopic", Action: "update topic",
		On: func(ctx context.Context, c *chat.Client, id string) error {
			return c.ThreadClient(id).UpdateTopic(ctx, "Release 4.3")
		},
		Method: http.MethodPatch, Path: threadPath, ContentType: mergePatchType, Body: `{"topic":"Release 4.3"}`,
		Status: http.StatusNoContent,
	}}
}

func messageOperations() []operation {
	return []operation{{
		Name: "ThreadClient.SendMessage", Action: "send message",
		On: func(ctx context.Context, c *chat.Client, id string) error {
			_, err := c.ThreadClient(id).SendMessage(ctx, "Hello <all>", nil)
			return err
		},
		Method: http.MethodPost, Path: threadPath + "/messages",
		ContentType: jsonType, Body: `{"content":"Hello <all>","type":"text"}`,
		Status: http.StatusCreated, Answer: `{"id":"` + testMessage + `"}`,
	}, {
		Name: "ThreadClient.GetMessage", Action: "get message",
		On: func(ctx context.Context, c *chat.Client, id string) error {
			_, err := c.ThreadClient(id).GetMessage(ctx, testMessage)
			return err
		},
		Method: http.MethodGet, Path: threadPath + "/messages/" + testMessage,
		Status: http.StatusOK, Answer: messageOnTheWire,
	}, {
		Name: "ThreadClient.ListMessages", Action: "list messages",
		On: func(ctx context.Context, c *chat.Client, id string) error {
			_, err := c.ThreadClient(id).ListMessages(nil).Collect(ctx, 0)
			return err
		},
		Method: http.MethodGet, Path: threadPath + "/messages", Status: http.StatusOK, Answer: `{"value":[]}`,
	}, {
		Name: "ThreadClient.UpdateMessage", Action: "update message",
		On: func(ctx context.Context, c *chat.Client, id string) error {
			return c.ThreadClient(id).UpdateMessage(ctx, testMessage, chat.MessageUpdate{Content: new("Hello again")})
		},
		Method: http.MethodPatch, Path: threadPath + "/messages/" + testMessage,
		ContentType: mergePatchType, Body: `{"content":"Hello again"}`, Status: http.StatusNoContent,
	}, {
		Name: "ThreadClient.DeleteMessage", Action: "delete message",
		On: func(ctx context.Context, c *chat.Client, id string) error {
			return c.ThreadClient(id).DeleteMessage(ctx, testMessage)
		},
		Method: http.MethodDelete, Path: threadPath + "/messages/" + testMessage, Status: http.StatusNoContent,
	}, {
		Name: "ThreadClient.SendTypingNotification", Action: "send typing notification",
		On: func(ctx context.Context, c *chat.Client, id string) error {
			return c.ThreadClient(id).SendTypingNotification(ctx, nil)
		},
		Method: http.MethodPost, Path: threadPath + "/typing", ContentType: jsonType, Body: `{}`, Status: http.StatusOK,
	}, {
		Name: "ThreadClient.SendReadReceipt", Action: "send read receipt",
		On: func(ctx context.Context, c *chat.Client, id string) error {
			return c.ThreadClient(id).SendReadReceipt(ctx, testMessage)
		},
		Method: http.MethodPost, Path: threadPath + "/readReceipts",
		ContentType: jsonType, Body: `{"chatMessageId":"` + testMessage + `"}`, Status: http.StatusOK,
	}, {
		Name: "ThreadClient.ListReadReceipts", Action: "list read receipts",
		On: func(ctx context.Context, c *chat.Client, id string) error {
			_, err := c.ThreadClient(id).ListReadReceipts(nil).Collect(ctx, 0)
			return err
		},
		Method: http.MethodGet, Path: threadPath + "/readReceipts", Status: http.StatusOK, Answer: `{"value":[]}`,
	}}
}

func participantOperations() []operation {
	return []operation{{
		Name: "ThreadClient.AddParticipants", Action: "add participants",
		On: func(ctx context.Context, c *chat.Client, id string) error {
			_, err := c.ThreadClient(id).AddParticipants(ctx, []chat.Participant{{Identifier: testUser}})
			return err
		},
		Method: http.MethodPost, Path: threadPath + "/participants/:add",
		ContentType: jsonType, Body: `{"participants":[{"communicationIdentifier":` + anaOnTheWire + `}]}`,
		Status: http.StatusCreated, Answer: `{}`,
	}, {
		Name: "ThreadClient.RemoveParticipant", Action: "remove participant",
		On: func(ctx context.Context, c *chat.Client, id string) error {
			return c.ThreadClient(id).RemoveParticipant(ctx, testUser)
		},
		Method: http.MethodPost, Path: threadPath + "/participants/:remove",
		ContentType: jsonType, Body: anaOnTheWire, Status: http.StatusNoContent,
	}, {
		Name: "ThreadClient.ListParticipants", Action: "list participants",
		On: func(ctx context.Context, c *chat.Client, id string) error {
			_, err := c.ThreadClient(id).ListParticipants(nil).Collect(ctx, 0)
			return err
		},
		Method: http.MethodGet, Path: threadPath + "/participants", Status: http.StatusOK, Answer: `{"value":[]}`,
	}}
}
