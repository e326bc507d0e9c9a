package chat

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// ReadReceipt reports which message of a thread a participant read last.
type ReadReceipt struct {
	// Sender is the participant who read the message.
	Sender Identifier
	// MessageID is the message that the participant read last, which may be older than one read before.
	MessageID string
	ReadOn    time.Time
}

// ListReadReceiptsOptions are the optional settings of [ThreadClient.ListReadReceipts].
type ListReadReceiptsOptions struct {
	// Skip is the number of receipts to skip at the start of the list.
	Skip int
	// PageSize is the maximum number of items per page. 0 means the default of the service. A page may have fewer items. The service
	// documents no maximum; a thread has at most 20 receipts.
	PageSize int
	// ContinuationToken resumes the listing after a [Page]. Empty means from the beginning.
	ContinuationToken string
	// Prefetch requests the next page while the caller handles the current one.
	Prefetch bool
}

// SendReadReceipt reports that the user has read the thread up to a message, and replaces the previous receipt. In a thread of
// more than 20 participants the service accepts a receipt and does not keep it. The error is [ErrNotFound] if the message does
// not exist.
//
// The API operation is ChatThread_SendChatReadReceipt.
func (t *ThreadClient) SendReadReceipt(ctx context.Context, messageID string) error {
	if err := t.check(messageID); err != nil {
		return err
	}
	params := &chatapi.ChatThreadSendChatReadReceiptParams{APIVersion: t.client.apiVersion}
	body := pipeline.Encode(chatapi.SendReadReceiptRequest{ChatMessageID: messageID})
	op := pipeline.Operation{Name: "ThreadClient.SendReadReceipt", Action: "chat: send read receipt", Status: http.StatusOK}
	return pipeline.Run(ctx, t.client.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return t.client.api.ChatThreadSendChatReadReceipt(ctx, t.threadID, params, body)
	})
}

// ListReadReceipts lists the latest receipt of each participant. Pages are counted by position, as those of ListParticipants. A thread of
// more than 20 participants has no receipts.
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
	return newPager(t.client, list, readReceipt)
}
