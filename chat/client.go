package chat

import (
	"cmp"
	"log/slog"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// Client creates, lists and deletes chat threads for one user, and hands out a [ThreadClient] for each.
// It is safe for concurrent use; make one and share it.
//
// Its methods and those of its thread clients and pagers work within ctx, and fail with ctx's error as soon as that ends. Their
// other errors are an [*ArgumentError] before any request, an [*Error] where the service answers with anything but success, the
// error of the credential or of the connection, and [ErrClosed].
//
// What a method says is retried is tried three more times, unless the options say otherwise, after the delay that the service asks
// for or one that grows; a longer delay than Retry.MaxRetryDelay, a minute, ends the call. Beyond that, a 401 is answered with
// one more try under another token, if the credential has one. Where the answer to a try got lost, a later one may be refused with
// [ErrForbidden] or [ErrNotFound] because the first has done it: the error says so.
type Client struct {
	pipeline   *pipeline.Pipeline
	api        *chatapi.Client
	apiVersion string
}

// ClientOptions are the optional settings of [NewClient] and [NewThreadClient].
type ClientOptions struct {
	// ClientOptions are azcore's: retries, transport, policies, tracing.
	//
	// A Transport that is an *http.Client is copied and follows no redirect; without one the client has its own
	// connections. InsecureAllowCredentialWithHTTP allows an http endpoint, for tests. APIVersion replaces 2025-03-15.
	// Telemetry.ApplicationID goes in front of the User-Agent, and Disabled leaves that out; Cloud is not used. Another Transport
	// must not follow redirects, since the token would go with them: that it did is an error. No retry option makes SendMessage
	// send twice.
	//
	// Of the values that azcore carries in a context, WithHTTPHeader, WithRetryOptions and WithCaptureResponse work;
	// a captured response has its status and headers, and the body only if it is an error's.
	//
	// azcore's own log lacks the first try of each call, however that ends, unless it is part of azcore's work: with
	// AZURE_SDK_GO_LOGGING set when the client is made, an option of Logging, a policy, a tracing provider, Retry.TryTimeout,
	// ShouldRetry or StatusCodes, or one of the values above in the context. Logger has it all.
	azcore.ClientOptions

	// Logger gets one record for each request sent, second tries included: Info, or Warn for a failure, with operation,
	// path, status, duration and the ids that support asks for; never a body, a token or a query. Nil: nothing is logged.
	Logger *slog.Logger
}

// defaultAPIVersion is the version of the chat API that the client speaks.
const defaultAPIVersion = "2025-03-15"

// NewClient makes a client for the resource at endpoint, "https://<resource>.communication.azure.com". It makes no request.
// A path, as a gateway may have one, is kept: what the calls add comes behind it.
// It fails with an [ArgumentError] if endpoint is not such a URL or credential is nil. Nil options are the zero value.
func NewClient(endpoint string, credential *TokenCredential, options *ClientOptions) (*Client, error) {
	if options == nil {
		options = &ClientOptions{}
	}
	base, err := parseEndpoint(endpoint, options)
	if err != nil {
		return nil, err
	}
	if credential == nil {
		return nil, &ArgumentError{Name: "credential", Reason: "must not be nil: make one with NewTokenCredential"}
	}
	return newClient("client", base, (&userAuth{credential: credential, allowHTTP: options.InsecureAllowCredentialWithHTTP}).send, options)
}

func parseEndpoint(endpoint string, options *ClientOptions) (pipeline.Endpoint, error) {
	base, err := pipeline.ParseEndpoint(endpoint, options.InsecureAllowCredentialWithHTTP)
	if err != nil {
		return base, &ArgumentError{Name: "endpoint", Reason: err.Error()}
	}
	return base, nil
}

// newClient makes a client that owner, in the words of errors, closes.
func newClient(owner string, endpoint pipeline.Endpoint, authenticate pipeline.Authenticate, options *ClientOptions) (*Client, error) {
	p, err := pipeline.New(pipeline.Settings{
		Endpoint:     endpoint,
		Owner:        owner,
		Module:       "github.com/acschat/acs-chat-go/chat",
		Authenticate: authenticate,
		Refuse:       refuse,
		Options:      options.ClientOptions,
		Logger:       options.Logger,
	})
	if err != nil {
		return nil, err
	}
	api, err := chatapi.NewClient(endpoint.String(), chatapi.WithHTTPClient(p))
	if err != nil {
		return nil, err
	}
	return &Client{pipeline: p, api: api, apiVersion: cmp.Or(options.APIVersion, defaultAPIVersion)}, nil
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
	c.pipeline.Close()
	return nil
}
