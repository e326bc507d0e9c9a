package pipeline

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// Operation is what a method does, in the words of traces, logs and errors.
type Operation struct {
	Name   string // the method, "ThreadClient.SendMessage"
	Action string // "send message"
	Status int    // the status that is a success
	Or     int    // another one, 0 for none
	// Once: doing it twice would be wrong, so it is repeated only where the service has surely not done it.
	Once bool
}

func (o Operation) succeeded(status int) bool {
	return status == o.Status || status == o.Or
}

// call is what its attempts know of a call. One goroutine uses it at a time.
type call struct {
	Operation
	caller     any
	straight   bool             // azcore's policies have nothing to do for the first attempt
	first      *outcome         // of an attempt azcore has not seen yet
	count      int              // attempts so far, as far as they are logged
	refused    bool             // the authorization was, at least once
	connection *connectionTrace // of the last one with Once set, nil until the transport got it
	early      *connectionTrace // of the first one, if its context has it from the beginning
	ambiguous  bool             // the last one may have taken effect, and nothing says whether
	answer     *http.Response   // the one that ends a call with Once set
	lost       bool             // an attempt has got no answer
	note       any              // of the authorization
}

type callKey struct{}

// callOf finds the call of a request. Each has one: Call sees to it.
func callOf(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}

// Caller tells for whom a call is made: what the pipeline was given by For, nil without.
func Caller(ctx context.Context) any { return callOf(ctx).caller }

// Noted is what the authorization of a call has noted, nil for nothing. ctx is the context of the call, as send gets it.
func Noted(ctx context.Context) any { return callOf(ctx).note }

// NoBody is the type of an answer without a body.
type NoBody struct{}

// Call makes one call and decodes its answer into Wire, the zero value with an error. All methods go through it.
func Call[Wire any](ctx context.Context, p *Pipeline, op Operation, send func(context.Context) (*http.Response, error)) (_ Wire, err error) {
	var wire, none Wire
	if owner := p.closedOwner(); owner != "" {
		return none, fmt.Errorf("%s: the %s is %w", op.Action, owner, ErrClosed)
	}
	ctx, endSpan := runtime.StartSpan(ctx, op.Name, p.tracer, nil)
	defer func() { endSpan(err) }()

	c := &call{Operation: op, caller: p.caller, straight: p.straight && !asksForMore(ctx)}
	ctx = context.WithValue(ctx, callKey{}, c)
	if op.Once && c.straight { // else policies of the caller's may use the context for connections of their own
		c.early = p.transport.trace(&p.endpoint.URL)
		ctx = c.early.watch(ctx) // the request need not be copied for it later
	}
	resp, err := send(ctx)
	if err == nil {
		defer resp.Body.Close()
		err = p.read(ctx, resp, &wire)
		if err != nil && op.succeeded(resp.StatusCode) {
			c.ambiguous = op.Once // it was accepted, but as what?
			if ended := ctx.Err(); ended != nil {
				err = fmt.Errorf("%s: %w", op.Action, ended) // which may be why the answer is not whole
			}
		}
	} else {
		err = fmt.Errorf("%s: %w", op.Action, err)
	}
	switch {
	case err == nil:
		return wire, nil
	case c.ambiguous:
		return none, fmt.Errorf("%w: %w", err, ErrOutcomeUnknown)
	}
	return none, err
}

func (p *Pipeline) read(ctx context.Context, resp *http.Response, wire any) error {
	c := callOf(ctx)
	switch {
	case c.succeeded(resp.StatusCode):
	case resp.StatusCode < 300:
		return p.refuse(ctx, c.Action, resp, "expected status "+strconv.Itoa(c.Status))
	case resp.StatusCode < 400:
		return p.refuse(ctx, c.Action, resp, "redirects are not followed: check the endpoint")
	case c.lost && changes(resp.Request) && (resp.StatusCode == http.StatusForbidden || resp.StatusCode == http.StatusNotFound):
		return p.refuse(ctx, c.Action, resp, "an earlier try, whose answer was lost, may have done it")
	default:
		return p.refuse(ctx, c.Action, resp, "")
	}
	if _, ok := wire.(*NoBody); ok {
		return nil
	}
	if err := Decode(Body(resp), wire); err != nil {
		return p.refuse(ctx, c.Action, resp, err.Error())
	}
	return nil
}

func changes(req *http.Request) bool { return req != nil && req.Method != http.MethodGet }
