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
	Tried  string // "send message"
	Status int    // the status that is a success
	Or     int    // another one, 0 for none
	// Once: doing it twice would be wrong, so it is repeated only where the service has surely not done it.
	Once bool
}

func (o Operation) succeeded(status int) bool {
	return status == o.Status || status == o.Or
}

// attempts is what the policies know of one call. One goroutine uses it at a time.
type attempts struct {
	Operation
	caller     any
	count      int              // requests so far
	connection *connectionTrace // of the last one with Once set, nil until the transport got it
	ambiguous  bool             // the last one may have taken effect, and nothing says whether
	answer     *http.Response   // the one that ends a call with Once set
	lost       bool             // an attempt has got no answer
	hint       string
}

type attemptsKey struct{}

func attemptsOf(ctx context.Context) *attempts {
	if a, ok := ctx.Value(attemptsKey{}).(*attempts); ok {
		return a
	}
	return &attempts{}
}

// Caller tells a policy for whom a call is made: what the pipeline was given by For, nil without.
func Caller(ctx context.Context) any { return attemptsOf(ctx).caller }

// Hint is for a policy that knows more of a refusal than the answer says. It goes into the error, should the refusal be the end.
func Hint(ctx context.Context, hint string) { attemptsOf(ctx).hint = hint }

// Nothing is the type of an answer without a body.
type Nothing struct{}

// Call makes one call and decodes its answer into a generated type, the zero value with an error. All methods go through it.
func Call[Wire any](ctx context.Context, p *Pipeline, op Operation, send func(context.Context) (*http.Response, error)) (_ Wire, err error) {
	var wire, none Wire
	if p.isClosed() {
		return none, fmt.Errorf("%s: the client is %w", op.Tried, ErrClosed)
	}
	ctx, endSpan := runtime.StartSpan(ctx, op.Name, p.tracer, nil)
	defer func() { endSpan(err) }()

	a := &attempts{Operation: op, caller: p.caller}
	resp, err := send(context.WithValue(ctx, attemptsKey{}, a))
	if err == nil {
		defer resp.Body.Close()
		err = p.read(a, resp, &wire)
		if err != nil && op.Once && op.succeeded(resp.StatusCode) {
			a.ambiguous = true // it was accepted, but as what?
		}
	} else {
		err = fmt.Errorf("%s: %w", op.Tried, err)
	}
	switch {
	case err == nil:
		return wire, nil
	case a.ambiguous:
		return none, fmt.Errorf("%w: %w", err, ErrOutcomeUnknown)
	}
	return none, err
}

func (p *Pipeline) read(op *attempts, resp *http.Response, wire any) error {
	switch {
	case op.succeeded(resp.StatusCode):
	case resp.StatusCode < 300:
		return p.refuse(op.Tried, resp, "expected status "+strconv.Itoa(op.Status))
	case resp.StatusCode < 400:
		return p.refuse(op.Tried, resp, "redirects are not followed: check the endpoint")
	case resp.StatusCode == http.StatusUnauthorized:
		return p.refuse(op.Tried, resp, op.hint)
	case op.lost && changes(resp.Request) && (resp.StatusCode == http.StatusForbidden || resp.StatusCode == http.StatusNotFound):
		return p.refuse(op.Tried, resp, "an earlier try, whose answer was lost, may have done it")
	default:
		return p.refuse(op.Tried, resp, "")
	}
	if _, ok := wire.(*Nothing); ok {
		return nil
	}
	if err := Decode(Body(resp), wire); err != nil {
		return p.refuse(op.Tried, resp, err.Error())
	}
	return nil
}

func changes(req *http.Request) bool { return req != nil && req.Method != http.MethodGet }
