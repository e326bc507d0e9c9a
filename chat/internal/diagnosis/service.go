package diagnosis

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/acschat/acs-chat-go/chat/explain"
)

// Causes in the server that answered: the service, a gateway in front of it, or another server.

// foreignAnswer: the service answers in JSON, and always with an MS-CV.
func foreignAnswer(_ context.Context, x *examination) []finding {
	r, seen := x.Refusal, x.Refusal.Seen
	answer := fmt.Sprintf("%d %s, %s, from %s", r.Status, http.StatusText(r.Status), seen.ContentType, cmp.Or(seen.Server, "an unnamed server"))
	foreign := explain.Cause{
		Kind: explain.ForeignAnswer, What: "another server than the service answers at the endpoint",
		Evidence: answer,
		Fix:      "check the endpoint, and the proxies and gateways on the way to it",
	}
	switch {
	case seen.ExpectsTLS:
		return []finding{plainHTTP(fmt.Sprintf("it expects https, and answers %d %s to http", r.Status, http.StatusText(r.Status)))}
	case r.Status >= 300 && r.Status < 400:
		foreign.What = "the endpoint redirects, and a token is sent only to the endpoint"
		foreign.Evidence = fmt.Sprintf("%d %s to %s", r.Status, http.StatusText(r.Status), cmp.Or(seen.Location, "nowhere"))
		foreign.Fix = "set the endpoint to the address of the service"
		return []finding{{foreign, certain}}
	case r.Status < 300:
		foreign.What = "the answer can't be read: it may be from another server than the service"
		return []finding{{foreign, certain}}
	case seen.Foreign && (r.Status == http.StatusBadRequest || r.Status >= http.StatusInternalServerError):
		return []finding{{explain.Cause{
			Kind: explain.Unavailable, What: "a gateway answered instead of the service",
			Evidence: answer,
			Fix:      "try again later; if it persists, check the endpoint and the proxies on the way to it",
		}, certain}}
	case seen.Foreign:
		return []finding{{foreign, certain}}
	case r.Status == http.StatusMethodNotAllowed && x.called.above == "":
		foreign.Evidence += ": the service allows the method"
		return []finding{{foreign, likely}}
	case r.CorrelationVector == "":
		foreign.Evidence += ": it has no MS-CV, which every answer of the service has"
		return []finding{{foreign, possible}}
	}
	return nil
}

// pathUnknown is for an endpoint with a path: the service has none, and gives a message if it does not find a thread.
func pathUnknown(_ context.Context, x *examination) []finding {
	if x.called.above == "" || x.Refusal.Message != "" {
		return nil
	}
	cause := explain.Cause{
		Kind: explain.ForeignAnswer, What: "the path of the endpoint does not lead to the service",
		Evidence: fmt.Sprintf("the endpoint ends in %q, and the answer is %d %s without a message of the service",
			x.called.above, x.Refusal.Status, http.StatusText(x.Refusal.Status)),
		Fix: "leave the path out of the endpoint, unless it is that of a gateway: then check how the gateway maps it",
	}
	if x.Refusal.Seen.Foreign {
		return []finding{{cause, certain}}
	}
	return []finding{{cause, likely}}
}

func tooManyRequests(_ context.Context, x *examination) []finding {
	cause := explain.Cause{
		Kind: explain.Throttled, What: "a rate limit was exceeded",
		Evidence: "the published limits differ by operation",
		Fix:      "wait a minute, and send fewer requests at a time: refused requests count too",
	}
	if limits := x.called.limits(); limits != "" {
		cause.Evidence = limits
	}
	if wait := x.Refusal.RetryAfter; wait > 0 {
		cause.Fix = fmt.Sprintf("wait %s, as the service asks, and send fewer requests at a time: refused requests count too", wait.Round(time.Millisecond))
	}
	return []finding{{cause, certain}}
}

func serviceUnavailable(_ context.Context, x *examination) []finding {
	cause := explain.Cause{
		Kind: explain.Unavailable, What: "the service is unavailable",
		Evidence: fmt.Sprintf("it answered %d %s", x.Refusal.Status, http.StatusText(x.Refusal.Status)),
		Fix:      "try again later; if it persists, give support the ids in the error: MS-CV and request",
	}
	if wait := x.Refusal.RetryAfter; wait > 0 {
		cause.Fix = fmt.Sprintf("try again in %s, as the service asks", wait.Round(time.Millisecond))
	}
	return []finding{{cause, certain}}
}

func isUnavailable(status int) bool { return slices.Contains(unavailable(), status) }

// unavailable lists the statuses that say that the service is unavailable.
func unavailable() []int {
	return []int{http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}
}
