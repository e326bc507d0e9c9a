package feed

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// Errors that end a range. Match them with [errors.Is].
var (
	// ErrThreadDeleted means that the thread was deleted.
	ErrThreadDeleted = errors.New("feed: the thread was deleted")
	// ErrRemoved means that the user is not a participant of the thread, or no longer.
	ErrRemoved = errors.New("feed: the user is not a participant of the thread any more")
	// ErrCursorTooOld means that changes after the cursor are missing from the listing, or older than Options.MaxAge. Read the thread from
	// Start again.
	ErrCursorTooOld = errors.New("feed: the cursor is older than the history that can be read: start again from feed.Start")
)

var (
	errRepeatedPage = errors.New("feed: the service returned the same page again")
	errEmptyPages   = fmt.Errorf("feed: the service returned %d empty pages, and a link to the next one", maxEmptyPages)
	errUnconfirmed  = errors.New("feed: the service refused a call, and does not say that the thread has ended")
	errVersion      = errors.New("feed: the service returned a message without a numeric version")
)

// isTemporary reports whether a later call may succeed: the service is busy, the network is down, or a gateway answered in place of the
// service, whose refusals have a code.
func isTemporary(err error) bool {
	if errors.Is(err, errUnconfirmed) {
		return true
	}
	if refused, ok := errors.AsType[*chat.Error](err); ok {
		switch code := refused.StatusCode; {
		case code < http.StatusBadRequest, code == http.StatusRequestTimeout, code == http.StatusTooManyRequests, code >= http.StatusInternalServerError:
			return true
		default:
			return refused.Code == "" && code != http.StatusUnauthorized
		}
	}
	if _, invalid := errors.AsType[*chat.ArgumentError](err); invalid {
		return false
	}
	return !errors.Is(err, chat.ErrClosed) && !errors.Is(err, ErrCursorTooOld) && !errors.Is(err, errVersion)
}

// cannotContinue reports whether a listing must be begun again: the service refuses the continuation token, which has expired for example, or
// its link is not one of the listing, or leads to no end.
func cannotContinue(token string, err error) bool {
	if refused, ok := errors.AsType[*chat.Error](err); ok {
		return token != "" && (refused.StatusCode == http.StatusBadRequest || refused.StatusCode == http.StatusGone)
	}
	if invalid, ok := errors.AsType[*chat.ArgumentError](err); ok {
		return token != "" && invalid.Name == "ContinuationToken"
	}
	return errors.Is(err, errRepeatedPage) || errors.Is(err, errEmptyPages)
}

// endOf explains a refusal of a thread: it was deleted, or the user was removed. Other errors are returned unchanged, temporary ones too. It
// looks for a deleted thread in the list of threads if list is set.
func endOf(ctx context.Context, thread *chat.ThreadClient, list bool, refused error) error {
	if isTemporary(refused) || !errors.Is(refused, chat.ErrForbidden) && !errors.Is(refused, chat.ErrNotFound) {
		return refused
	}
	_, err := thread.GetProperties(ctx)
	switch {
	case errors.Is(err, chat.ErrNotFound):
		return fmt.Errorf("%w: %w", ErrThreadDeleted, refused)
	case !errors.Is(err, chat.ErrForbidden):
		return fmt.Errorf("%w: %w", errUnconfirmed, refused)
	}
	if list {
		deleted, err := isListedAsDeleted(ctx, thread)
		switch {
		case err != nil:
			return fmt.Errorf("%w: %w", errUnconfirmed, refused)
		case deleted:
			return fmt.Errorf("%w: %w", ErrThreadDeleted, refused)
		}
	}
	return fmt.Errorf("%w: %w", ErrRemoved, refused)
}

// isListedAsDeleted looks for the thread in the latest page of the list of threads: a deletion moves it to the top.
func isListedAsDeleted(ctx context.Context, thread *chat.ThreadClient) (bool, error) {
	for page, err := range thread.Client().ListThreads(nil).Pages(ctx) {
		for _, item := range page.Items {
			if item.ID == thread.ThreadID() {
				return !item.DeletedOn.IsZero(), err
			}
		}
		return false, err
	}
	return false, nil
}

const (
	firstBackoff    = time.Second
	longestBackoff  = time.Minute
	throttleBackoff = 10 * time.Second // what Error.RetryAfter recommends
)

// backoff is the delay before the next call after a number of failures in a row.
func backoff(failures int, err error) time.Duration {
	delay := min(firstBackoff<<min(failures-1, 6), longestBackoff)
	if refused, ok := errors.AsType[*chat.Error](err); ok {
		delay = max(delay, min(refused.RetryAfter, 10*longestBackoff))
		if refused.RetryAfter == 0 && errors.Is(err, chat.ErrThrottled) {
			delay = max(delay, throttleBackoff)
		}
	}
	return delay
}

// logLine is the text of an error for a log.
func logLine(err error) string { return pipeline.LogLine(err.Error()) }
