package chat

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// ReadReceipt says how far somebody has read.
type ReadReceipt struct {
	// Sender is the reader.
	Sender Identifier
	// MessageID is the latest message they have read.
	MessageID string
	ReadOn    time.Time
}

// ListReadReceiptsOptions are the optional settings of [ThreadClient.ListReadReceipts].
type ListReadReceiptsOptions struct {
	// Skip leaves out as many receipts from the beginning of the list. Its bounds are those of PageSize.
	Skip int
	// PageSize is the most items of a page. 0: the service's default. Below 0 or above 2147483647 it is an [ArgumentError]; the
	// service documents no limit. It may put fewer on a page.
	PageSize int
	// ContinuationToken goes on behind a [Page]. Empty: from the beginning.
	ContinuationToken string
	// Prefetch reads the next page while the loop works on this one.
	Prefetch bool
}

// SendReadReceipt tells the others that the user has read the thread up to a message. A later one replaces it.
// In a thread of more than 20 people the service takes it and shows it to nobody.
//
// It is retried on 408, 429, 500, 502, 503, 504 and when the connection fails. An empty id is an [ArgumentError]; a refusal of
// the service is an [*Error]: [ErrForbidden] for a thread the user is not in, [ErrNotFound] for one that is not.
//
// The API operation is ChatThread_SendChatReadReceipt.
func (t *ThreadClient) SendReadReceipt(ctx context.Context, messageID string) error {
	if err := t.check(messageID); err != nil {
		return err
	}
	params := &chatapi.ChatThreadSendChatReadReceiptParams{APIVersion: t.client.apiVersion}
	body := pipeline.Encode(chatapi.SendReadReceiptRequest{ChatMessageID: messageID})
	op := pipeline.Operation{Name: "ThreadClient.SendReadReceipt", Action: "chat: send read receipt", Status: http.StatusOK}
	_, err := pipeline.Call[pipeline.NoBody](ctx, t.client.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return t.client.api.ChatThreadSendChatReadReceiptWithBody(ctx, t.threadID, params, contentTypeJSON, body)
	})
	return err
}

// ListReadReceipts lists how far everybody has read, one receipt a person. It is empty in a thread of more than 20 people.
// A negative Skip or page size, or one that is too large, is an [ArgumentError] on ranging. Nil options are the zero value.
//
// The API operation is ChatThread_ListChatReadReceipts.
func (t *ThreadClient) ListReadReceipts(options *ListReadReceiptsOptions) *Pager[ReadReceipt] {
	if options == nil {
		options = &ListReadReceiptsOptions{}
	}
	params := chatapi.ChatThreadListChatReadReceiptsParams{
		APIVersion: t.client.apiVersion, MaxPageSize: wireCount(options.PageSize), Skip: wireCount(options.Skip),
	}
	list := listing{
		Operation: pipeline.Operation{Name: "ThreadClient.ListReadReceipts", Action: "chat: list read receipts", Status: http.StatusOK},
		path:      "/chat/threads/" + t.threadID + "/readReceipts",
		invalid:   cmp.Or(t.check(), checkCount("PageSize", options.PageSize), checkCount("Skip", options.Skip)),
		first: func(ctx context.Context) (*http.Response, error) {
			return t.client.api.ChatThreadListChatReadReceipts(ctx, t.threadID, &params)
		},
		token: options.ContinuationToken, prefetch: options.Prefetch,
	}
	return newPager(t.client, list, func(page chatapi.ChatMessageReadReceiptsCollection) ([]chatapi.ChatMessageReadReceipt, *string) {
		return page.Value, page.NextLink
	}, readReceipt)
}
