package explain_test

import (
	"context"
	"log/slog"
	"os"

	"github.com/acschat/acs-chat-go/chat"
)

func ExampleExplanation_LogValue() {
	withoutTime := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: withoutTime}))

	ctx := context.Background()

	client, err := chat.NewClient("contoso.communication.azure.com", nil, nil)
	if err != nil {
		logger.ErrorContext(ctx, "no chat", "why", client.Explain(ctx, "", err)) // of no client, for there is none
	}
	// Output:
	// level=ERROR msg="no chat" why.1.kind=argument why.1.what="endpoint must be a URL such as \"https://<resource>.communication.azure.com\"" why.1.evidence="it was refused here, before any request" why.1.fix="correct endpoint and call again"
}
