package diagnosis

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"github.com/acschat/acs-chat-go/chat/explain"
)

// Causes for which one of several participants is not added, inside an answer that is a success.

func participantMalformed(_ context.Context, x *examination) []finding {
	if x.Refusal.Status != http.StatusBadRequest {
		return nil
	}
	return []finding{{explain.Cause{
		Kind: explain.MalformedID, What: "the id of a user is malformed",
		Evidence: x.participant() + " is not of the form " + userForm,
		Fix:      copyID,
	}, likely}}
}

func participantOfOtherResource(_ context.Context, x *examination) []finding {
	t, resource := x.token(), resourceOf(x.Refusal.Target)
	if resource == "" || t.Resource == "" || strings.EqualFold(resource, t.Resource) {
		return nil
	}
	return []finding{{ofOtherResource(x.Refusal.Target, resource, t), certain}}
}

func participantOfOtherKind(_ context.Context, x *examination) []finding {
	if x.Refusal.Status != http.StatusForbidden || x.Refusal.TargetKind == "" {
		return nil
	}
	return []finding{{explain.Cause{
		Kind: explain.ParticipantKind, What: "a participant of that kind can't be added to this thread",
		Evidence: x.participant() + " is of kind " + x.Refusal.TargetKind,
		Fix:      "add users of the resource; Microsoft Teams users are added in Teams, to threads that Teams created",
	}, likely}}
}

func participantUnknown(_ context.Context, x *examination) []finding {
	if x.Refusal.Status != http.StatusNotFound {
		return nil
	}
	return []finding{{explain.Cause{
		Kind: explain.ParticipantUnknown, What: "the user does not exist, or was deleted",
		Evidence: x.participant() + ": " + cmp.Or(x.Refusal.Message, x.Refusal.Code),
		Fix:      "create another user for this person, and keep its id",
	}, likely}}
}

func participantNotAdded(_ context.Context, x *examination) []finding {
	cause := explain.Cause{
		Kind: explain.Unknown, What: "the service did not add " + x.participant(),
		Evidence: strings.TrimSuffix(cmp.Or(x.Refusal.Message, x.Refusal.Code), "."),
		Fix:      "check whether the thread is full, and whether the user belongs to the resource",
	}
	if isUnavailable(x.Refusal.Status) || x.Refusal.Status == http.StatusTooManyRequests {
		cause.Kind, cause.Fix = explain.Unavailable, "add the participants again: this does no harm to those already added"
		return []finding{{cause, likely}}
	}
	return []finding{{cause, possible}}
}

func (x *examination) participant() string { return cmp.Or(x.Refusal.Target, "the participant") }
