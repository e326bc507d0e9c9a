package redact_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/acschat/acs-chat-go/chat/redact"
)

func ExampleText() {
	fmt.Println(redact.Text("cannot use endpoint=https://contoso.communication.azure.com/;accesskey=c2VjcmV0c2VjcmV0"))
	// Output: cannot use endpoint=https://contoso.communication.azure.com/;accesskey=[redacted]
}

// A log without tokens, keys and signatures, whatever is logged.
func ExampleText_slog() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			switch {
			case a.Key == slog.TimeKey:
				return slog.Attr{}
			case a.Value.Kind() == slog.KindString:
				a.Value = slog.StringValue(redact.Text(a.Value.String()))
			}
			return a
		},
	}))
	logger.InfoContext(context.Background(), "request", "authorization", "Bearer eyJhbGciOiJub25lIn0.eyJleHAiOjF9.c2ln", "status", 401)
	// Output: level=INFO msg=request authorization="Bearer [redacted]" status=401
}
