package diagnosis

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/acschat/acs-chat-go/chat/explain"
	"github.com/acschat/acs-chat-go/chat/internal/operations"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// Explain works out what may have caused a failure. It finds at least one cause. A nil prober reads nothing.
func Explain(ctx context.Context, facts Facts, prober Prober) explain.Explanation {
	return explain.Explanation{Causes: newExamination(facts, prober).causes(ctx)}
}

// examination looks into one failure.
type examination struct {
	Facts
	prober Prober          // may be nil
	called calledOperation // what was refused
	// threadID is the thread of the request or, without one, that of the caller; may be empty.
	threadID string

	probed bool
	state  *threadState // nil: not known
}

// rule is one possible cause: when to consider it, and how to look for it. It finds nothing if that is not the cause.
type rule struct {
	when func(*examination) bool
	find func(context.Context, *examination) []finding
}

// finding is a cause and how likely it is.
type finding struct {
	explain.Cause
	weight weight
}

type weight int

const (
	possible weight = iota
	likely
	certain
)

// rules are those that are always asked. Findings of equal weight stay in this order.
func rules() []rule {
	return []rule{
		{always, outcomeUnknown},
		{always, wrongArgument},
		{always, closed},

		{noAnswer, unanswered},

		{answeredByChat(http.StatusUnauthorized), tokenForeign},
		{answeredByChat(http.StatusUnauthorized), tokenExpired},
		{answeredByChat(http.StatusUnauthorized), tokenRefused},

		{answeredByChat(http.StatusForbidden), scopeMissing},
		{answeredByChat(http.StatusForbidden), participantsOfOtherResource},
		{answeredByChat(http.StatusForbidden), threadClosedToUser},
		{answeredByChat(http.StatusForbidden), messageOfAnother},
		{answeredByChat(http.StatusForbidden), notAllowed},

		{answeredByIdentity(http.StatusUnauthorized), userUnknown},
		{answeredByIdentity(http.StatusUnauthorized), signatureRefused},
		{answeredByIdentity(http.StatusUnauthorized, http.StatusForbidden), entraTokenRefused},

		{answered(http.StatusNotFound, http.StatusMethodNotAllowed), pathUnknown},
		{answeredByChat(http.StatusNotFound), threadGone},
		{answeredByChat(http.StatusNotFound), messageGone},

		{answered(http.StatusBadRequest), versionUnknown},
		{answeredByChat(http.StatusBadRequest), idMalformed},
		{answeredByChat(http.StatusBadRequest), tooManyParticipants},
		{answeredByChat(http.StatusBadRequest), metadataTooLarge},
		{answeredByChat(http.StatusBadRequest), retentionRefused},
		{answeredByChat(http.StatusBadRequest), typeRefused},
		{answeredByIdentity(http.StatusBadRequest), scopeUnknown},
		{answeredByChat(http.StatusRequestEntityTooLarge), tooLarge},
		{answered(http.StatusTooManyRequests), tooManyRequests},
		{answered(unavailable()...), serviceUnavailable},
		{answered(), foreignAnswer},

		{participantRefused, participantMalformed},
		{participantRefused, participantOfOtherResource},
		{participantRefused, participantOfOtherKind},
		{participantRefused, participantUnknown},
	}
}

// lastRules are asked in order until one finds something. The last always does.
func lastRules() []rule {
	return []rule{
		{answered(http.StatusBadRequest), requestRefused},
		{participantRefused, participantNotAdded},
		{noToken, tokenNotFetched},
		{always, unexplained},
	}
}

func always(*examination) bool { return true }

func noToken(x *examination) bool { return x.Fetch != nil }

// noAnswer is whether no server answered: to the request or, if no token could be fetched, to the callback of the credential.
func noAnswer(x *examination) bool {
	switch {
	case x.Refusal != nil:
		return false
	case x.Fetch == nil:
		return true
	}
	_, ok := errors.AsType[net.Error](x.Fetch.Cause)
	return ok
}

// answered is whether one of the APIs answered with one of the statuses or, with none given, at all.
func answered(statuses ...int) func(*examination) bool {
	return func(x *examination) bool {
		return (x.Fetch == nil || x.isIdentity()) && x.Refusal != nil && !x.Refusal.Participant &&
			(len(statuses) == 0 || slices.Contains(statuses, x.Refusal.Status))
	}
}

func answeredByChat(statuses ...int) func(*examination) bool {
	return func(x *examination) bool { return answered(statuses...)(x) && !x.isIdentity() }
}

func answeredByIdentity(statuses ...int) func(*examination) bool {
	return func(x *examination) bool { return answered(statuses...)(x) && x.isIdentity() }
}

// isIdentity reports whether the identity API answered: by the request or, if that is not known, because a token was fetched.
func (x *examination) isIdentity() bool {
	switch {
	case x.Refusal == nil || x.Refusal.Participant:
		return false
	case x.Refusal.Seen.Path == "":
		return x.Fetch != nil
	case x.called.ID != "":
		return x.called.Scopes == nil
	}
	return operations.IsIdentityPath(x.Refusal.Seen.Path)
}

// participantRefused is whether the error is about one participant, inside an answer that is a success.
func participantRefused(x *examination) bool {
	return x.Fetch == nil && x.Refusal != nil && x.Refusal.Participant
}

func newExamination(facts Facts, prober Prober) *examination {
	x := &examination{Facts: facts, prober: prober, threadID: facts.ThreadID}
	if facts.Refusal != nil {
		seen := facts.Refusal.Seen
		x.called = operationCalled(seen.Method, seen.Host, seen.Path)
	}
	if x.called.Name != "" {
		x.threadID = x.called.threadID
	}
	return x
}

// causes asks every rule and puts the findings in order.
func (x *examination) causes(ctx context.Context) []explain.Cause {
	var found []finding
	for _, r := range rules() {
		if r.when(x) {
			found = append(found, r.find(ctx, x)...)
		}
	}
	for _, r := range lastRules() {
		if len(found) == 0 && r.when(x) {
			found = r.find(ctx, x)
		}
	}
	slices.SortStableFunc(found, func(a, b finding) int { return cmp.Compare(b.weight, a.weight) })
	if found[0].weight == certain {
		found = slices.DeleteFunc(found, func(f finding) bool { return f.weight != certain })
	}
	found = append(found, notRetried(x)...)
	causes := make([]explain.Cause, len(found))
	for i, f := range found {
		line := pipeline.LogLine // the text may have come from anywhere
		causes[i] = explain.Cause{Kind: f.Kind, What: line(f.What), Evidence: line(f.Evidence), Fix: line(f.Fix)}
	}
	return causes
}

// status is that of the refusal, 0 without one.
func (x *examination) status() int {
	if x.Refusal == nil {
		return 0
	}
	return x.Refusal.Status
}

// token is the token of the refused request.
func (x *examination) token() Token {
	if x.Refusal == nil {
		return Token{}
	}
	return x.Refusal.Seen.Token
}

// now is the service's time when it answered or, if that is not known, this machine's.
func (x *examination) now() time.Time {
	switch {
	case x.Refusal == nil:
		return time.Now()
	case x.Refusal.Seen.ServiceTime.IsZero():
		return x.Refusal.Seen.At
	}
	return x.Refusal.Seen.ServiceTime
}

// stamp is a time in the form of the service.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
