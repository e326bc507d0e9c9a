package diagnosis

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/acschat/acs-chat-go/chat/explain"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// Causes in the program itself, and what is said if nothing else can be.

func outcomeUnknown(_ context.Context, x *examination) []finding {
	if !errors.Is(x.Err, pipeline.ErrOutcomeUnknown) {
		return nil
	}
	return []finding{{explain.Cause{
		Kind: explain.OutcomeUnknown, What: "the message may or may not have been sent",
		Evidence: "the request was sent, and no answer says what became of it",
		Fix:      "before sending it again, look for it among the newest messages: ListMessages with a PageSize of 10",
	}, certain}}
}

func wrongArgument(_ context.Context, x *examination) []finding {
	if x.Argument == nil {
		return nil
	}
	return []finding{{explain.Cause{
		Kind: explain.Argument, What: x.Argument.Name + " " + x.Argument.Reason,
		Evidence: "it was refused here, before any request",
		Fix:      "correct " + x.Argument.Name + " and call again",
	}, certain}}
}

func closed(_ context.Context, x *examination) []finding {
	if x.Closed == "" {
		return nil
	}
	return []finding{{explain.Cause{
		Kind: explain.Closed, What: "the " + x.Closed + ", or the fleet it belongs to, is closed",
		Evidence: "nothing was sent",
		Fix:      "close it after the last call, or make another one",
	}, certain}}
}

func contextEnded(_ context.Context, x *examination) []finding {
	switch {
	case x.Ended != nil:
		return nil // the last attempt says more
	case x.Fetch == nil && errors.Is(x.Err, context.Canceled):
		return []finding{{explain.Cause{
			Kind: explain.Canceled, What: "the context of the call was cancelled",
			Evidence: x.Err.Error(),
			Fix:      "find out what cancels it: a request handler whose caller has gone, or a deferred cancel that runs too early",
		}, certain}}
	case errors.Is(x.Err, context.DeadlineExceeded):
		return []finding{{explain.Cause{
			Kind: explain.Timeout, What: "no answer came in time",
			Evidence: x.Err.Error(),
			Fix:      "allow more time, and check that the endpoint can be reached and the credential's callback returns",
		}, certain}}
	}
	return nil
}

// notRetried is for a context that has ended after an attempt had failed. It comes after the causes of that failure.
func notRetried(x *examination) []finding {
	switch {
	case x.Ended == nil:
		return nil
	case errors.Is(x.Ended, context.Canceled):
		return []finding{{explain.Cause{
			Kind: explain.Canceled, What: "the context was cancelled before the call could be retried",
			Evidence: x.Ended.Error(),
			Fix:      "fix the cause above; if it is temporary, let the context live longer",
		}, certain}}
	}
	return []finding{{explain.Cause{
		Kind: explain.Timeout, What: "the deadline left too little time to retry",
		Evidence: x.Ended.Error(),
		Fix:      "fix the cause above; if it is temporary, allow more time",
	}, certain}}
}

// tokenNotFetched is for a callback that failed.
func tokenNotFetched(_ context.Context, x *examination) []finding {
	cause := explain.Cause{
		Kind: explain.TokenFetch, What: "no token could be fetched",
		Evidence: x.Fetch.Cause.Error(),
		Fix:      "check the callback of the credential, or the mint function of the fleet, and the server that it asks",
	}
	if x.Fetch.Expired {
		cause.What = "the fetched token had expired when it came"
		cause.Fix = "let the callback fetch a new token each time instead of returning one it has kept"
		return []finding{{cause, likely}, {explain.Cause{
			Kind: explain.Clock, What: "this machine's clock is ahead",
			Evidence: "by this clock a new token has expired already",
			Fix:      "synchronize the clock (NTP): now it is " + stamp(time.Now()),
		}, likely}}
	}
	return []finding{{cause, certain}}
}

func unexplained(_ context.Context, x *examination) []finding {
	cause := explain.Cause{
		Kind: explain.Unknown, What: "the cause of this failure is unknown",
		Evidence: x.Err.Error(),
		Fix:      "look at the error, and at what it unwraps to",
	}
	if answered()(x) {
		cause.What = fmt.Sprintf("the service answered %d %s", x.Refusal.Status, http.StatusText(x.Refusal.Status))
		cause.Fix = "give support the ids in the error: MS-CV and request"
	}
	return []finding{{cause, possible}}
}
