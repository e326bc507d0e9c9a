package chat

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// Message is a message in a thread. Users write text and html messages; the service writes the others when a thread changes.
//
// A struct that embeds a Message also gets its JSON methods, and loses its other fields in JSON: use a named field instead.
type Message struct {
	// ID identifies the message within its thread. It never changes.
	ID   string
	Type MessageType
	// SequenceID is the position of the message in the thread, a decimal number that never changes; see [Message.Compare].
	SequenceID string
	// Version equals ID at first; an edit and the deletion replace it with a higher number. Listings are ordered by it.
	Version string
	Content MessageContent
	// SenderDisplayName is the name that the sender passed with the message, often "".
	SenderDisplayName string
	// Sender is nil if the service wrote the message.
	Sender    Identifier
	CreatedOn time.Time
	// EditedOn and DeletedOn are zero unless the message was edited or deleted. A deleted message has no text and no EditedOn.
	EditedOn  time.Time
	DeletedOn time.Time
	// Metadata is nil if there is none. It includes [OnceKeyMember] if the message has one.
	Metadata map[string]string
	// Unknown holds the members that this package does not know, a JSON object. It is nil if there are none.
	Unknown json.RawMessage
}

// MessageContent is the content of a message. Which fields are set depends on the type of the message.
type MessageContent struct {
	// Message is the text of a text or html message, "" if the message is deleted.
	Message string
	// Attachments are those of the message, from Microsoft Teams for example. This version of the API cannot send attachments.
	Attachments []Attachment
	// Topic is the new topic, of a topicUpdated message.
	Topic string
	// Participants are those added or removed, of a participantAdded or participantRemoved message.
	Participants []Participant
	// Initiator is the user whose action the message reports. It is nil for messages written by users.
	Initiator Identifier
	// Unknown is as in [Message].
	Unknown json.RawMessage
}

// Attachment is a file or an image in a message. Downloading from its URLs requires the token of the user.
type Attachment struct {
	ID         string
	Type       AttachmentType
	Name       string
	URL        string
	PreviewURL string
	// Unknown is as in [Message].
	Unknown json.RawMessage
}

// MessageType is the type of a message. The service may use values other than these.
type MessageType string

// Types of messages. Users send text and html; the service writes the others.
const (
	MessageTypeText               MessageType = "text"
	MessageTypeHTML               MessageType = "html"
	MessageTypeTopicUpdated       MessageType = "topicUpdated"       // by the service
	MessageTypeParticipantAdded   MessageType = "participantAdded"   // by the service
	MessageTypeParticipantRemoved MessageType = "participantRemoved" // by the service
)

// AttachmentType is the type of an attachment. The service may use values other than these.
type AttachmentType string

// Types of attachments.
const (
	AttachmentTypeImage AttachmentType = "image"
	AttachmentTypeFile  AttachmentType = "file"
)

// SendMessageOptions are the optional settings of [ThreadClient.SendMessage].
type SendMessageOptions struct {
	// Type is text or html. Empty means text.
	Type MessageType
	// SenderDisplayName is shown in notifications. Empty means none.
	SenderDisplayName string
	// Metadata of the message. Nil means none.
	Metadata map[string]string
}

// SendMessageResult is the result of [ThreadClient.SendMessage].
type SendMessageResult struct {
	ID string `json:"id"`
}

// ListMessagesOptions are the optional settings of [ThreadClient.ListMessages].
type ListMessagesOptions struct {
	// StartTime excludes earlier messages. Zero means all messages.
	StartTime time.Time
	// PageSize is the maximum number of items per page, up to 200. 0 means 10. A page may have fewer items, or none. A larger number is
	// sent; the service does not document what it does then, and package chattest takes it as 200.
	PageSize int
	// ContinuationToken resumes the listing after a [Page]. Empty means from the beginning.
	ContinuationToken string
	// Prefetch requests the next page while the caller handles the current one.
	Prefetch bool
}

// MessageUpdate is the change that [ThreadClient.UpdateMessage] makes. The zero value changes nothing.
type MessageUpdate struct {
	// Content is the new text. Nil keeps the text; new("") makes it empty.
	Content *string
	// Metadata is merged into the metadata of the message; a key with the value "" is removed. Nil changes nothing.
	Metadata map[string]string
}

// SendMessage sends a message; the service accepts about 28 KB.
//
// The API has no idempotency key for messages: a retry could send the message twice. SendMessage therefore retries only if the
// request was certainly not delivered: no connection was established, or the response is 429, or 503 with a delay. No retry
// option changes this. If the request may have been delivered (the response was lost or is malformed, or is a redirect, 408 or
// another 5xx, or the context ended), the error matches both [ErrOutcomeUnknown] and its cause. [ThreadClient.SendMessageOnce] can retry then.
//
// Empty content and a type that only the service writes are each an [*ArgumentError]. The error is [ErrTooLarge] if the message
// is too long.
//
// The API operation is ChatThread_SendChatMessage.
func (t *ThreadClient) SendMessage(ctx context.Context, content string, options *SendMessageOptions) (SendMessageResult, error) {
	if options == nil {
		options = &SendMessageOptions{}
	}
	if err := cmp.Or(t.check(), options.check(content)); err != nil {
		return SendMessageResult{}, err
	}
	return t.send(ctx, pipeline.Operation{Name: "ThreadClient.SendMessage"}, content, options)
}

// send sends a message once. op has the method for traces and logs.
func (t *ThreadClient) send(ctx context.Context, op pipeline.Operation, content string, options *SendMessageOptions) (SendMessageResult, error) {
	kind := chatapi.ChatMessageType(cmp.Or(options.Type, MessageTypeText))
	params := &chatapi.ChatThreadSendChatMessageParams{APIVersion: t.client.apiVersion}
	body := pipeline.Encode(chatapi.SendChatMessageRequest{
		Content: content, Type: &kind, SenderDisplayName: wireText(options.SenderDisplayName), Metadata: options.Metadata,
	})
	op.Action, op.Status, op.Once = "chat: send message", http.StatusCreated, true
	wire, err := pipeline.Call[chatapi.SendChatMessageResult](ctx, t.client.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return t.client.api.ChatThreadSendChatMessage(ctx, t.threadID, params, body)
	})
	if err == nil && wire.ID == "" {
		err = &pipeline.UnknownError{Cause: errors.New("chat: send message: the response has no message id")}
	}
	return SendMessageResult{ID: wire.ID}, err
}

// GetMessage returns a message. A deleted message is returned too, with DeletedOn set. The error is [ErrNotFound] if the message
// does not exist, and [ErrBadRequest] if the id is not a number.
//
// The API operation is ChatThread_GetChatMessage.
func (t *ThreadClient) GetMessage(ctx context.Context, messageID string) (Message, error) {
	if err := t.check(messageID); err != nil {
		return Message{}, err
	}
	params := &chatapi.ChatThreadGetChatMessageParams{APIVersion: t.client.apiVersion}
	op := pipeline.Operation{Name: "ThreadClient.GetMessage", Action: "chat: get message", Status: http.StatusOK}
	wire, err := pipeline.Call[wireMessage](ctx, t.client.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return t.client.api.ChatThreadGetChatMessage(ctx, t.threadID, messageID, params)
	})
	return message(wire), err
}

// ListMessages lists the messages of the thread, including deleted messages and those that the service wrote. The highest Version
// is first, so that a message moves to the front when it is edited or deleted.
//
// The API operation is ChatThread_ListChatMessages.
func (t *ThreadClient) ListMessages(options *ListMessagesOptions) *Pager[Message] {
	if options == nil {
		options = &ListMessagesOptions{}
	}
	params := chatapi.ChatThreadListChatMessagesParams{
		APIVersion: t.client.apiVersion, MaxPageSize: wireCount(options.PageSize), StartTime: wireTime(options.StartTime),
	}
	list := listing{
		Operation: pipeline.Operation{Name: "ThreadClient.ListMessages", Action: "chat: list messages", Status: http.StatusOK},
		path:      "/chat/threads/" + t.threadID + "/messages",
		invalid:   cmp.Or(t.check(), checkCount("PageSize", options.PageSize), checkTime("StartTime", options.StartTime)),
		first: func(ctx context.Context) (*http.Response, error) {
			return t.client.api.ChatThreadListChatMessages(ctx, t.threadID, &params)
		},
		token: options.ContinuationToken, prefetch: options.Prefetch,
	}
	return newPager(t.client, list, message)
}

// UpdateMessage changes the text or the metadata of a message that the user sent. The zero update is sent, succeeds and changes
// nothing. The error is [ErrForbidden] if another user sent the message, and [ErrNotFound] if it does not exist.
//
// The API operation is ChatThread_UpdateChatMessage.
func (t *ThreadClient) UpdateMessage(ctx context.Context, messageID string, update MessageUpdate) error {
	if err := cmp.Or(t.check(messageID), checkText("Content", value(update.Content)), checkMetadata("Metadata", update.Metadata)); err != nil {
		return err
	}
	params := &chatapi.ChatThreadUpdateChatMessageParams{APIVersion: t.client.apiVersion}
	body := pipeline.Encode(chatapi.UpdateChatMessageRequest{Content: update.Content, Metadata: update.Metadata})
	op := pipeline.Operation{Name: "ThreadClient.UpdateMessage", Action: "chat: update message", Status: http.StatusNoContent}
	return pipeline.Run(ctx, t.client.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return t.client.api.ChatThreadUpdateChatMessage(ctx, t.threadID, messageID, params, body)
	})
}

// DeleteMessage deletes a message that the user sent. Listings keep it, without content and with DeletedOn set. Errors are those
// of [ThreadClient.UpdateMessage].
//
// The API operation is ChatThread_DeleteChatMessage.
func (t *ThreadClient) DeleteMessage(ctx context.Context, messageID string) error {
	if err := t.check(messageID); err != nil {
		return err
	}
	params := &chatapi.ChatThreadDeleteChatMessageParams{APIVersion: t.client.apiVersion}
	op := pipeline.Operation{Name: "ThreadClient.DeleteMessage", Action: "chat: delete message", Status: http.StatusNoContent}
	return pipeline.Run(ctx, t.client.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return t.client.api.ChatThreadDeleteChatMessage(ctx, t.threadID, messageID, params)
	})
}

// check rejects empty content, and the types that only the service writes. It accepts unknown types, which a later version of the
// service may define.
func (o *SendMessageOptions) check(content string) error {
	switch o.Type {
	case MessageTypeTopicUpdated, MessageTypeParticipantAdded, MessageTypeParticipantRemoved:
		return &ArgumentError{Name: "Type", Reason: "must be text or html: only the service writes " + string(o.Type)}
	}
	if content == "" {
		return &ArgumentError{Name: "content", Reason: "must not be empty"}
	}
	return cmp.Or(
		checkText("content", content), checkText("SenderDisplayName", o.SenderDisplayName), checkMetadata("Metadata", o.Metadata),
	)
}
