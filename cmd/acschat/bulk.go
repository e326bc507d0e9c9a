package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/pace"
)

// bulk is work of many pieces: it keeps to the service's limits, shows how far it is, and can be interrupted between pieces.
type bulk struct {
	noun  string // what is counted, "messages"
	total int    // 0: not known
	batch int    // pieces a request
	skip  int    // pieces done before

	pacer    *pace.Pacer
	progress *progress
	done     int // pieces behind us, those done before among them
}

// maxThrottled is how often in a row the service may refuse a request because there are too many.
const maxThrottled = 10

// step makes a request for so many pieces, when the limits allow it, and again when the service says that there were too many.
// An interrupt before the request ends it with the context's error; one that comes later lets the request finish.
func (b *bulk) step(ctx context.Context, pieces int, request func(context.Context) error) (err error) {
	for range maxThrottled {
		if err := b.wait(ctx); err != nil {
			return err
		}
		err = finish(ctx, request)
		if !errors.Is(err, chat.ErrThrottled) {
			b.pacer.Sent(time.Now())
			break
		}
		b.pacer.Throttled(time.Now(), retryAfter(err))
	}
	if err == nil {
		b.done += pieces
	}
	b.progress.show(b.done, b.left())
	return err
}

// wait returns when the next request may go out, and shows how the time goes by.
func (b *bulk) wait(ctx context.Context) error {
	for {
		delay := b.pacer.Delay(time.Now())
		if err := ctx.Err(); err != nil || delay == 0 {
			return err
		}
		b.progress.show(b.done, b.left())
		select {
		case <-time.After(min(delay, time.Second)):
		case <-ctx.Done():
		}
	}
}

// left is how long the rest takes by the limits, 0 when it is not known how much that is.
func (b *bulk) left() time.Duration {
	if b.total == 0 {
		return 0
	}
	rest := b.total - b.done
	return b.pacer.Left(time.Now(), (rest+b.batch-1)/b.batch)
}

// grace is how long a request under way may take to finish after an interrupt.
const grace = 3 * time.Second

// finish makes a request that an interrupt does not cut off: what became of it would not be known.
// Too many requests are the pacer's business, and not retried below.
func finish(interrupted context.Context, request func(context.Context) error) error {
	ctx, cancel := context.WithCancel(context.WithoutCancel(interrupted))
	defer cancel()
	release := context.AfterFunc(interrupted, func() { time.AfterFunc(grace, cancel) })
	defer release()
	return request(policy.WithRetryOptions(ctx, policy.RetryOptions{
		TryTimeout: time.Minute,
		StatusCodes: []int{
			http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway,
			http.StatusServiceUnavailable, http.StatusGatewayTimeout,
		},
	}))
}

// stopped says how far the work came and how to go on. verb is what was done to the pieces: "sent".
func (b *bulk) stopped(verb string, refused []string, cause error) error {
	if b.done == b.skip {
		return cause
	}
	of := ""
	if b.total > 0 {
		of = fmt.Sprintf(" of %d", b.total)
	}
	next := fmt.Sprintf("Go on with the same command and --skip %d.", b.done)
	if errors.Is(cause, chat.ErrOutcomeUnknown) {
		next = fmt.Sprintf("Number %d may have gone out: look with acschat message list --limit 3. If it has, go on with --skip %d, if not with --skip %d.",
			b.done+1, b.done+1, b.done)
	}
	return &partialError{
		summary: fmt.Sprintf("%s %d%s %s", verb, b.done-len(refused), of, b.noun), refused: refused, next: next, cause: cause,
	}
}
