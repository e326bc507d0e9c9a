package chat

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/tracing"

	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// Client creates, lists and deletes chat threads for one user, and hands out a [ThreadClient] for each.
// It is safe for concurrent use; make one and share it.
type Client struct {
	endpoint   endpoint
	api        *chatapi.Client
	doer       pipelineDoer
	transport  *transport
	tracer     tracing.Tracer
	apiVersion string
	closed     atomic.Bool
}

// ClientOptions are the optional settings of [NewClient] and [NewThreadClient].
type ClientOptions struct {
	// ClientOptions are azcore's: retries, transport, policies, tracing.
	//
	// A Transport that is an *http.Client is copied and follows no redirect; without one the client has its own
	// connections. InsecureAllowCredentialWithHTTP allows an http endpoint, for tests. APIVersion replaces 2025-03-15.
	// Telemetry.ApplicationID goes in front of the User-Agent. No retry option makes SendMessage send twice.
	//
	// Of the values that azcore carries in a context, WithHTTPHeader, WithRetryOptions and WithCaptureResponse work;
	// a captured response has its status and headers, and the body only if it is an error's.
	azcore.ClientOptions

	// Logger gets one record for each request sent, second tries included: Info, or Warn for a failure, with operation,
	// path, status, duration and the ids that support asks for; never a body, a token or a query. Nil: nothing is logged.
	Logger *slog.Logger
}

const requestIDHeader = "x-ms-client-request-id"

// NewClient makes a client for the resource at endpoint, "https://<resource>.communication.azure.com". It makes no request.
// It fails with an [ArgumentError] if endpoint is not such a URL or cred is nil. Nil options are the zero value.
func NewClient(endpoint string, cred *TokenCredential, options *ClientOptions) (*Client, error) {
	if options == nil {
		options = &ClientOptions{}
	}
	base, err := parseEndpoint(endpoint, options.InsecureAllowCredentialWithHTTP)
	if err != nil {
		return nil, err
	}
	if cred == nil {
		return nil, &ArgumentError{Name: "cred", Reason: "must not be nil: make one with NewTokenCredential"}
	}
	c := &Client{endpoint: base, transport: newTransport(options.Transport), apiVersion: apiVersion}
	if options.APIVersion != "" {
		c.apiVersion = options.APIVersion
	}
	if err := c.connect(cred, options); err != nil {
		return nil, err
	}
	return c, nil
}

// connect builds the pipeline and the generated client upon it.
func (c *Client) connect(cred *TokenCredential, options *ClientOptions) error {
	settings := options.ClientOptions
	settings.APIVersion = "" // a query parameter here, which azcore would rewrite in every next link
	settings.Telemetry.Disabled = true
	settings.Transport = c.transport

	perAttempt := []policy.Policy{
		&authPolicy{credential: cred, allowHTTP: options.InsecureAllowCredentialWithHTTP},
		oncePolicy{},
	}
	if options.Logger != nil {
		perAttempt = append(perAttempt, &logPolicy{logger: options.Logger})
	}
	core, err := azcore.NewClient("github.com/acschat/acs-chat-go/chat", "v"+version, runtime.PipelineOptions{
		PerCall:                []policy.Policy{runtime.NewRequestIDPolicy()},
		PerRetry:               perAttempt,
		AllowedHeaders:         []string{"MS-CV", requestIDHeader},
		AllowedQueryParameters: []string{"api-version", "maxPageSize"},
		Tracing:                runtime.TracingOptions{Namespace: "Microsoft.Communication"},
	}, &settings)
	if err != nil {
		return err
	}
	c.tracer = core.Tracer()
	c.doer = pipelineDoer{pipeline: core.Pipeline(), userAgent: userAgent(options.Telemetry.ApplicationID)}
	c.api, err = chatapi.NewClient(c.endpoint.String(), chatapi.WithHTTPClient(c.doer))
	return err
}

// ThreadClient returns the client of one thread. It costs next to nothing: no request is made, connections and options are
// shared. An empty id, or one that is "." or "..", comes back as an [ArgumentError] from each call on it.
func (c *Client) ThreadClient(threadID string) *ThreadClient {
	return &ThreadClient{client: c, threadID: threadID}
}

// Close closes idle connections, unless the caller gave the transport; the credential is the caller's to close. Requests
// under way are not disturbed; later calls, also through its thread clients, fail with [ErrClosed].
// It may be called more than once, and always returns nil.
func (c *Client) Close() error {
	c.closed.Store(true)
	if c.transport.owned != nil {
		c.transport.owned.CloseIdleConnections()
	}
	return nil
}

// follow asks for the next page of a listing.
func (c *Client) follow(ctx context.Context, link string) (*http.Response, error) {
	req, err := c.endpoint.newRequest(ctx, link)
	if err != nil {
		return nil, err
	}
	return c.doer.Do(req)
}
