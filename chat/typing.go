package chat

import (
	"cmp"
	"context"
	"net/http"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// SendTypingNotificationOptions are the optional settings of [ThreadClient.SendTypingNotification].
type SendTypingNotificationOptions struct {
	// SenderDisplayName is shown with the notification. Empty means none.
	SenderDisplayName string
}

// SendTypingNotification notifies the other participants that the user is typing. Each call sends a request; the service allows 5
// in ten seconds, and delivers none in a thread of more than 20 participants.
//
// The API operation is ChatThread_SendTypingNotification.
func (t *ThreadClient) SendTypingNotification(ctx context.Context, options *SendTypingNotificationOptions) error {
	if options == nil {
		options = &SendTypingNotificationOptions{}
	}
	if err := cmp.Or(t.check(), checkText("SenderDisplayName", options.SenderDisplayName)); err != nil {
		return err
	}
	params := &chatapi.ChatThreadSendTypingNotificationParams{APIVersion: t.client.apiVersion}
	body := pipeline.Encode(chatapi.SendTypingNotificationRequest{SenderDisplayName: wireText(options.SenderDisplayName)})
	op := pipeline.Operation{Name: "ThreadClient.SendTypingNotification", Action: "chat: send typing notification", Status: http.StatusOK}
	return pipeline.Run(ctx, t.client.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return t.client.api.ChatThreadSendTypingNotification(ctx, t.threadID, params, body)
	})
}
