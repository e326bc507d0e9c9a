package pipeline

import (
	"cmp"
	"errors"
	"net"
	"net/http"
	"sync/atomic"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// The default size of a retry budget and the costs of a retry, in tokens. They are those of the AWS SDKs.
const (
	defaultRetryBudget = 500
	retryCost          = 5
	timeoutRetryCost   = 10
)

// retryBudget limits the retries of all calls of a client, so that they do not multiply the requests during an outage. A retry
// takes tokens. A call that the service answers returns those of its last retry, at least one. It is safe for concurrent use.
type retryBudget struct {
	size  int64 // negative: there is no limit
	taken atomic.Int64
}

// newRetryBudget returns a budget of a number of tokens: 0 for the default, negative for no limit.
func newRetryBudget(tokens int) *retryBudget {
	return &retryBudget{size: int64(cmp.Or(tokens, defaultRetryBudget))}
}

// take takes tokens, and reports whether there were enough.
func (b *retryBudget) take(tokens int64) bool {
	for {
		taken := b.taken.Load()
		if b.size >= 0 && taken+tokens > b.size {
			return false
		}
		if b.taken.CompareAndSwap(taken, taken+tokens) {
			return true
		}
	}
}

// put returns tokens. More than are missing are dropped.
func (b *retryBudget) put(tokens int64) {
	for {
		taken := b.taken.Load()
		if taken == 0 || b.taken.CompareAndSwap(taken, max(0, taken-tokens)) {
			return
		}
	}
}

// payments are what a call has taken from the retry budget.
type payments struct {
	current int64 // for the attempt in progress
	next    int64 // for the next attempt, if azcore makes one
	refused bool  // there were too few tokens to retry
}

// withinBudget is the policy that makes an attempt within the retry budget. If a retry would need more tokens than there are, it
// makes the outcome final. That is independent of ShouldRetry, which a call may override.
func (s *shared) withinBudget(req *policy.Request) (*http.Response, error) {
	c := s.callOf(req)
	c.paid = payments{current: c.paid.next}
	resp, err := s.attempt(req, c)
	answered := c.answer != nil && err == errKept //nolint:errorlint // it is never wrapped
	switch outcome := cmp.Or(c.answer, resp); {
	case (err == nil || answered) && !isOutage(outcome.StatusCode):
		s.budget.put(max(1, c.paid.current))
		return resp, err
	case isFinal(err) || req.Raw().Context().Err() != nil: // azcore does not retry
		return resp, err
	}
	cost := int64(retryCost)
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		cost = timeoutRetryCost
	}
	if s.budget.take(cost) {
		c.paid.next = cost
		return resp, err
	}
	c.paid.refused = c.tries <= maxRetries(c.retry) && isRetried(c.retry, resp, err)
	if err != nil {
		return nil, Final{err}
	}
	c.answer = resp
	return nil, errKept
}

// isOutage reports whether a status says that the service is not able to answer now.
func isOutage(status int) bool {
	return status == http.StatusRequestTimeout || status == http.StatusTooManyRequests || status >= http.StatusInternalServerError
}

// isFinal reports whether azcore does not retry after an error.
func isFinal(err error) bool {
	_, ok := errors.AsType[interface {
		error
		NonRetriable()
	}](err)
	return ok
}
