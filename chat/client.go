package chat

import (
	"cmp"
	"log/slog"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// Client creates, lists and deletes chat threads for one user, and returns a [ThreadClient] for each. It is safe for concurrent
// use. The zero value is not usable; use [NewClient] or [Fleet.As].
type Client struct {
	pipeline   *pipeline.Pipeline
	api        *chatapi.Client
	apiVersion string
	credential *TokenCredential // nil for a client of a Fleet
}

// ClientOptions are the optional settings of [NewClient] and [NewThreadClient].
type ClientOptions struct {
	// ClientOptions are those of azcore: retries, transport, policies, tracing, logging.
	//
	// An *http.Client as Transport is copied and does not follow redirects; any other Transport must not follow them either,
	// since the token would be sent along, and it is an error if it does. Without a Transport the client has connections of its
	// own. APIVersion replaces 2025-03-15. InsecureAllowCredentialWithHTTP allows an http endpoint, for tests.
	// Telemetry.ApplicationID is prepended to the User-Agent, and Telemetry.Disabled removes that header. Cloud is ignored.
	//
	// No retry option makes SendMessage send a message twice. A policy that calls Next again gets the outcome of the first time if
	// the message may have been delivered. A Transport must not retry on its own, as go-retryablehttp does: the message would be
	// sent twice, and SendMessage returns [ErrOutcomeUnknown] if it notices.
	//
	// Retry.TryTimeout limits one attempt, up to the end of the response and without the wait for a token. Zero means one minute, a
	// negative value no limit; with azcore alone, zero means no limit. A SendMessage that exceeds it returns [ErrOutcomeUnknown].
	//
	// The context functions WithHTTPHeader, WithRetryOptions and WithCaptureResponse of azcore are supported. A captured response
	// has a body only if it is an error response.
	azcore.ClientOptions

	// RetryBudget is a number of tokens that all calls of the client, or of all users of a [Fleet], share, so that retries do not make
	// an outage worse. A retry takes 5 tokens, or 10 after a timeout; without enough of them a call is not retried, and its error says
	// so. A call answered with another status than 408, 429 or 5xx returns the tokens of its last retry, at least 1. 0 means 500
	// tokens, a negative number no limit.
	RetryBudget int

	// Limiter delays requests so that they stay within rate limits; package limits has one. It acts on each attempt. All clients of a
	// resource should share it. Nil means none.
	Limiter Limiter

	// Logger receives one record for each request, including retries: Info, or Warn if it failed, with operation, path, status,
	// duration and the ids that support asks for. It never receives a body, a token or a query. Nil means no logging.
	Logger *slog.Logger
}

// defaultAPIVersion is the version of the chat API that the client speaks.
const defaultAPIVersion = "2025-03-15"

// NewClient returns a client for the resource at endpoint, "https://<resource>.communication.azure.com", and sends no request. A
// path in endpoint, such as that of a gateway, is kept. An invalid endpoint and a credential that is nil or the zero value
// are each an [*ArgumentError].
func NewClient(endpoint string, credential *TokenCredential, options *ClientOptions) (*Client, error) {
	if options == nil {
		options = &ClientOptions{}
	}
	base, err := parseEndpoint(endpoint, options)
	if err != nil {
		return nil, err
	}
	if credential == nil || credential.isZero() {
		return nil, &ArgumentError{Name: "credential", Reason: "must not be nil or the zero value: create one with NewTokenCredential"}
	}
	client, err := newClient("client", base, (&userAuth{credential: credential, allowHTTP: options.InsecureAllowCredentialWithHTTP}).send, options)
	if err != nil {
		return nil, err
	}
	client.credential = credential
	return client, nil
}

func parseEndpoint(endpoint string, options *ClientOptions) (pipeline.Endpoint, error) {
	base, err := pipeline.ParseEndpoint(endpoint, options.InsecureAllowCredentialWithHTTP)
	if err != nil {
		return base, &ArgumentError{Name: "endpoint", Reason: err.Error()}
	}
	return base, nil
}

// newClient returns a client that owner closes; errors name it.
func newClient(owner string, endpoint pipeline.Endpoint, authenticate pipeline.Authenticate, options *ClientOptions) (*Client, error) {
	p, err := pipeline.New(pipeline.Settings{
		Endpoint:     endpoint,
		Owner:        owner,
		Module:       "github.com/acschat/acs-chat-go/chat",
		Authenticate: authenticate,
		Refuse:       refuse,
		Options:      options.ClientOptions,
		RetryBudget:  options.RetryBudget,
		Limit:        limitOf(options.Limiter),
		Logger:       options.Logger,
	})
	if err != nil {
		return nil, err
	}
	return &Client{
		pipeline:   p,
		api:        &chatapi.Client{Endpoint: endpoint.String(), Doer: p},
		apiVersion: cmp.Or(options.APIVersion, defaultAPIVersion),
	}, nil
}

// ThreadClient returns the client of one thread. It sends no request, and shares connections and options with c. If the id is
// empty, "." or "..", every call on the result fails with an [*ArgumentError].
func (c *Client) ThreadClient(threadID string) *ThreadClient {
	return &ThreadClient{client: c, threadID: threadID}
}

// Pipeline is for the other packages of this module, such as realtime. Its type is internal.
func (c *Client) Pipeline() *pipeline.Pipeline { return c.pipeline }

// Close closes idle connections, unless the transport is the caller's, and leaves the credential open. It does not interrupt
// requests; later calls, also through thread clients, fail with [ErrClosed].
func (c *Client) Close() error {
	c.pipeline.Close()
	return nil
}
