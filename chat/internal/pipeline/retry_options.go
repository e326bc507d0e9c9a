package pipeline

import (
	"cmp"
	"context"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// callContext is the context of a call. azcore's retry policy looks up the retry options of the call in it, under a key of its own.
// callContext recognizes them by their type, and returns them with the changes of the call. If the caller has set none, it
// returns those of the client.
type callContext struct {
	context.Context
	call     *call
	defaults context.Context // contains the retry options of the client
}

// Value returns the call, the retry options of the call, or what the caller has put into the context.
func (c *callContext) Value(key any) any {
	if key == (callKey{}) {
		return c.call
	}
	value := c.Context.Value(key)
	if value == nil {
		value = c.defaults.Value(key)
	}
	if options, ok := value.(policy.RetryOptions); ok {
		return c.call.retryOptions(c.Context, options)
	}
	return value
}

const (
	defaultTryTimeout    = time.Minute
	defaultMaxRetries    = 3
	defaultRetryDelay    = 800 * time.Millisecond
	defaultMaxRetryDelay = time.Minute
)

// tryTimeout is the limit of one attempt, 0 for none.
func tryTimeout(o policy.RetryOptions) time.Duration {
	return max(0, cmp.Or(o.TryTimeout, defaultTryTimeout))
}

// retryOptions returns the retry options of a call. The limit of an attempt is moved into the call, since azcore's would hide the
// body of the response and include the wait for a token. With a deadline, a wait that cannot end before it is not started.
func (c *call) retryOptions(ctx context.Context, o policy.RetryOptions) policy.RetryOptions {
	c.tryTimeout, o.TryTimeout = tryTimeout(o), 0
	if c.Single {
		o.MaxRetries = -1
	}
	c.retry = o
	deadline, ok := ctx.Deadline()
	if !ok {
		return o
	}
	given := o
	o.ShouldRetry = func(resp *http.Response, err error) bool {
		retried := isRetried(given, resp, err)
		c.outOfTime = retried && c.tries <= maxRetries(given) && time.Until(deadline) <= shortestDelay(given, resp, c.tries)
		return retried && !c.outOfTime
	}
	return o
}

// isRetried reports whether azcore retries after an outcome that is not final.
func isRetried(o policy.RetryOptions, resp *http.Response, err error) bool {
	switch {
	case o.ShouldRetry != nil:
		return o.ShouldRetry(resp, err)
	case err != nil:
		return true
	case o.StatusCodes != nil:
		return slices.Contains(o.StatusCodes, resp.StatusCode)
	}
	switch resp.StatusCode {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

func maxRetries(o policy.RetryOptions) int {
	return int(max(0, cmp.Or(o.MaxRetries, defaultMaxRetries)))
}

// shortestDelay is the shortest delay that azcore may choose after an attempt, the first of which is 1. It is 0 if azcore ends
// the call instead, because the response requests a delay that is too long.
func shortestDelay(o policy.RetryOptions, resp *http.Response, try int) time.Duration {
	longest := cmp.Or(o.MaxRetryDelay, defaultMaxRetryDelay)
	if longest < 0 {
		longest = math.MaxInt64
	}
	if resp != nil {
		if requested := RetryAfter(resp.Header); requested > longest {
			return 0
		} else if requested > 0 {
			return requested
		}
	}
	const leastJitter = 0.8
	delay := leastJitter * (math.Exp2(float64(try)) - 1) * float64(max(0, cmp.Or(o.RetryDelay, defaultRetryDelay)))
	return time.Duration(min(delay, float64(longest)))
}

// WithServiceTime returns a context for a call, and a function that returns the time in its response, the zero time if there is none.
func WithServiceTime(ctx context.Context) (context.Context, func() time.Time) {
	var resp *http.Response
	return policy.WithCaptureResponse(ctx, &resp), func() (at time.Time) {
		if resp != nil {
			at, _ = http.ParseTime(resp.Header.Get("Date"))
		}
		return at
	}
}

// WithoutRetries returns a context in which a call makes one attempt: the caller decides about others.
func WithoutRetries(ctx context.Context) context.Context {
	return policy.WithRetryOptions(ctx, policy.RetryOptions{MaxRetries: -1})
}
