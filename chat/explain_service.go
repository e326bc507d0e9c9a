package chat

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"time"
)

// Causes that lie with what answered: the service, its front door, or something else.

// foreignAnswer: the service answers in JSON, and nothing it says is without an MS-CV.
func foreignAnswer(_ context.Context, q *inquiry) []finding {
	e, header := q.refusal, q.refusal.response.RawResponse.Header
	said := fmt.Sprintf("%d %s, %s, from %s", e.StatusCode, http.StatusText(e.StatusCode), contentType(q.refusal.response.RawResponse),
		cmp.Or(header.Get("Server"), "a server without a name"))
	foreign := Cause{CauseForeignAnswer,
		"something else than the service answers at the endpoint",
		said,
		"check the endpoint, and the proxies and gateways on the way to it",
	}
	switch {
	case e.StatusCode >= 300 && e.StatusCode < 400:
		foreign.What = "the endpoint leads elsewhere, and a token goes nowhere but to the endpoint"
		foreign.Evidence = fmt.Sprintf("%d %s to %s", e.StatusCode, http.StatusText(e.StatusCode), cmp.Or(header.Get("Location"), "nowhere"))
		foreign.Fix = "set the endpoint to where the service is"
		return []finding{{foreign, certain}}
	case e.StatusCode < 300:
		foreign.What = "the answer can't be read: something else than the service may have given it"
		return []finding{{foreign, certain}}
	case e.foreign && (e.StatusCode == http.StatusBadRequest || e.StatusCode >= http.StatusInternalServerError):
		return []finding{{Cause{CauseUnavailable,
			"the front door answered, and not the service behind it",
			said,
			"try again later; if it goes on, check the endpoint and the proxies on the way to it",
		}, certain}}
	case e.foreign:
		return []finding{{foreign, certain}}
	case e.CorrelationVector == "":
		foreign.Evidence += ": it has no MS-CV, which the service gives with every answer"
		return []finding{{foreign, possible}}
	}
	return nil
}

// pathLeadsNowhere: the service has nothing in front of its own path, and says something of what is not there.
func pathLeadsNowhere(_ context.Context, q *inquiry) []finding {
	if q.called.above == "" || !q.refusal.silent() {
		return nil
	}
	cause := Cause{CauseForeignAnswer,
		"the path of the endpoint does not lead to the service",
		fmt.Sprintf("the endpoint ends in %q, and the answer is %d %s without an error of the service",
			q.called.above, q.refusal.StatusCode, http.StatusText(q.refusal.StatusCode)),
		"leave the path out of the endpoint, unless it is the one of a gateway: then check how that maps it",
	}
	if q.refusal.foreign {
		return []finding{{cause, certain}}
	}
	return []finding{{cause, likely}}
}

func tooManyRequests(_ context.Context, q *inquiry) []finding {
	cause := Cause{CauseThrottled,
		"too many requests in a time",
		"the published limits differ by operation",
		"wait a minute, and send fewer at a time: also refused requests count",
	}
	if q.called.limit != "" {
		cause.Evidence = fmt.Sprintf("to %s is allowed %s", q.called.name, q.called.limit)
	}
	if wait := q.refusal.RetryAfter; wait > 0 {
		cause.Fix = fmt.Sprintf("wait %s, as the service asks, and send fewer at a time: also refused requests count", wait.Round(time.Millisecond))
	}
	return []finding{{cause, certain}}
}

func serviceDown(_ context.Context, q *inquiry) []finding {
	cause := Cause{CauseUnavailable,
		"the service can't answer now",
		fmt.Sprintf("it answered %d %s", q.refusal.StatusCode, http.StatusText(q.refusal.StatusCode)),
		"try again later; if it goes on, give support the ids in the error: MS-CV and request",
	}
	if wait := q.refusal.RetryAfter; wait > 0 {
		cause.Fix = fmt.Sprintf("try again in %s, as the service asks", wait.Round(time.Millisecond))
	}
	return []finding{{cause, certain}}
}
