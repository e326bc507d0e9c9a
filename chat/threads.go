package chat

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// ThreadItem is a thread in a listing.
type ThreadItem struct {
	ID    string
	Topic string
	// DeletedOn is when the thread was deleted; zero while it lives.
	DeletedOn time.Time
	// LastMessageReceivedOn is when the latest message came; zero if the service does not say.
	LastMessageReceivedOn time.Time
}

// CreateThreadOptions are the optional settings of [Client.CreateThread].
type CreateThreadOptions struct {
	// Participants to start with. The caller is in without being listed.
	Participants []Participant
	// IdempotencyKey tells the service that two creates are the same one: the second answers with the thread of the first.
	// Empty: a new one for each call, so that only the retries inside the call are one create. Printable ASCII.
	IdempotencyKey string
	// Metadata of the thread: all pairs together up to 1 KB. Nil: none.
	Metadata map[string]string
	// Retention is when the service deletes the thread by itself. The zero value: not specified, which is never.
	Retention RetentionPolicy
}

// CreateThreadResult is a new thread, and who is missing from it.
type CreateThreadResult struct {
	Thread ThreadProperties
	// Failed are the participants the service did not add, nil when all are in.
	Failed []FailedParticipant
}

// ListThreadsOptions are the optional settings of [Client.ListThreads].
type ListThreadsOptions struct {
	// StartTime leaves out threads without activity since then. Zero: all.
	StartTime time.Time
	// PageSize is the most items of a page. 0: the service's default, 100. Below 0 or above 2147483647 it is an [ArgumentError];
	// the service documents no limit. It often puts fewer on a page, even none.
	PageSize int
	// ContinuationToken goes on behind a [Page]. Empty: from the beginning.
	ContinuationToken string
	// Prefetch reads the next page while the loop works on this one.
	Prefetch bool
}

// CreateThread creates a thread with the caller in it. The topic may be empty.
//
// Participants that can't be added do not fail the call: look at Failed. More than 200 are sent in batches, the first with the
// create; when a later batch fails, the result, which has the thread, comes with a [*PartialAddError].
// It is retried on 408, 429, 500, 502, 503, 504 and when the connection fails; the idempotency key keeps that from creating
// a second thread. A participant without a usable identifier or text that is not UTF-8 is an [ArgumentError]; a refusal of the
// service is an [*Error]. The service refuses the whole call with [ErrForbidden] for a user of another resource, [ErrBadRequest]
// for a malformed id.
//
// The API operation is Chat_CreateChatThread.
func (c *Client) CreateThread(ctx context.Context, topic string, options *CreateThreadOptions) (CreateThreadResult, error) {
	if options == nil {
		options = &CreateThreadOptions{}
	}
	if err := cmp.Or(checkText("topic", topic), options.check()); err != nil {
		return CreateThreadResult{}, err
	}
	key := options.IdempotencyKey
	if key == "" {
		key = pipeline.NewUUID()
	}
	first, rest := firstBatch(options.Participants)
	params := &chatapi.ChatCreateChatThreadParams{APIVersion: c.apiVersion, RepeatabilityRequestID: &key}
	body := pipeline.Encode(chatapi.CreateChatThreadRequest{
		Topic:           topic,
		Participants:    wireParticipants(first),
		Metadata:        options.Metadata,
		RetentionPolicy: wireRetention(options.Retention),
	})
	op := pipeline.Operation{Name: "Client.CreateThread", Action: "chat: create thread", Status: http.StatusCreated}
	var answer exchange
	created, err := pipeline.Call[createdThread](ctx, c.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return answer.of(ctx)(c.api.ChatCreateChatThreadWithBody(ctx, params, contentTypeJSON, body))
	})
	if err != nil {
		return CreateThreadResult{}, err
	}
	if created.ChatThread == nil || created.ChatThread.ID == "" {
		return CreateThreadResult{}, errNoThread
	}
	result := CreateThreadResult{
		Thread: threadProperties(*created.ChatThread),
		Failed: answer.failedParticipants(first, created.InvalidParticipants),
	}
	failed, err := c.ThreadClient(result.Thread.ID).addBatches(ctx, rest)
	result.Failed = append(result.Failed, failed...)
	return result, err
}

// createdThread is the answer to a create.
type createdThread struct {
	addedParticipants

	ChatThread *chatapi.ChatThreadProperties `json:"chatThread"`
}

var errNoThread = errors.New("chat: create thread: the answer names no thread")

// ListThreads lists the user's threads, the most recently active first, deleted ones and those the user has left among them.
// A negative page size, or one that is too large, is an [ArgumentError] on ranging. Nil options are the zero value.
//
// The API operation is Chat_ListChatThreads.
func (c *Client) ListThreads(options *ListThreadsOptions) *Pager[ThreadItem] {
	if options == nil {
		options = &ListThreadsOptions{}
	}
	params := chatapi.ChatListChatThreadsParams{
		APIVersion: c.apiVersion, MaxPageSize: wireCount(options.PageSize), StartTime: wireTime(options.StartTime),
	}
	list := listing{
		Operation: pipeline.Operation{Name: "Client.ListThreads", Action: "chat: list threads", Status: http.StatusOK},
		path:      "/chat/threads",
		invalid:   cmp.Or(checkCount("PageSize", options.PageSize), checkTime("StartTime", options.StartTime)),
		first:     func(ctx context.Context) (*http.Response, error) { return c.api.ChatListChatThreads(ctx, &params) },
		token:     options.ContinuationToken, prefetch: options.Prefetch,
	}
	return newPager(c, list, func(page chatapi.ChatThreadsItemCollection) ([]chatapi.ChatThreadItem, *string) {
		return page.Value, page.NextLink
	}, threadItem)
}

// DeleteThread deletes a thread for everybody in it. It stays in their lists with DeletedOn set.
//
// It is retried on 408, 429, 500, 502, 503, 504 and when the connection fails. An empty id is an [ArgumentError]; a refusal of
// the service is an [*Error]: [ErrForbidden] for a thread the user is not in, [ErrNotFound] for one that never was.
//
// The API operation is Chat_DeleteChatThread.
func (c *Client) DeleteThread(ctx context.Context, threadID string) error {
	if err := checkID("threadID", threadID); err != nil {
		return err
	}
	params := &chatapi.ChatDeleteChatThreadParams{APIVersion: c.apiVersion}
	op := pipeline.Operation{Name: "Client.DeleteThread", Action: "chat: delete thread", Status: http.StatusNoContent}
	_, err := pipeline.Call[pipeline.NoBody](ctx, c.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return c.api.ChatDeleteChatThread(ctx, threadID, params)
	})
	return err
}

func (o *CreateThreadOptions) check() error {
	if strings.ContainsFunc(o.IdempotencyKey, func(r rune) bool { return r < ' ' || r > '~' }) {
		return &ArgumentError{Name: "IdempotencyKey", Reason: "must be printable ASCII: it is the value of a header"}
	}
	err := cmp.Or(checkParticipants("Participants", o.Participants), checkMetadata("Metadata", o.Metadata))
	if err == nil && o.Retention != (RetentionPolicy{}) {
		err = o.Retention.check()
	}
	return err
}
