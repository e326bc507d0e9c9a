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
	// DeletedOn is zero unless the thread is deleted.
	DeletedOn time.Time
	// LastMessageReceivedOn is the time of the latest message, zero if the service omits it.
	LastMessageReceivedOn time.Time
}

// CreateThreadOptions are the optional settings of [Client.CreateThread].
type CreateThreadOptions struct {
	// Participants of the new thread. The user who creates it need not be among them.
	Participants []Participant
	// IdempotencyKey, printable ASCII: a second creation with it returns the first thread. Empty means a new key for each call.
	IdempotencyKey string
	// Metadata of the thread, at most 1 KB for all keys and values. Nil means none.
	Metadata map[string]string
	// Retention determines when the service deletes the thread. The zero value is not sent, and the service keeps the thread.
	Retention RetentionPolicy
}

// CreateThreadResult is a new thread and the participants that the service did not add to it.
type CreateThreadResult struct {
	Thread ThreadProperties
	// Failed is nil if the service added all participants.
	Failed []FailedParticipant
}

// ListThreadsOptions are the optional settings of [Client.ListThreads].
type ListThreadsOptions struct {
	// StartTime excludes threads without activity since then. Zero means all threads.
	StartTime time.Time
	// PageSize is the maximum number of items per page. 0 means 100. A page often has fewer items, or none.
	PageSize int
	// ContinuationToken resumes the listing after a [Page]. Empty means from the beginning.
	ContinuationToken string
	// Prefetch requests the next page while the caller handles the current one.
	Prefetch bool
}

// CreateThread creates a thread and adds the user to it. The topic may be empty.
//
// The call succeeds even if the service does not add some of the participants: check Failed in the result. More than 200
// participants are added in batches, the first of them by the create request. If a later batch fails, the error is a
// [*PartialAddError], and the result is returned with it.
//
// A participant without an identifier and a retention without a kind are each an [*ArgumentError]. The error is [ErrForbidden] if
// a participant belongs to another resource, and [ErrBadRequest] if an identifier is malformed; then no thread is created.
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
		return answer.of(ctx)(c.api.ChatCreateChatThread(ctx, params, body))
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

var errNoThread = errors.New("chat: create thread: the response has no thread")

// ListThreads lists the threads of the user, the most recently active first. Deleted threads, and those that the user has left,
// are included.
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
	return newPager(c, list, threadItem)
}

// DeleteThread deletes a thread for all participants. Their listings keep it, with DeletedOn set. The error is [ErrForbidden] if
// the user is not a participant of the thread, and [ErrNotFound] if the thread does not exist.
//
// The API operation is Chat_DeleteChatThread.
func (c *Client) DeleteThread(ctx context.Context, threadID string) error {
	if err := checkID("threadID", threadID); err != nil {
		return err
	}
	params := &chatapi.ChatDeleteChatThreadParams{APIVersion: c.apiVersion}
	op := pipeline.Operation{Name: "Client.DeleteThread", Action: "chat: delete thread", Status: http.StatusNoContent}
	return pipeline.Run(ctx, c.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return c.api.ChatDeleteChatThread(ctx, threadID, params)
	})
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
