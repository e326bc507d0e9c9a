package outbox

import (
	"cmp"
	"context"
	"errors"
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

// send sends a message. It waits for a limiter of package limits for as long as its patience allows.
func (r *run[Tx]) send(ctx context.Context, a *attempt) *outcome {
	options := &chat.SendMessageOnceOptions{
		SendMessageOptions: a.SendMessageOptions, ListingLag: r.options.ListingLag, SearchMargin: r.options.SearchMargin,
	}
	if a.age > 0 {
		options.Since = time.Now().Add(-a.age)
	}
	thread := r.fleet.As(a.User).ThreadClient(a.ThreadID)
	sent, err := thread.SendMessageOnce(limits.WithMaxWait(ctx, r.options.Patience), a.Key, a.Content, options)
	o := &outcome{Entry: a.Entry, state: Sent, messageID: sent.ID, err: err}
	if err != nil {
		r.judge(ctx, o)
	}
	return o
}

// judge decides what happens to a message that was not sent, or may not have been.
func (r *run[Tx]) judge(ctx context.Context, o *outcome) {
	o.state = Pending
	if errors.Is(o.err, chat.ErrOutcomeUnknown) {
		o.unknown = 1
	}
	_, invalid := errors.AsType[*chat.ArgumentError](o.err)
	switch {
	case ctx.Err() != nil:
		// The worker stops.
	case errors.Is(o.err, chat.ErrThrottled):
		o.wait = throttleWait(o.err)
	case o.unknown == 0 && (invalid || isRefusal(o.err)):
		o.state = Failed
	default:
		o.failures = 1
		o.wait = r.options.RetryDelay << min(o.Failures, 6)
	}
}

// isRefusal reports whether the service will refuse the message again.
func isRefusal(err error) bool {
	for _, refusal := range []error{chat.ErrBadRequest, chat.ErrForbidden, chat.ErrNotFound, chat.ErrTooLarge} {
		if errors.Is(err, refusal) {
			return true
		}
	}
	return false
}

// throttleWait returns when to send again after the limiter or the service has refused.
func throttleWait(err error) time.Duration {
	if exceeded, ok := errors.AsType[*limits.ExceededError](err); ok {
		return exceeded.Wait
	}
	if service, ok := errors.AsType[*chat.Error](err); ok {
		return cmp.Or(service.RetryAfter, 10*time.Second)
	}
	return time.Second
}
