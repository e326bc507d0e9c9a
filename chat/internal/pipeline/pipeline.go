// Package pipeline sends the requests of the generated clients to the service. Packages chat and identity share it.
//
// A call consists of attempts; azcore's retry policy decides whether and when there is another one, within the retry budget of
// the client. Each attempt is authenticated and logged, and its connection is traced if the operation must not be done twice. It
// then passes through the policies of the caller and of azcore. The transport, the last step, signs the request if a signature is
// needed, follows no redirect and reads the whole response.
package pipeline

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path"
	"slices"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/tracing"
)

// RequestIDHeader is the header with the id of a request that the service's support asks for, in canonical form.
const RequestIDHeader = "X-Ms-Client-Request-Id"

var (
	// ErrClosed is the error of a call after Close.
	ErrClosed = errors.New("closed")
	// ErrOutcomeUnknown is the error of an operation with Once set that may or may not have happened.
	ErrOutcomeUnknown = errors.New("the message may or may not have been sent")
)

// Settings configure a pipeline.
type Settings struct {
	Endpoint Endpoint
	// Owner names what the user closes to close the pipeline, for errors. Empty: "client".
	Owner string
	// Module is the import path of the package, for traces. Its last element is used in logs.
	Module string
	// Authenticate authorizes each attempt and sends it. Nil: attempts are sent without authorization.
	Authenticate Authenticate
	// Sign signs each attempt. It runs last, after the policies and headers of the options, and sees the request as it is sent.
	// Nil: requests are not signed.
	Sign func(req *http.Request, body []byte)
	// Refuse makes the error of a response that is not the expected success. ctx is the context of the call, hint an explanation by
	// the pipeline, often "".
	Refuse  func(ctx context.Context, action string, resp *http.Response, hint string) error
	Options azcore.ClientOptions
	// Limit is called before each attempt is sent. Nil: there is no limit.
	Limit Limit
	// RetryBudget is the number of tokens of the retry budget. 0 means 500, a negative number no limit.
	RetryBudget int
	Logger      *slog.Logger // nil: no log
}

// Pipeline sends the requests of one client. It is safe for concurrent use.
type Pipeline struct {
	*shared
	parent *Pipeline // nil: this one owns shared
	owner  string
	caller any
	closed atomic.Bool
}

// shared is used by a pipeline and by those that its For made.
type shared struct {
	endpoint     Endpoint
	core         runtime.Pipeline
	tracer       tracing.Tracer
	transport    *transport
	userAgent    string
	refuse       func(ctx context.Context, action string, resp *http.Response, hint string) error
	authenticate Authenticate
	limit        Limit
	logger       *slog.Logger
	logMessage   string

	foreignPolicies bool // there are policies of the caller

	tryTimeout    time.Duration   // of the client
	retryDefaults context.Context // contains the retry options of the client
	budget        *retryBudget
}

// New builds a pipeline.
func New(s Settings) (*Pipeline, error) {
	p := &Pipeline{owner: cmp.Or(s.Owner, "client"), shared: &shared{
		endpoint:     s.Endpoint,
		transport:    newTransport(s.Options.Transport),
		userAgent:    userAgent(s.Options.Telemetry),
		refuse:       s.Refuse,
		authenticate: s.Authenticate,
		limit:        s.Limit,
		logger:       s.Logger,
		logMessage:   path.Base(s.Module) + " request",

		budget:        newRetryBudget(s.RetryBudget),
		tryTimeout:    tryTimeout(s.Options.Retry),
		retryDefaults: policy.WithRetryOptions(context.Background(), s.Options.Retry), //nolint:forbidigo // it only holds the options
	}}
	if p.authenticate == nil {
		p.authenticate = (*Attempt).Send
	}
	p.transport.sign = s.Sign
	p.foreignPolicies = len(s.Options.PerCallPolicies)+len(s.Options.PerRetryPolicies) > 0
	options := s.Options
	options.Transport = p.transport
	options.Retry.TryTimeout = 0      // see retryOptions
	options.APIVersion = ""           // a parameter of the generated clients; azcore would rewrite every next link for it
	options.Telemetry.Disabled = true // azcore's User-Agent would present this library as Microsoft's
	options.PerCallPolicies = append(slices.Clone(options.PerCallPolicies), policyFunc(p.returnAnswer))
	if p.foreignPolicies {
		options.PerRetryPolicies = append(slices.Clone(options.PerRetryPolicies), policyFunc(p.carryCall))
	}
	core, err := azcore.NewClient(s.Module, "v"+version(), runtime.PipelineOptions{
		PerRetry: []policy.Policy{policyFunc(p.withinBudget)},
		Tracing:  runtime.TracingOptions{Namespace: "Microsoft.Communication"},
	}, &options)
	if err != nil {
		return nil, err
	}
	p.core, p.tracer = core.Pipeline(), core.Tracer()
	return p, nil
}

// Do sends a request of a generated client. Its context is one that Call has made.
func (p *Pipeline) Do(raw *http.Request) (*http.Response, error) {
	values := []string{"application/json", p.userAgent, "true", NewUUID()} // one allocation instead of four
	for i, name := range [...]string{"Accept", "User-Agent", "X-Ms-Return-Client-Request-Id", RequestIDHeader} {
		raw.Header[name] = values[i : i+1 : i+1]
	}
	req, err := runtime.NewRequestFromRequest(raw)
	if err != nil {
		return nil, err
	}
	delete(raw.Header, "Content-Length") // set by azcore; net/http sends its own
	if p.foreignPolicies {
		req.SetOperationValue(callIn(raw.Context()))
	}
	runtime.SkipBodyDownload(req) // the transport has read the body
	resp, err := p.core.Do(req)
	if err != nil {
		runtime.Drain(resp) // a policy may return both
		return nil, err
	}
	return resp, nil
}

// Endpoint is the URL of the resource.
func (p *Pipeline) Endpoint() Endpoint { return p.endpoint }

// Logger is the caller's logger, nil without one.
func (p *Pipeline) Logger() *slog.Logger { return p.logger }

// For returns a pipeline that shares everything with p. Its attempts return caller from Caller. Closing it does not close p;
// closing p closes it.
func (p *Pipeline) For(caller any) *Pipeline {
	return &Pipeline{shared: p.shared, parent: p, owner: "client", caller: caller}
}

// Caller is what For was given, nil for a pipeline that New returned.
func (p *Pipeline) Caller() any { return p.caller }

// Close makes later calls fail with ErrClosed, and closes idle connections unless the transport is the caller's.
func (p *Pipeline) Close() {
	p.closed.Store(true)
	if p.parent == nil && p.transport.owned != nil {
		p.transport.owned.CloseIdleConnections()
	}
}

// closedOwner names what was closed, "" if nothing was.
func (p *Pipeline) closedOwner() string {
	switch {
	case p.closed.Load():
		return p.owner
	case p.parent != nil:
		return p.parent.closedOwner()
	}
	return ""
}

// Final is an error that is not retried. azcore recognizes it by its method.
type Final struct{ error }

// NewFinal marks an error as final.
func NewFinal(err error) Final { return Final{err} }

func (f Final) Unwrap() error { return f.error }

// NonRetriable implements azcore's marker interface.
func (Final) NonRetriable() {}
