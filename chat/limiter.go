package chat

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// Limiter delays the requests of clients so that they stay within rate limits. Package limits has one. Methods are called concurrently.
type Limiter interface {
	// Wait is called before each attempt to send a request, including retries, and returns when the attempt may be sent. With an error
	// nothing is sent and the call fails; it should match [ErrThrottled] if the wait would not end before the deadline of the context.
	//
	// Otherwise the client calls answered once, with the status of the response and the delay that it requests, or with 0 and 0 if there is
	// no response.
	Wait(ctx context.Context, request LimitedRequest) (answered func(status int, retryAfter time.Duration), err error)
}

// LimitedRequest is what the limits of a request depend on.
type LimitedRequest struct {
	// Operation is the id of the API operation, such as "ChatThread_SendChatMessage", which the documentation of a method names. It is
	// empty for requests that are not published, such as those of package realtime.
	Operation string
	// User is the raw id of the user, "" if the claims of the token cannot be read and for the identity API.
	User string
	// Thread is the id of the thread, "" if the operation has none.
	Thread string
}

// limitOf returns what the pipeline calls for a limiter, nil for nil.
func limitOf(limiter Limiter) pipeline.Limit {
	if limiter == nil {
		return nil
	}
	var known atomic.Pointer[string] // the user of a client that has only one
	return func(attempt *pipeline.Attempt) (func(int, time.Duration), error) {
		request := LimitedRequest{}
		request.Operation, request.Thread = attempt.Published()
		if user, ok := attempt.Caller().(CommunicationUser); ok {
			request.User = user.RawID()
		} else if user := known.Load(); user != nil {
			request.User = *user
		} else if request.User = userOf(attempt.Token()); request.User != "" {
			known.Store(new(request.User))
		}
		return limiter.Wait(attempt.Request.Context(), request)
	}
}
