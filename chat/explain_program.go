package chat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Causes that lie with the program, and what can be said when nothing else can.

func outcomeUnknown(_ context.Context, q *inquiry) []finding {
	if !errors.Is(q.err, ErrOutcomeUnknown) {
		return nil
	}
	return []finding{{Cause{CauseOutcomeUnknown,
		"the message may or may not have been sent",
		"the request went out, and nothing told what became of it",
		"before sending it again look for it among the newest messages: ListMessages with a PageSize of 10",
	}, certain}}
}

func wrongArgument(_ context.Context, q *inquiry) []finding {
	argument, ok := errors.AsType[*ArgumentError](q.err)
	if !ok {
		return nil
	}
	return []finding{{Cause{CauseArgument,
		argument.Name + " " + argument.Reason,
		"it was refused here, before any request",
		"call again with another " + argument.Name,
	}, certain}}
}

func closed(_ context.Context, q *inquiry) []finding {
	what := "client, or the fleet it belongs to,"
	switch {
	case errors.Is(q.err, errCredentialClosed):
		what = "credential, or the fleet it belongs to,"
	case !errors.Is(q.err, ErrClosed):
		return nil
	}
	return []finding{{Cause{CauseClosed,
		"the " + what + " is closed",
		"nothing was sent",
		"close it when no more calls come, or make another one",
	}, certain}}
}

func contextEnded(_ context.Context, q *inquiry) []finding {
	switch {
	case errors.Is(q.err, context.Canceled):
		return []finding{{Cause{CauseCanceled,
			"the context of the call was cancelled",
			q.err.Error(),
			"find out who cancels it: a request handler whose caller has gone, or a deferred cancel that runs too early",
		}, certain}}
	case errors.Is(q.err, context.DeadlineExceeded):
		return []finding{{Cause{CauseTimeout,
			"no answer came in time",
			q.err.Error(),
			"allow more time, and see whether the endpoint can be reached and the credential's callback returns",
		}, certain}}
	}
	return nil
}

// tokenNotFetched: the callback failed. Where it asked the identity API, the answer of that says more.
func tokenNotFetched(_ context.Context, q *inquiry) []finding {
	cause := Cause{CauseTokenFetch,
		"no token could be fetched",
		q.fetch.cause.Error(),
		"see to the callback of the credential, or the mint function of the fleet: it runs on your side",
	}
	if errors.Is(q.fetch, errEnded) {
		cause.What = "the token that was fetched had ended by the time it came"
		cause.Fix = "have the callback fetch a new token each time, and not one it has kept"
		return []finding{{cause, likely}, {Cause{CauseClock,
			"this machine's clock is ahead",
			"by it a new token has ended already",
			"set the clock by a time server: now it is " + stamp(time.Now()),
		}, likely}}
	}
	if q.refusal != nil {
		switch q.refusal.Code {
		case "IdentityNotOwned":
			cause.What = "the user for whom a token was asked for is not one of the resource"
			cause.Fix = "use a user of the resource that the access key is of: it may have been deleted, or be of another resource"
		case "Denied":
			cause.What = "the access key is not one of the resource"
			cause.Fix = "take the connection string from the portal again: the key may have been renewed"
		}
	}
	return []finding{{cause, certain}}
}

func unexplained(_ context.Context, q *inquiry) []finding {
	cause := Cause{CauseUnknown, "nothing is known of this failure", q.err.Error(), "look at the error, and at what it unwraps to"}
	if answered()(q) {
		cause.What = fmt.Sprintf("the service answered %d %s", q.refusal.StatusCode, http.StatusText(q.refusal.StatusCode))
		cause.Fix = "give support the ids in the error: MS-CV and request"
	}
	return []finding{{cause, possible}}
}

// stamp is a moment in the form of the service.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// span is a time long enough for people.
func span(d time.Duration) string { return d.Round(time.Second).String() }
