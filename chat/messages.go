package chat

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// Message is a message of a thread, written by a user or, on changes to the thread, by the service.
type Message struct {
	// ID names the message within its thread. It never changes.
	ID   string
	Type MessageType
	// SequenceID is the place of the message in the thread, a decimal number. It never changes.
	SequenceID string
	// Version is ID, and another number after each edit and after the deletion. Listings are in its order.
	Version string
	Content MessageContent
	// SenderDisplayName is the name the sender gave with the message, often "".
	SenderDisplayName string
	// Sender is nil on a message of the service.
	Sender    Identifier
	CreatedOn time.Time
	// EditedOn and DeletedOn are zero until then. A deleted message has no content and is no longer edited.
	EditedOn  time.Time
	DeletedOn time.Time
	// Metadata is nil when there is none.
	Metadata map[string]string
}

// MessageContent is what a message says. Which fields are set depends on its type.
type MessageContent struct {
	// Message is the text of a text or html message, "" once it is deleted.
	Message string
	// Attachments came with it, from Microsoft Teams for example. They can't be sent.
	Attachments []Attachment
	// Topic is the new topic of a topicUpdated message.
	Topic string
	// Participants came or went with a participantAdded or participantRemoved message.
	Participants []Participant
	// Initiator is who caused a message of the service, nil otherwise.
	Initiator Identifier
}

// Attachment is a file or an image in a message. Its URLs want the user's token.
type Attachment struct {
	ID         string
	Type       AttachmentType
	Name       string
	URL        string
	PreviewURL string
}

// MessageType is what a message is. The service may name others than those below.
type MessageType string

// The types of messages there are; users write those without a remark.
const (
	MessageTypeText               MessageType = "text"
	MessageTypeHTML               MessageType = "html"
	MessageTypeTopicUpdated       MessageType = "topicUpdated"       // by the service
	MessageTypeParticipantAdded   MessageType = "participantAdded"   // by the service
	MessageTypeParticipantRemoved MessageType = "participantRemoved" // by the service
)

// AttachmentType is what an attachment is. The service may name others than those below.
type AttachmentType string

// The types of attachments there are.
const (
	AttachmentTypeImage AttachmentType = "image"
	AttachmentTypeFile  AttachmentType = "file"
)

// SendMessageOptions are the optional settings of [ThreadClient.SendMessage].
type SendMessageOptions struct {
	// Type is text or html. Empty: text.
	Type MessageType
	// SenderDisplayName is shown in notifications. Empty: none.
	SenderDisplayName string
	// Metadata of the message. Nil: none.
	Metadata map[string]string
}

// SendMessageResult names the message that was sent.
type SendMessageResult struct {
	ID string
}

// ListMessagesOptions are the optional settings of [ThreadClient.ListMessages].
type ListMessagesOptions struct {
	// StartTime leaves out messages from before. Zero: all.
	StartTime time.Time
	// PageSize is the most items of a page. 0: the service's default, 10. Below 0 or above 2147483647 it is an [ArgumentError];
	// the service documents up to 200, and is not known to give more. It may put fewer on a page, even none.
	PageSize int
	// ContinuationToken goes on behind a [Page]. Empty: from the beginning.
	ContinuationToken string
	// Prefetch reads the next page while the loop works on this one.
	Prefetch bool
}

// MessageUpdate is what [ThreadClient.UpdateMessage] changes. The zero value changes nothing.
type MessageUpdate struct {
	// Content is the new text. Nil keeps the old one; new("") clears it.
	Content *string
	// Metadata is merged key by key into what is there; a key with the value "" is removed. Nil keeps all.
	Metadata map[string]string
}

// SendMessage sends a message of at most about 28 KB. Nil options are the zero value.
//
// The service can't tell a second try from a second message. So it is tried again only where the first try has surely not
// been delivered: no connection came about, 429, or 503 with a delay; no retry option changes that.
// Where the request went out and nothing tells what became of it (the reply was lost, 408, a 5xx, a context that ended), the
// error is [ErrOutcomeUnknown], and the cause beside it.
// Empty content, text that is not UTF-8 or a type that only the service writes is an [ArgumentError]; a refusal of the service
// is an [*Error]: [ErrForbidden] for a thread the user is not in, [ErrNotFound] for one that is not, [ErrTooLarge] for too long
// a text.
//
// The API operation is ChatThread_SendChatMessage.
func (t *ThreadClient) SendMessage(ctx context.Context, content string, options *SendMessageOptions) (SendMessageResult, error) {
	if options == nil {
		options = &SendMessageOptions{}
	}
	kind, err := sendableType(options.Type)
	if err := cmp.Or(err, t.check(), options.check(content)); err != nil {
		return SendMessageResult{}, err
	}
	path := "/chat/threads/" + url.PathEscape(t.threadID) + "/messages?api-version=" + url.QueryEscape(t.client.apiVersion)
	body := pipeline.Encode(chatapi.SendChatMessageRequest{
		Content: content, Type: &kind, SenderDisplayName: wireText(options.SenderDisplayName), Metadata: options.Metadata,
	})
	op := pipeline.Operation{Name: "ThreadClient.SendMessage", Action: "chat: send message", Status: http.StatusCreated, Once: true}
	wire, err := pipeline.Call[chatapi.SendChatMessageResult](ctx, t.client.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return t.client.pipeline.Post(ctx, path, contentTypeJSON, body)
	})
	if err == nil && wire.ID == "" {
		err = fmt.Errorf("chat: send message: the answer names no message: %w", ErrOutcomeUnknown)
	}
	return SendMessageResult{ID: wire.ID}, err
}

// GetMessage returns one message, a deleted one too, with DeletedOn set.
//
// It is retried on 408, 429, 500, 502, 503, 504 and when the connection fails. An empty id is an [ArgumentError]; a refusal of
// the service is an [*Error]: [ErrForbidden] for a thread the user is not in, [ErrNotFound] for a message that is not,
// [ErrBadRequest] for an id that is no number.
//
// The API operation is ChatThread_GetChatMessage.
func (t *ThreadClient) GetMessage(ctx context.Context, messageID string) (Message, error) {
	if err := t.check(messageID); err != nil {
		return Message{}, err
	}
	params := &chatapi.ChatThreadGetChatMessageParams{APIVersion: t.client.apiVersion}
	op := pipeline.Operation{Name: "ThreadClient.GetMessage", Action: "chat: get message", Status: http.StatusOK}
	wire, err := pipeline.Call[chatapi.ChatMessage](ctx, t.client.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return t.client.api.ChatThreadGetChatMessage(ctx, t.threadID, messageID, params)
	})
	return message(wire), err
}

// ListMessages lists the messages of the thread, those of the service and deleted ones among them, in the service's order:
// by Version, the newest first, so that edited and deleted ones move to the front.
// A negative page size, or one that is too large, is an [ArgumentError] on ranging. Nil options are the zero value.
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
	return newPager(t.client, list, func(page chatapi.ChatMessagesCollection) ([]chatapi.ChatMessage, *string) {
		return page.Value, page.NextLink
	}, message)
}

// UpdateMessage changes the text or the metadata of a message the user has sent. The zero update is sent, succeeds and changes
// nothing.
//
// It is retried on 408, 429, 500, 502, 503, 504 and when the connection fails. An empty id or text that is not UTF-8 is an
// [ArgumentError]; a refusal of the service is an [*Error]: [ErrForbidden] for somebody else's message, [ErrNotFound] for one
// that is not.
//
// The API operation is ChatThread_UpdateChatMessage.
func (t *ThreadClient) UpdateMessage(ctx context.Context, messageID string, update MessageUpdate) error {
	if err := cmp.Or(t.check(messageID), checkText("Content", value(update.Content)), checkMetadata("Metadata", update.Metadata)); err != nil {
		return err
	}
	params := &chatapi.ChatThreadUpdateChatMessageParams{APIVersion: t.client.apiVersion}
	body := pipeline.Encode(chatapi.UpdateChatMessageRequest{Content: update.Content, Metadata: update.Metadata})
	op := pipeline.Operation{Name: "ThreadClient.UpdateMessage", Action: "chat: update message", Status: http.StatusNoContent}
	_, err := pipeline.Call[pipeline.NoBody](ctx, t.client.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return t.client.api.ChatThreadUpdateChatMessageWithBody(ctx, t.threadID, messageID, params, contentTypeMergePatch, body)
	})
	return err
}

// DeleteMessage deletes a message the user has sent. It stays in the listing without content and with DeletedOn set.
//
// It is retried on 408, 429, 500, 502, 503, 504 and when the connection fails. An empty id is an [ArgumentError]; a refusal of
// the service is an [*Error]: [ErrForbidden] for somebody else's message, [ErrNotFound] for one that is not.
//
// The API operation is ChatThread_DeleteChatMessage.
func (t *ThreadClient) DeleteMessage(ctx context.Context, messageID string) error {
	if err := t.check(messageID); err != nil {
		return err
	}
	params := &chatapi.ChatThreadDeleteChatMessageParams{APIVersion: t.client.apiVersion}
	op := pipeline.Operation{Name: "ThreadClient.DeleteMessage", Action: "chat: delete message", Status: http.StatusNoContent}
	_, err := pipeline.Call[pipeline.NoBody](ctx, t.client.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return t.client.api.ChatThreadDeleteChatMessage(ctx, t.threadID, messageID, params)
	})
	return err
}

func (o *SendMessageOptions) check(content string) error {
	if content == "" {
		return &ArgumentError{Name: "content", Reason: "must not be empty"}
	}
	return cmp.Or(
		checkText("content", content), checkText("SenderDisplayName", o.SenderDisplayName), checkMetadata("Metadata", o.Metadata),
	)
}

// sendableType refuses the types of messages that only the service writes. Others that it may know one day pass.
func sendableType(given MessageType) (chatapi.ChatMessageType, error) {
	switch given {
	case "":
		return chatapi.ChatMessageTypeText, nil
	case MessageTypeTopicUpdated, MessageTypeParticipantAdded, MessageTypeParticipantRemoved:
		return "", &ArgumentError{Name: "Type", Reason: "must be text or html: only the service writes " + string(given)}
	}
	return chatapi.ChatMessageType(given), nil
}
