package chat

import (
	"context"
	"fmt"
	"net"
	"strings"
	"time"
)

// Causes of a 401. The service says nothing with it; the token, the two clocks and the endpoint say the rest.

func tokenForeign(_ context.Context, q *inquiry) []finding {
	t := q.token
	switch {
	case !t.readable:
		return []finding{{Cause{CauseTokenUnreadable,
			"the service does not take the token",
			"its claims can't be read here, so that nothing more can be said of it",
			"send a user access token of Communication Services, the text that the identity API calls token",
		}, likely}}
	case t.user != "":
		return nil
	}
	evidence, weight := "it has no claim skypeid, which names the user", likely
	if t.issuer != "" {
		evidence, weight = evidence+", and is issued by "+t.issuer, certain
	}
	return []finding{{Cause{CauseTokenForeign,
		"the token is not one of Communication Services",
		evidence,
		"exchange it: package identity makes user access tokens, of a Microsoft Entra token as well",
	}, weight}}
}

// tokenEnded goes by the service's clock, which is the one that counts.
func tokenEnded(_ context.Context, q *inquiry) []finding {
	t := q.token
	now := q.now()
	if t.expires.IsZero() || t.expires.After(now) {
		return nil
	}
	const delay = 30 * time.Second // an answer may have been on its way so long
	if behind := now.Sub(q.came); t.expires.After(q.came) && behind > delay {
		return []finding{{Cause{CauseClock,
			"this machine's clock is " + span(behind) + " behind, so that the token has ended without anybody here noticing",
			fmt.Sprintf("the token ended on %s; then it was %s at the service and %s here", stamp(t.expires), stamp(now), stamp(q.came)),
			"set the clock by a time server",
		}, certain}}
	}
	cause := Cause{CauseTokenExpired,
		"the token has expired",
		fmt.Sprintf("it ended %s before the answer, on %s", span(now.Sub(t.expires)), stamp(t.expires)),
		"fetch a new token; a credential of NewTokenCredential does so by itself, in time",
	}
	if t.told.After(t.expires.Add(delay)) {
		cause.Evidence += ", and the credential was told that it lasts until " + stamp(t.told)
		cause.Fix = "leave ExpiresOn zero, and it is read from the token"
	}
	return []finding{{cause, certain}}
}

// tokenRefused: it was good by both clocks. One that the service took before can't be of another resource; of one that it never
// took, that comes before somebody's having revoked it.
func tokenRefused(_ context.Context, q *inquiry) []finding {
	t := q.token
	if !t.readable || t.user == "" || !t.expires.IsZero() && !t.expires.After(q.now()) {
		return nil
	}
	evidence := "it does not say when it ends"
	if !t.expires.IsZero() {
		evidence = fmt.Sprintf("it had %s left, and is of %s", span(t.expires.Sub(q.now())), t.user)
	}
	revoked := finding{Cause{CauseTokenRevoked,
		"the token was revoked, or its user was deleted",
		evidence,
		"issue another token, and see that the user still exists",
	}, possible}
	if t.accepted {
		revoked.Evidence += "; the service took it before"
		revoked.weight = likely
		return []finding{revoked}
	}
	resource := finding{Cause{CauseTokenResource,
		"the token is of another resource than the endpoint",
		"it is of the resource " + t.resource,
		"compare that with the immutable resource id of the endpoint's resource, and take both from the same one",
	}, possible}
	switch location := locationIn(q.called.host); {
	case t.location != "" && location != "" && !strings.EqualFold(t.location, location):
		resource.Evidence += fmt.Sprintf(" in %s, and the endpoint is in %s", t.location, location)
		resource.weight = likely
	case resourceOf(t.user) != "" && !strings.EqualFold(resourceOf(t.user), t.resource):
		resource.Evidence += ", and its user of " + resourceOf(t.user)
		resource.weight = likely
	}
	return []finding{resource, revoked}
}

// now is the service's clock when it answered or, where that is not known, this machine's.
func (q *inquiry) now() time.Time {
	if q.serviceTime.IsZero() {
		return q.came
	}
	return q.serviceTime
}

// locationIn is where a resource is by the name of its host, "fabrikam.unitedstates.communication.azure.com"; "" where that
// does not tell.
func locationIn(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	labels := strings.Split(strings.ToLower(host), ".")
	if len(labels) < 3 || labels[2] != "communication" {
		return ""
	}
	return labels[1]
}
