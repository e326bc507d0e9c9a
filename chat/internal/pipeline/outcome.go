package pipeline

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// EndedError is the error of a call whose context has ended, or whose deadline left no time for a retry, after an attempt had
// failed. It matches both errors.
type EndedError struct {
	Last  error // of the last attempt that had an outcome
	Ended error // [context.Canceled] or [context.DeadlineExceeded]
	Early bool  // the deadline had not passed yet
}

func (e *EndedError) Error() string {
	if e.Early {
		return fmt.Sprintf("%v; no time for a retry: %v", e.Last, e.Ended)
	}
	return fmt.Sprintf("%v; then %v", e.Last, e.Ended)
}

func (e *EndedError) Unwrap() []error { return []error{e.Last, e.Ended} }

// UnknownError is the error of an operation with Once set that may or may not have happened. It matches ErrOutcomeUnknown too.
type UnknownError struct{ Cause error }

func (e *UnknownError) Error() string { return fmt.Sprintf("%v: %v", e.Cause, ErrOutcomeUnknown) }

func (e *UnknownError) Unwrap() []error { return []error{e.Cause, ErrOutcomeUnknown} }

// outcome is how the last attempt of a call failed. azcore drops it if the context ends.
type outcome struct {
	err    error
	resp   *http.Response // nil: there was none
	status int            // of resp, which a policy may change
}

// remember keeps how an attempt has failed. A failure because the context of the call has ended does not replace an earlier one,
// unless it contains the reason for the wait that was ended.
func (s *shared) remember(req *policy.Request, c *call, resp *http.Response, err error) {
	ctx := req.Raw().Context()
	switch {
	case err == nil && c.succeeded(resp.StatusCode):
		return
	case err == nil:
		// Built now, because azcore discards the response before it waits.
		body := resp.Body
		c.last = outcome{s.refusal(c.in(ctx), c, resp), resp, resp.StatusCode}
		_ = body.Close() // the error has replaced it by a copy
	case ctx.Err() == nil || isEnded(err):
		c.last = outcome{err: fmt.Errorf("%s: %w", c.Action, err)}
	default:
		return
	}
	if w, ok := ctx.Value(watchKey{}).(*Watch); ok {
		last := c.last.err
		w.last.Store(&last)
	}
}

func isEnded(err error) bool {
	_, ok := errors.AsType[*EndedError](err)
	return ok
}

// ended returns the error of a call after azcore has returned err.
func (c *call) ended(ctx context.Context, err error) error {
	ended, last := ctx.Err(), c.last.err
	switch {
	case ended == nil || last == nil || c.ambiguous: // an earlier outcome says nothing about the last attempt
		return fmt.Errorf("%s: %w", c.Action, err)
	case isEnded(last):
		return last
	}
	return &EndedError{Last: last, Ended: ended}
}

// Watch learns how the attempts of the calls with a context fail, while they are in progress.
type Watch struct{ last atomic.Pointer[error] }

type watchKey struct{}

// WithWatch returns a context for calls, and their watch. origin is the context of the call that waits for them.
func WithWatch(ctx, origin context.Context) (context.Context, *Watch) {
	w := new(Watch)
	return context.WithValue(context.WithValue(ctx, originKey{}, origin), watchKey{}, w), w
}

// Failed reports whether an attempt has failed.
func (w *Watch) Failed() bool { return w.last.Load() != nil }

// Ended returns the error of a wait for the calls: ended, and how the last attempt failed, if it did.
func (w *Watch) Ended(ended error) error {
	if last := w.last.Load(); last != nil {
		return &EndedError{Last: *last, Ended: ended}
	}
	return ended
}
