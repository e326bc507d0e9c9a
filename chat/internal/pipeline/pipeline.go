// Package pipeline carries requests of the generated clients to the service: it is what packages chat and identity share.
//
// A request goes through an azcore pipeline. Per call: the request id. Per attempt: authentication, which is the caller's policy,
// then what keeps an operation from happening twice, and the log. At its end the transport follows no redirect and reads the
// whole answer.
package pipeline

import (
	"errors"
	"log/slog"
	"net/http"
	"sync/atomic"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/tracing"
)

// RequestIDHeader is how the service and its support know a request.
const RequestIDHeader = "x-ms-client-request-id"

var (
	// ErrClosed is the error of a call after Close.
	ErrClosed = errors.New("closed")
	// ErrOutcomeUnknown is the error of an operation with Once set that may or may not have happened.
	ErrOutcomeUnknown = errors.New("the message may or may not have been sent")
)

// Settings are what a pipeline is made of.
type Settings struct {
	Endpoint Endpoint
	// Module names the package in traces.
	Module string
	// Authenticate runs before each attempt.
	Authenticate policy.Policy
	// Refuse makes an error of an answer that is not the success expected; hint is what the pipeline knows beyond the answer.
	Refuse  func(tried string, resp *http.Response, hint string) error
	Options azcore.ClientOptions
	Logger  *slog.Logger // nil: no log
}

// Pipeline sends the requests of one client. It is safe for concurrent use.
type Pipeline struct {
	endpoint  Endpoint
	core      runtime.Pipeline
	tracer    tracing.Tracer
	transport *transport
	userAgent string
	refuse    func(tried string, resp *http.Response, hint string) error
	closed    atomic.Bool
}

// New builds a pipeline.
func New(s Settings) (*Pipeline, error) {
	p := &Pipeline{
		endpoint:  s.Endpoint,
		transport: newTransport(s.Options.Transport),
		userAgent: userAgent(s.Options.Telemetry.ApplicationID),
		refuse:    s.Refuse,
	}
	options := s.Options
	options.Transport = p.transport
	options.APIVersion = ""           // a parameter of the generated clients; azcore would rewrite every next link for it
	options.Telemetry.Disabled = true // azcore's User-Agent would pass this library off as Microsoft's
	perAttempt := []policy.Policy{s.Authenticate, oncePolicy{}}
	if s.Logger != nil {
		perAttempt = append(perAttempt, &logPolicy{logger: s.Logger})
	}
	core, err := azcore.NewClient(s.Module, "v"+version, runtime.PipelineOptions{
		PerCall:                []policy.Policy{runtime.NewRequestIDPolicy()},
		PerRetry:               perAttempt,
		AllowedHeaders:         []string{"MS-CV", RequestIDHeader},
		AllowedQueryParameters: []string{"api-version", "maxPageSize"},
		Tracing:                runtime.TracingOptions{Namespace: "Microsoft.Communication"},
	}, &options)
	if err != nil {
		return nil, err
	}
	p.core, p.tracer = core.Pipeline(), core.Tracer()
	return p, nil
}

// Do sends a request of a generated client.
func (p *Pipeline) Do(raw *http.Request) (*http.Response, error) {
	raw.Header.Set("Accept", "application/json")
	raw.Header.Set("User-Agent", p.userAgent)
	raw.Header.Set("x-ms-return-client-request-id", "true")
	req, err := runtime.NewRequestFromRequest(raw)
	if err != nil {
		return nil, err
	}
	runtime.SkipBodyDownload(req) // the transport has it in memory already
	return p.core.Do(req)
}

// Close makes later calls fail with ErrClosed, and closes idle connections unless the transport is the caller's.
func (p *Pipeline) Close() {
	p.closed.Store(true)
	if p.transport.owned != nil {
		p.transport.owned.CloseIdleConnections()
	}
}

// Final is an error that no retry mends. azcore looks for its marker method.
type Final struct{ error }

// NewFinal marks an error as final.
func NewFinal(err error) Final { return Final{err} }

func (f Final) Unwrap() error { return f.error }

// NonRetriable marks the error.
func (Final) NonRetriable() {}
