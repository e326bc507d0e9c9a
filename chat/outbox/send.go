package outbox

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/limits"
)

// outcome is that of an attempt to send a message.
type outcome struct {
	Entry

	state     State // Pending if it is to be repeated
	messageID string
	err       error
	wait      time.Duration // until it is repeated
	failures  int           // 1 if it counts for the delay of the next repetition
	unknown   int           // 1 if the message may have been sent
}

// send sends the next message. It waits for a limiter of package limits for as long as its patience allows, but after an attempt with an
// unknown outcome as long as it takes: a search for the message that is given up would begin again.
func (s *step[Tx]) send(ctx context.Context) *outcome {
	a := s.next
	options := &chat.SendMessageOnceOptions{
		SendMessageOptions: a.SendMessageOptions, ListingLag: s.options.ListingLag, SearchMargin: s.options.SearchMargin, BeforeSend: s.checkAgain,
	}
	sending := ctx
	if a.age > 0 {
		options.Since = time.Now().Add(-a.age)
	} else {
		sending = limits.WithMaxWait(ctx, s.options.Patience)
	}
	sent, err := s.fleet.As(a.User).ThreadClient(a.ThreadID).SendMessageOnce(sending, a.Key, a.Content, options)
	o := &outcome{Entry: a.Entry, state: Sent, messageID: sent.ID, err: err}
	if err != nil {
		s.judge(ctx, o)
	}
	return o
}

// judge decides what happens to a message that was not sent, or may not have been.
func (s *step[Tx]) judge(ctx context.Context, o *outcome) {
	o.state = Pending
	if errors.Is(o.err, chat.ErrOutcomeUnknown) {
		o.unknown = 1
	}
	switch {
	case ctx.Err() != nil:
		// The worker stops.
	case errors.Is(o.err, chat.ErrThrottled):
		o.wait = min(throttleWait(o.err), s.options.longestWait())
	case isPermanent(o.err), s.options.GiveUpAfter >= 0 && s.next.failing > s.options.GiveUpAfter:
		o.state = Failed
	default:
		o.failures = 1
		o.wait = s.options.RetryDelay << min(o.Failures, maxDoublings)
	}
}

// isPermanent reports whether another attempt would fail as well, because of the message: the service has refused it, or does not show
// whether it was sent.
func isPermanent(err error) bool {
	switch {
	case errors.Is(err, chat.ErrNoToken): // also if the error contains a refusal of the identity API
		return false
	case errors.Is(err, chat.ErrOutcomeUnknown): // a refusal is that of a listing
		return errors.Is(err, chat.ErrUndecidable) || errors.Is(err, chat.ErrForbidden) || errors.Is(err, chat.ErrNotFound)
	}
	if _, invalid := errors.AsType[*chat.ArgumentError](err); invalid {
		return true
	}
	service, ok := errors.AsType[*chat.Error](err)
	return ok && isRefusal(service.StatusCode)
}

// isRefusal reports whether a status says that the service will refuse the message again.
func isRefusal(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusProxyAuthRequired, http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return status >= 400 && status < 500
}

// maxDoublings is how often the delay of a repetition doubles.
const maxDoublings = 6

// longestWait is the longest time from an attempt to send a message to the next one.
func (o *Options) longestWait() time.Duration {
	return max(maxThrottleWait, o.RetryDelay<<maxDoublings)
}

// maxThrottleWait limits what a response can ask for, so that it cannot stop a thread.
const maxThrottleWait = 10 * time.Minute

// throttleWait returns when to send again after the limiter or the service has refused.
func throttleWait(err error) time.Duration {
	if exceeded, ok := errors.AsType[*limits.ExceededError](err); ok {
		return exceeded.Wait
	}
	if service, ok := errors.AsType[*chat.Error](err); ok {
		return min(cmp.Or(service.RetryAfter, 10*time.Second), maxThrottleWait)
	}
	return time.Second
}
