package chatmatchers

import (
	"context"
	"fmt"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// readTimeout bounds reading a thread. Gomega passes no context to matchers.
const readTimeout = 10 * time.Second

// read returns a list of a thread, which it reads if actual is a client.
func read[T any](actual any, listing func(*chat.ThreadClient) *chat.Pager[T]) ([]T, error) {
	switch a := actual.(type) {
	case []T:
		return a, nil
	case *chat.ThreadClient:
		ctx, cancel := context.WithTimeout(context.Background(), readTimeout) //nolint:forbidigo // there is no context of a caller
		defer cancel()
		return listing(a).Collect(ctx, 0)
	}
	return nil, fmt.Errorf("a thread must be a *chat.ThreadClient or %T, not %T", []T(nil), actual)
}
