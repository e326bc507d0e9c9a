// Package pipeline carries requests of the generated clients to the service: it is what packages chat and identity share.
//
// A call is made of attempts. Each is authenticated and logged, and watched if the operation must not happen twice; then it passes
// azcore's policies and those of the caller, if they have anything to do. At the end the transport signs what is sent if there is
// a signature, follows no redirect and reads the whole answer. azcore decides whether and when there is another attempt.
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

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/tracing"
)

// RequestIDHeader is how the service and its support know a request. It is spelled as http.Header keeps it.
const RequestIDHeader = "X-Ms-Client-Request-Id"

var (
	// ErrClosed is the error of a call after Close.
	ErrClosed = errors.New("closed")
	// ErrOutcomeUnknown is the error of an operation with Once set that may or may not have happened.
	ErrOutcomeUnknown = errors.New("the message may or may not have been sent")
)

// Settings are what a pipeline is made of.
type Settings struct {
	Endpoint Endpoint
	// Owner is what a caller closes to close the pipeline, in the words of errors. Empty: "client".
	Owner string
	// Module names the package in traces, its last element in logs.
	Module string
	// Authenticate authorizes each attempt and sends it. Nil: it is sent as it is.
	Authenticate Authenticate
	// Sign is the last to touch each attempt, behind the policies and headers of the options: what it sees is what is sent.
	// Nil: nothing does.
	Sign func(req *http.Request, body []byte)
	// Refuse makes an error of an answer that is not the success expected; hint is what the pipeline knows beyond the answer.
	// ctx is the context of the call.
	Refuse  func(ctx context.Context, action string, resp *http.Response, hint string) error
	Options azcore.ClientOptions
	Logger  *slog.Logger // nil: no log
}

// Pipeline sends the requests of one client. It is safe for concurrent use.
type Pipeline struct {
	*shared
	parent *Pipeline // nil: it owns what is shared
	owner  string
	caller any
	closed atomic.Bool
}

// shared is what a pipeline and those made of it have in common.
type shared struct {
	endpoint     Endpoint
	core         runtime.Pipeline
	straight     bool // azcore's policies have nothing to do unless a context asks for it
	tracer       tracing.Tracer
	transport    *transport
	userAgent    string
	refuse       func(ctx context.Context, action string, resp *http.Response, hint string) error
	authenticate Authenticate
	logger       *slog.Logger
	logMessage   string
}

// New builds a pipeline.
func New(s Settings) (*Pipeline, error) {
	p := &Pipeline{owner: cmp.Or(s.Owner, "client"), shared: &shared{
		endpoint:     s.Endpoint,
		transport:    newTransport(s.Options.Transport),
		userAgent:    userAgent(s.Options.Telemetry),
		refuse:       s.Refuse,
		authenticate: s.Authenticate,
		logger:       s.Logger,
		logMessage:   path.Base(s.Module) + " request",
	}}
	if p.authenticate == nil {
		p.authenticate = (*Attempt).Send
	}
	p.transport.sign = s.Sign
	options := s.Options
	options.Transport = p.transport
	options.APIVersion = ""           // a parameter of the generated clients; azcore would rewrite every next link for it
	options.Telemetry.Disabled = true // azcore's User-Agent would pass this library off as Microsoft's
	options.PerCallPolicies = append(slices.Clone(options.PerCallPolicies), policyFunc(handOverAnswer))
	core, err := azcore.NewClient(s.Module, "v"+version, runtime.PipelineOptions{
		PerRetry: []policy.Policy{policyFunc(p.attemptFor)},
		Tracing:  runtime.TracingOptions{Namespace: "Microsoft.Communication"},
	}, &options)
	if err != nil {
		return nil, err
	}
	p.core, p.tracer = core.Pipeline(), core.Tracer()
	p.straight = asksNothing(&s.Options) && !p.tracer.Enabled() && len(contextKeys()) > 0
	return p, nil
}

// Do sends a request of a generated client.
func (p *Pipeline) Do(raw *http.Request) (*http.Response, error) {
	values := []string{"application/json", p.userAgent, "true", NewUUID()} // one allocation instead of four
	for i, name := range [...]string{"Accept", "User-Agent", "X-Ms-Return-Client-Request-Id", RequestIDHeader} {
		raw.Header[name] = values[i : i+1 : i+1]
	}
	c := callOf(raw.Context())
	if c.straight && (raw.Body == nil || raw.GetBody != nil) {
		if resp := p.first(c, raw); resp != nil {
			return resp, nil
		}
		var err error
		if raw, err = renewed(raw); err != nil {
			return nil, err
		}
	}
	c.early = nil // others may use the context from here on
	req, err := runtime.NewRequestFromRequest(raw)
	if err != nil {
		return nil, err
	}
	delete(raw.Header, "Content-Length") // azcore's; net/http knows it, and sends its own
	runtime.SkipBodyDownload(req)        // the transport has it in memory already
	resp, err := p.core.Do(req)
	if err != nil {
		runtime.Drain(resp) // there is one, too, when the context ends as it comes
		return nil, err
	}
	return resp, nil
}

// For makes a pipeline that shares everything with p and costs a few words. Its calls carry caller, which Caller tells. To close it
// closes nothing else; when p is closed, so is it.
func (p *Pipeline) For(caller any) *Pipeline {
	return &Pipeline{shared: p.shared, parent: p, owner: "client", caller: caller}
}

// Close makes later calls fail with ErrClosed, and closes idle connections unless the transport is the caller's.
func (p *Pipeline) Close() {
	p.closed.Store(true)
	if p.parent == nil && p.transport.owned != nil {
		p.transport.owned.CloseIdleConnections()
	}
}

// closedOwner is what was closed, "" for nothing.
func (p *Pipeline) closedOwner() string {
	switch {
	case p.closed.Load():
		return p.owner
	case p.parent != nil:
		return p.parent.closedOwner()
	}
	return ""
}

// Final is an error that no retry mends. azcore looks for its marker method.
type Final struct{ error }

// NewFinal marks an error as final.
func NewFinal(err error) Final { return Final{err} }

func (f Final) Unwrap() error { return f.error }

// NonRetriable marks the error.
func (Final) NonRetriable() {}
