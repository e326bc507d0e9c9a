package pipeline

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// Operation describes what a method does.
type Operation struct {
	Name   string // the method, "ThreadClient.SendMessage", for traces and logs
	Action string // "chat: send message", for errors
	Status int    // the status code of success
	Or     int    // another one, 0 for none
	// Once marks an operation that must not be done twice. It is retried only if the service has certainly not done it.
	Once bool
	// Authorized marks a request that has its own authorization: it is neither authenticated nor signed.
	Authorized bool
	// TokenHeader is the header in which the token is sent, without a scheme. Empty: it is the bearer of Authorization.
	TokenHeader string
	// Single makes one attempt, whatever the retry options are: the caller decides about others.
	Single bool
	// BeforeSend is called right before each attempt is sent, after the limit. With an error nothing is sent, and the call fails. Nil:
	// there is no check.
	BeforeSend func(context.Context) error
}

func (o Operation) succeeded(status int) bool {
	return status == o.Status || o.Or != 0 && status == o.Or
}

// call is the state that the attempts of a call share. One goroutine uses it at a time.
type call struct {
	Operation
	context    callContext
	attempt    Attempt // the current one
	caller     any
	count      int                 // attempts logged so far
	refused    bool                // the authorization was refused at least once
	connection *connectionTrace    // of the last attempt with Once set, nil until it reaches the transport
	ambiguous  bool                // the last attempt may have taken effect
	answer     *http.Response      // the one that ends the call, although azcore would retry
	passed     passed              // for policies of the caller that pass a request with Once set on again
	lost       bool                // the answer to an attempt was lost
	note       any                 // of the authorization
	retry      policy.RetryOptions // of the call, as the caller has set them
	paid       payments
	tryTimeout time.Duration // the limit of an attempt, 0 for none
	tries      int           // attempts so far
	outOfTime  bool          // the deadline left no time for a retry
	last       outcome
}

type callKey struct{}

// callIn returns the call in a context, nil if there is none.
func callIn(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}

// in returns the context with the call in it.
func (c *call) in(ctx context.Context) context.Context {
	if callIn(ctx) == c {
		return ctx
	}
	return context.WithValue(ctx, callKey{}, c)
}

// callOf returns the call of a request. With policies of the caller it does not depend on the context of the request, which they may
// replace; azcore's operation values take longer.
func (s *shared) callOf(req *policy.Request) *call {
	if !s.foreignPolicies {
		return callIn(req.Raw().Context())
	}
	var c *call
	req.OperationValue(&c)
	return c
}

// carryCall is the policy that comes after those of the caller. It restores the call in the context for the transport, if one
// of them has replaced the context, and prevents that one delivers an operation with Once set twice.
func (s *shared) carryCall(req *policy.Request) (*http.Response, error) {
	ctx, c := req.Raw().Context(), s.callOf(req)
	if own := c.in(ctx); own != ctx {
		req = req.WithContext(own)
	}
	if c.Once {
		return c.passOnce(req)
	}
	return req.Next()
}

// Noted returns the last note of the authorization of a call, nil if there is none. ctx is the one that send gets.
func Noted(ctx context.Context) any { return callIn(ctx).note }

// NoBody is the type of an answer without a body.
type NoBody struct{}

// Call makes one call: send sends its request through [Pipeline.Do]. It decodes the answer into Wire, which is its zero value with
// an error.
func Call[Wire any](ctx context.Context, p *Pipeline, op Operation, send func(context.Context) (*http.Response, error)) (Wire, error) {
	var wire, none Wire
	if err := p.CallInto(ctx, op, &wire, send); err != nil {
		return none, err
	}
	return wire, nil
}

// CallInto is Call that decodes into what wire points to, which may be changed even with an error. All methods use it.
func (p *Pipeline) CallInto(ctx context.Context, op Operation, wire any, send func(context.Context) (*http.Response, error)) (err error) {
	if owner := p.closedOwner(); owner != "" {
		return fmt.Errorf("%s: the %s is %w", op.Action, owner, ErrClosed)
	}
	ctx, endSpan := p.startSpan(ctx, op.Name)
	defer func() { endSpan(err) }()

	c := &call{Operation: op, caller: p.caller, tryTimeout: p.tryTimeout}
	c.context = callContext{ctx, c, p.retryDefaults}
	ctx = &c.context
	resp, err := send(ctx)
	p.budget.put(c.paid.next)
	if err == nil {
		defer resp.Body.Close()
		err = p.read(ctx, resp, wire)
		if err != nil && op.succeeded(resp.StatusCode) {
			c.ambiguous = op.Once
		}
	} else {
		err = c.ended(ctx, err)
	}
	if c.outOfTime {
		err = &EndedError{Last: err, Ended: context.DeadlineExceeded, Early: true}
	}
	if c.paid.refused {
		err = fmt.Errorf("%w; not retried: the retry budget of the client is empty", err)
	}
	if err != nil && c.ambiguous {
		return &UnknownError{err}
	}
	return err
}

// Run is Call for an operation whose answer has no body.
func Run(ctx context.Context, p *Pipeline, op Operation, send func(context.Context) (*http.Response, error)) error {
	return p.CallInto(ctx, op, new(NoBody), send)
}

func (p *Pipeline) read(ctx context.Context, resp *http.Response, wire any) error {
	c := callIn(ctx)
	switch {
	case c.succeeded(resp.StatusCode):
	case c.last.resp == resp && c.last.status == resp.StatusCode:
		return c.last.err
	default:
		return p.refusal(ctx, c, resp)
	}
	if _, ok := wire.(*NoBody); ok {
		return nil
	}
	err := DecodeWithin(ctx, Body(resp), wire)
	switch ended := ctx.Err(); {
	case err != nil && ended != nil: // perhaps the reason why the answer is incomplete
		return fmt.Errorf("%s: %w", c.Action, ended)
	case err != nil:
		return p.refuse(ctx, c.Action, resp, err.Error())
	}
	return nil
}

// refusal makes the error of a response that is not a success.
func (s *shared) refusal(ctx context.Context, c *call, resp *http.Response) error {
	hint, status := "", resp.StatusCode
	switch {
	case status < 300:
		hint = "expected status " + strconv.Itoa(c.Status)
	case status < 400:
		hint = "redirects are not followed: check the endpoint"
	case c.lost && changes(resp.Request) && (status == http.StatusForbidden || status == http.StatusNotFound):
		hint = "an earlier try, whose answer was lost, may have done it"
	}
	return s.refuse(ctx, c.Action, resp, hint)
}

func changes(req *http.Request) bool { return req != nil && req.Method != http.MethodGet }
