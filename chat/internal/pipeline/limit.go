package pipeline

import (
	"fmt"
	"net/http"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/operations"
)

// Limit waits until an attempt may be sent. The function it returns is called with the status of the response and the delay that it
// requests, both 0 if there is no response.
type Limit func(*Attempt) (answered func(status int, retryAfter time.Duration), err error)

// Published returns the id of the published operation that the request calls, "" if there is none, and its thread.
func (a *Attempt) Published() (id, thread string) {
	if a.call.TokenHeader != "" {
		return "", "" // a request to another service
	}
	op, _, arguments := operations.Match(a.Request.Method, a.Request.URL.EscapedPath())
	return op.ID, arguments["chatThreadId"]
}

// sendWithinLimit sends the request as soon as the limit allows. An error of the limit is final, and does not hide why an earlier
// attempt has failed.
func (a *Attempt) sendWithinLimit() (resp *http.Response, err error) {
	answered, err := a.limit(a)
	switch ended := a.Request.Context().Err(); {
	case err == nil:
	case ended != nil:
		return nil, err
	case a.call.last.err != nil:
		return nil, Final{fmt.Errorf("%w; the attempt before failed: %w", err, a.call.last.err)}
	default:
		return nil, Final{err}
	}
	defer func() { // also if a transport ends the goroutine
		if resp == nil {
			answered(0, 0)
		} else {
			answered(resp.StatusCode, RetryAfter(resp.Header))
		}
	}()
	return a.sendChecked()
}
