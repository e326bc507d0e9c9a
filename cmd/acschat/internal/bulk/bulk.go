// Package bulk runs work of many requests: within the rate limits of the service, with progress, and with an orderly end when it is
// interrupted.
package bulk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/limits"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// Work is work of many items. It is not safe for concurrent use.
type Work struct {
	Noun  string // what is counted, "messages"
	Total int    // 0: unknown
	Batch int    // items per request
	Skip  int    // items done by an earlier run

	Limiter  *limits.Limiter // of the client that makes the requests, wrapped in a Limiter; nil: it has none
	Progress *show.Progress
	Done     int // items done, including those of an earlier run

	Grace time.Duration // how long a request may take after an interrupt

	latest    chat.LimitedRequest // the request that the limiter was asked for
	notBefore time.Time           // without a limiter: as the service has asked
	backoff   time.Duration       // without a limiter: the last wait, if it did not say how long
}

// maxThrottled is how often in a row the service may throttle a request.
const maxThrottled = 10

// Step makes a request for a number of items as soon as the limits allow, and repeats it while the service throttles it.
// An interrupt before the request is sent ends Step with the context's error. One during the request lets it finish.
func (w *Work) Step(ctx context.Context, items int, request func(context.Context) error) (err error) {
	for range maxThrottled {
		if err := w.rest(ctx); err != nil {
			return err
		}
		err = w.finish(ctx, request)
		if !errors.Is(err, chat.ErrThrottled) {
			w.backoff = 0
			break
		}
		w.throttled(retryAfter(err))
	}
	if err == nil {
		w.Done += items
	}
	w.Show()
	return err
}

// Show updates the progress.
func (w *Work) Show() { w.Progress.Show(w.Done, w.left()) }

// left returns how long the limits make the rest take, 0 if the total is unknown.
func (w *Work) left() time.Duration {
	if w.Total == 0 || w.Limiter == nil {
		return 0
	}
	plan, err := w.Limiter.Plan(context.Background(), w.latest, requestsFor(w.Total-w.Done, w.Batch))
	if err != nil {
		return 0
	}
	return plan.Wait
}

// finish makes a request that an interrupt does not cancel once it is sent, because its outcome would be unknown.
// Step handles throttling, so the client does not retry it.
func (w *Work) finish(interrupted context.Context, request func(context.Context) error) error {
	ctx, cancel := context.WithCancel(context.WithoutCancel(interrupted))
	defer cancel()
	release := context.AfterFunc(interrupted, func() { time.AfterFunc(w.Grace, cancel) })
	defer release()
	step := &step{work: w, interrupted: interrupted}
	err := request(policy.WithRetryOptions(context.WithValue(ctx, stepKey{}, step), policy.RetryOptions{
		TryTimeout: time.Minute,
		StatusCodes: []int{
			http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway,
			http.StatusServiceUnavailable, http.StatusGatewayTimeout,
		},
	}))
	if step.ended {
		return interrupted.Err()
	}
	return err
}

// retryAfter returns how long the service asks to wait, 0 if it does not.
func retryAfter(err error) time.Duration {
	if refusal, ok := errors.AsType[*chat.Error](err); ok {
		return refusal.RetryAfter
	}
	return 0
}

// Stopped returns the error of work that ended early, with how to continue. verb is what was done to the items: "sent".
func (w *Work) Stopped(verb string, refused []string, cause error) error {
	if w.Done == w.Skip {
		return cause
	}
	of := ""
	if w.Total > 0 {
		of = fmt.Sprintf(" of %d", w.Total)
	}
	next := fmt.Sprintf("Continue with the same command and --skip %d.", w.Done)
	if errors.Is(cause, chat.ErrOutcomeUnknown) {
		next = fmt.Sprintf("Number %d may have been sent: check with acschat message list --limit 3. If it was, continue with --skip %d, otherwise with --skip %d.",
			w.Done+1, w.Done+1, w.Done)
	}
	return &cli.PartialError{
		Summary: fmt.Sprintf("%s %d%s %s", verb, w.Done-len(refused), of, w.Noun), Refused: refused, Next: next, Cause: cause,
	}
}
