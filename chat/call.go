package chat

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// operation is what a method does, in the words of traces, logs and errors.
type operation struct {
	name   string // the method, "ThreadClient.SendMessage"
	tried  string // "send message"
	status int    // the one status that is a success
	// once: doing it twice would be wrong, so it is repeated only where the service has surely not done it.
	once bool
}

// attempts is what the pipeline knows of one call. One goroutine uses it at a time.
type attempts struct {
	operation
	count     int  // requests so far
	renewed   bool // the second try with a new token has been made
	handed    bool // the transport got the last request
	ambiguous bool // the last one may have taken effect, and nothing says whether
}

type attemptsKey struct{}

func attemptsOf(ctx context.Context) *attempts {
	if a, ok := ctx.Value(attemptsKey{}).(*attempts); ok {
		return a
	}
	return &attempts{}
}

// nothing is the wire type of an answer without a body.
type nothing struct{}

// call makes one request and decodes the answer into a type of the generated package, the zero value with an error.
// Every method goes through it.
func call[Wire any](ctx context.Context, c *Client, op operation, send func(context.Context) (*http.Response, error)) (_ Wire, err error) {
	var wire, none Wire
	if c.closed.Load() {
		return none, fmt.Errorf("chat: %s: the client is %w", op.tried, ErrClosed)
	}
	ctx, endSpan := runtime.StartSpan(ctx, op.name, c.tracer, nil)
	defer func() { endSpan(err) }()

	a := &attempts{operation: op}
	resp, err := send(context.WithValue(ctx, attemptsKey{}, a))
	if last, ok := errors.AsType[*lastAnswer](err); ok {
		resp, err = last.resp, nil
	}
	if err == nil {
		defer resp.Body.Close()
		err = readAnswer(op, resp, &wire)
		a.ambiguous = a.ambiguous || err != nil && op.once && resp.StatusCode == op.status // it was accepted, but as what?
	} else {
		err = fmt.Errorf("chat: %s: %w", op.tried, err)
	}
	switch {
	case err == nil:
		return wire, nil
	case a.ambiguous:
		return none, fmt.Errorf("%w: %w", err, ErrOutcomeUnknown)
	}
	return none, err
}

func readAnswer(op operation, resp *http.Response, wire any) error {
	if resp.StatusCode != op.status {
		return newError(op, resp)
	}
	if _, ok := wire.(*nothing); ok {
		return nil
	}
	if err := decode(bodyBytes(resp), wire); err != nil {
		return newUnreadable(op, resp, err)
	}
	return nil
}

// pipelineDoer sends the requests of the generated client through an azcore pipeline.
type pipelineDoer struct {
	pipeline  runtime.Pipeline
	userAgent string
}

func (d pipelineDoer) Do(raw *http.Request) (*http.Response, error) {
	raw.Header.Set("Accept", "application/json")
	raw.Header.Set("User-Agent", d.userAgent)
	raw.Header.Set("x-ms-return-client-request-id", "true")
	req, err := runtime.NewRequestFromRequest(raw)
	if err != nil {
		return nil, err
	}
	runtime.SkipBodyDownload(req) // the transport has it in memory already
	return d.pipeline.Do(req)
}
