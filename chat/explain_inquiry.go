package chat

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// inquiry is what is known of a failure.
type inquiry struct {
	client   *Client // may be nil
	threadID string  // of the caller or, without one, of the request; may be ""
	err      error

	refusal *Error          // what the service said; nil: nothing
	called  calledOperation // what it answered
	fetch   *refreshError   // no token came; nil: one did
	token   seenToken

	came        time.Time // when the answer came by this machine's clock; without an answer, now
	serviceTime time.Time // when it left by the service's clock; zero: not known
	looked      bool
	sight       *threadSight // nil: nothing was to be seen
}

// reason is one thing that may be the matter: when to think of it, and what speaks for it. It finds nothing where that is not it.
type reason struct {
	when func(*inquiry) bool
	find func(context.Context, *inquiry) []finding
}

// finding is a cause and how likely it is.
type finding struct {
	Cause
	weight weight
}

type weight int

const (
	possible weight = iota
	likely
	certain
)

// reasons are all there are. Those of equal weight stay in this order.
func reasons() []reason {
	return []reason{
		{always, outcomeUnknown},
		{always, wrongArgument},
		{always, closed},

		{noToken, tokenNotFetched},
		{noAnswer, contextEnded},
		{noAnswer, proxyTrouble},
		{noAnswer, hostUnknown},
		{noAnswer, certificateRefused},
		{noAnswer, noTLS},
		{noAnswer, notConnected},
		{noAnswer, connectionBroken},

		{answered(http.StatusUnauthorized), tokenForeign},
		{answered(http.StatusUnauthorized), tokenEnded},
		{answered(http.StatusUnauthorized), tokenRefused},

		{answered(http.StatusForbidden), scopeLacking},
		{answered(http.StatusForbidden), peopleOfOtherResource},
		{answered(http.StatusForbidden), threadClosedToUser},
		{answered(http.StatusForbidden), messageOfAnother},
		{answered(http.StatusForbidden), notAllowed},

		{answered(http.StatusNotFound, http.StatusMethodNotAllowed), pathLeadsNowhere},
		{answered(http.StatusNotFound), threadGone},
		{answered(http.StatusNotFound), messageGone},

		{answered(http.StatusBadRequest), versionUnknown},
		{answered(http.StatusBadRequest), idMalformed},
		{answered(http.StatusBadRequest), tooManyPeople},
		{answered(http.StatusBadRequest), metadataTooLarge},
		{answered(http.StatusBadRequest), retentionRefused},
		{answered(http.StatusRequestEntityTooLarge), tooLarge},
		{answered(http.StatusTooManyRequests), tooManyRequests},
		{answered(http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway,
			http.StatusServiceUnavailable, http.StatusGatewayTimeout), serviceDown},
		{answered(), foreignAnswer},

		{participantRefused, personMalformed},
		{participantRefused, personOfOtherResource},
		{participantRefused, personOfOtherKind},
		{participantRefused, personUnknown},
	}
}

// lastReasons are for when there is no other. One of them always finds something.
func lastReasons() []reason {
	return []reason{
		{answered(http.StatusBadRequest), requestRefused},
		{participantRefused, personRefused},
		{always, unexplained},
	}
}

func always(*inquiry) bool { return true }

func noToken(q *inquiry) bool { return q.fetch != nil }

func noAnswer(q *inquiry) bool { return q.fetch == nil && q.refusal == nil }

// answered is whether the service answered, with one of the statuses or, with none given, in any way.
func answered(statuses ...int) func(*inquiry) bool {
	return func(q *inquiry) bool {
		return q.fetch == nil && q.refusal != nil && q.refusal.response != nil &&
			(len(statuses) == 0 || slices.Contains(statuses, q.refusal.StatusCode))
	}
}

// participantRefused is whether the error is of one of several participants, inside an answer that is a success.
func participantRefused(q *inquiry) bool {
	return q.fetch == nil && q.refusal != nil && q.refusal.response == nil
}

func newInquiry(c *Client, threadID string, err error) *inquiry {
	q := &inquiry{client: c, threadID: threadID, err: err, came: time.Now()}
	q.fetch, _ = errors.AsType[*refreshError](err)
	q.refusal, _ = errors.AsType[*Error](err)
	var request *http.Request
	if q.refusal != nil && q.refusal.response != nil {
		resp := q.refusal.response.RawResponse
		request = resp.Request
		q.came = q.refusal.came
		q.serviceTime, _ = http.ParseTime(resp.Header.Get("Date")) // zero if it can't be read
	}
	q.called = operationCalled(request)
	if q.called.name != "" {
		q.threadID = q.called.threadID // whatever the caller thinks
	}
	q.token = c.seeToken(request)
	return q
}

// causes asks every reason and puts what they find in order.
func (q *inquiry) causes(ctx context.Context) []Cause {
	var found []finding
	for _, r := range reasons() {
		if r.when(q) {
			found = append(found, r.find(ctx, q)...)
		}
	}
	for _, r := range lastReasons() {
		if len(found) == 0 && r.when(q) {
			found = r.find(ctx, q)
		}
	}
	slices.SortStableFunc(found, func(a, b finding) int { return cmp.Compare(b.weight, a.weight) })
	if found[0].weight == certain {
		found = slices.DeleteFunc(found, func(f finding) bool { return f.weight != certain })
	}
	causes := make([]Cause, len(found))
	for i, f := range found {
		causes[i] = Cause{Kind: f.Kind, What: q.line(f.What), Evidence: q.line(f.Evidence), Fix: q.line(f.Fix)}
	}
	return causes
}

// line is text that may have come from anywhere, fit for a log.
func (q *inquiry) line(text string) string { return pipeline.LogLine(q.token.hide(text)) }

// body is what was sent, nil if it is not known any more.
func (q *inquiry) body() []byte {
	const most = 1 << 20
	req := q.refusal.response.RawResponse.Request
	if req == nil || req.GetBody == nil {
		return nil
	}
	body, err := req.GetBody()
	if err != nil {
		return nil
	}
	defer body.Close()
	sent, err := io.ReadAll(io.LimitReader(body, most))
	if err != nil {
		return nil
	}
	return sent
}
