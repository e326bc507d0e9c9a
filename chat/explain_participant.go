package chat

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"
)

// Causes for which one of several participants is not added, inside an answer that is a success.

func personMalformed(_ context.Context, q *inquiry) []finding {
	if q.refusal.StatusCode != http.StatusBadRequest {
		return nil
	}
	return []finding{{Cause{CauseMalformedID,
		"the id of a user is malformed",
		q.person() + " is not of the form " + userForm,
		"copy the id as a whole, as the service gave it",
	}, likely}}
}

func personOfOtherResource(_ context.Context, q *inquiry) []finding {
	resource := resourceOf(q.refusal.Target)
	if resource == "" || q.token.resource == "" || strings.EqualFold(resource, q.token.resource) {
		return nil
	}
	return []finding{{strangerCause(q.refusal.Target, resource, q.token), certain}}
}

func personOfOtherKind(_ context.Context, q *inquiry) []finding {
	if !errors.Is(q.refusal, ErrForbidden) || q.refusal.Target == "" {
		return nil
	}
	kind := ParseRawID(q.refusal.Target).Kind()
	if kind == IdentifierKindCommunicationUser {
		return nil
	}
	return []finding{{Cause{CauseParticipantKind,
		"somebody of that kind can't be added to this thread",
		q.person() + " is of kind " + string(kind),
		"add users of the resource; people of Microsoft Teams are added in Teams, to threads that Teams has made",
	}, likely}}
}

func personUnknown(_ context.Context, q *inquiry) []finding {
	if !errors.Is(q.refusal, ErrNotFound) {
		return nil
	}
	return []finding{{Cause{CauseParticipantUnknown,
		"there is no such user, or not any more",
		q.person() + ": " + cmp.Or(q.refusal.Message, q.refusal.Code),
		"make another user for this person, and keep its id",
	}, likely}}
}

func personRefused(_ context.Context, q *inquiry) []finding {
	cause := Cause{CauseUnknown,
		"the service did not add " + q.person(),
		strings.TrimSuffix(cmp.Or(q.refusal.Message, q.refusal.Code), "."),
		"see whether the thread is full, and whether the user is one of the resource",
	}
	if errors.Is(q.refusal, ErrUnavailable) || errors.Is(q.refusal, ErrThrottled) {
		cause.Kind, cause.Fix = CauseUnavailable, "add them again: those who are in are not disturbed"
		return []finding{{cause, likely}}
	}
	return []finding{{cause, possible}}
}

func (q *inquiry) person() string { return cmp.Or(q.refusal.Target, "the participant") }
