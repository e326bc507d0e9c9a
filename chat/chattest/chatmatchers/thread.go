package chatmatchers

import (
	"context"
	"fmt"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// readTimeout bounds the reading of a thread. Gomega has no context for a matcher.
const readTimeout = 10 * time.Second

// read reads a listing of a thread, unless it has been read already.
func read[T any](actual any, listing func(*chat.ThreadClient) *chat.Pager[T]) ([]T, error) {
	switch a := actual.(type) {
	case []T:
		return a, nil
	case *chat.ThreadClient:
		ctx, cancel := context.WithTimeout(context.Background(), readTimeout) //nolint:forbidigo // there is no caller's
		defer cancel()
		return listing(a).Collect(ctx, 0)
	}
	return nil, fmt.Errorf("a thread is a *chat.ThreadClient or a %T, not a %T", []T(nil), actual)
}
