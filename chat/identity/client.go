package identity

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/diagnosis"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
	"github.com/acschat/acs-chat-go/chat/internal/secret"
	"github.com/acschat/acs-chat-go/gen/identityapi"
)

// Client manages the users and tokens of one resource. It is safe for concurrent use. The zero value is not usable; use one of the
// constructors.
type Client struct {
	pipeline   *pipeline.Pipeline
	api        *identityapi.Client
	endpoint   string
	apiVersion string
	entra      *entraAuth // nil: the client has the access key
}

// ClientOptions are the optional settings of the constructors.
type ClientOptions struct {
	// ClientOptions are those of azcore: retries, transport, policies, tracing, logging.
	//
	// An *http.Client as Transport is copied and does not follow redirects; any other Transport must not follow them either,
	// since the authorization would be sent along, and it is an error if it does. Without a Transport the client has connections of
	// its own. APIVersion replaces 2026-09-23. InsecureAllowCredentialWithHTTP allows an http endpoint, for tests.
	// Telemetry.ApplicationID is prepended to the User-Agent, and Telemetry.Disabled removes that header. Cloud is ignored. The
	// signature of an access key is made last, for each attempt, and covers the headers that policies add.
	//
	// The context functions WithHTTPHeader, WithRetryOptions and WithCaptureResponse of azcore are supported. A captured response
	// has a body only if it is an error response.
	//
	// Retry.TryTimeout limits one attempt, up to the end of the response. Zero means one minute, a negative value no limit.
	//
	// azcore's own log ([github.com/Azure/azure-sdk-for-go/sdk/azcore/log]) contains every request and response.
	azcore.ClientOptions

	// RetryBudget is that of [chat.ClientOptions]: a number of tokens, of which a retry takes 5, or 10 after a timeout. 0 means 500
	// tokens, a negative number no limit.
	RetryBudget int

	// Limiter is that of [chat.ClientOptions], which the clients of the resource should share. Nil means none.
	Limiter chat.Limiter

	// Logger receives one record for each request, including retries: Info, or Warn if it failed, with operation, path, status,
	// duration and the ids that support asks for. It never receives a body, a key, a token or a query. Nil means no logging.
	Logger *slog.Logger
}

// defaultAPIVersion is the version of the identity API that the client speaks.
const defaultAPIVersion = "2026-09-23"

// NewClient returns a client that authenticates with Entra tokens, those of an application or a managed identity that has a role
// on the resource. endpoint is "https://<resource>.communication.azure.com"; a path in it, such as that of a gateway, is kept.
// NewClient sends no request.
//
// The client requests a token for the scope "https://communication.azure.com//.default" shortly before the current one expires,
// once at a time. An invalid endpoint and a nil credential are each a [*chat.ArgumentError]. Nil options are the zero value.
func NewClient(endpoint string, credential azcore.TokenCredential, options *ClientOptions) (*Client, error) {
	options = orZero(options)
	base, err := parseEndpoint(endpoint, options)
	if err != nil {
		return nil, err
	}
	if credential == nil {
		return nil, &chat.ArgumentError{Name: "credential", Reason: "must not be nil"}
	}
	entra := newEntraAuth(credential, options.InsecureAllowCredentialWithHTTP)
	client, err := newClient(base, pipeline.Settings{Authenticate: entra.send}, options)
	if err != nil {
		return nil, err
	}
	client.entra = entra
	return client, nil
}

// NewClientWithAccessKey returns a client that authenticates with an access key of the resource, in base64 as the Azure portal
// shows it. endpoint is that of [NewClient]. NewClientWithAccessKey sends no request.
//
// An invalid endpoint and an invalid key are each a [*chat.ArgumentError], which does not contain the key. Nil options are the
// zero value.
func NewClientWithAccessKey(endpoint, accessKey string, options *ClientOptions) (*Client, error) {
	options = orZero(options)
	base, err := parseEndpoint(endpoint, options)
	if err != nil {
		return nil, err
	}
	key, err := secret.DecodeKey(accessKey)
	if err != nil {
		return nil, &chat.ArgumentError{Name: "accessKey", Reason: err.Error()}
	}
	return newClient(base, pipeline.Settings{Sign: signer{key}.sign}, options)
}

// NewClientFromConnectionString returns a client for the connection string of a resource,
// "endpoint=https://<resource>.communication.azure.com/;accesskey=<key>", which the Azure portal shows. It sends no request.
//
// The parts may be in any order and letter case, with spaces around them and a semicolon at the end; other parts are ignored. An
// endpoint without a scheme is https. An endpoint or a key that is missing, repeated or invalid is a [*chat.ArgumentError], which
// does not contain the key. Nil options are the zero value.
func NewClientFromConnectionString(connectionString string, options *ClientOptions) (*Client, error) {
	parts, err := parseConnectionString(connectionString)
	if err != nil {
		return nil, err
	}
	options = orZero(options)
	endpoint, err := pipeline.ParseEndpoint(parts.endpoint, options.InsecureAllowCredentialWithHTTP)
	if err != nil {
		return nil, &chat.ArgumentError{Name: "connectionString", Reason: "has an endpoint that " + err.Error()}
	}
	return newClient(endpoint, pipeline.Settings{Sign: signer{parts.key}.sign}, options)
}

// Endpoint returns the URL of the resource without a trailing slash, for [chat.NewClient] and [chat.NewFleet].
func (c *Client) Endpoint() string { return c.endpoint }

// Close closes idle connections, unless the transport is the caller's. It does not interrupt requests; later calls, also those of
// credentials of the client, fail with [chat.ErrClosed]. Close may be called more than once and always returns nil.
func (c *Client) Close() error {
	c.pipeline.Close()
	if c.entra != nil {
		c.entra.close()
	}
	return nil
}

func orZero(options *ClientOptions) *ClientOptions {
	if options == nil {
		return &ClientOptions{}
	}
	return options
}

func parseEndpoint(endpoint string, options *ClientOptions) (pipeline.Endpoint, error) {
	base, err := pipeline.ParseEndpoint(endpoint, options.InsecureAllowCredentialWithHTTP)
	if err != nil {
		return base, &chat.ArgumentError{Name: "endpoint", Reason: err.Error()}
	}
	return base, nil
}

func newClient(endpoint pipeline.Endpoint, settings pipeline.Settings, options *ClientOptions) (*Client, error) {
	p, err := newPipeline(endpoint, settings, options)
	if err != nil {
		return nil, err
	}
	return &Client{
		pipeline:   p,
		api:        &identityapi.Client{Endpoint: endpoint.String(), Doer: p},
		endpoint:   endpoint.String(),
		apiVersion: cmp.Or(options.APIVersion, defaultAPIVersion),
	}, nil
}

// newPipeline completes settings that determine how requests are authorized.
func newPipeline(endpoint pipeline.Endpoint, settings pipeline.Settings, options *ClientOptions) (*pipeline.Pipeline, error) {
	settings.Endpoint = endpoint
	settings.Module = "github.com/acschat/acs-chat-go/chat/identity"
	settings.Refuse = func(_ context.Context, action string, resp *http.Response, hint string) error {
		if hint == "" && settings.Sign != nil {
			hint = clockHint(resp)
		}
		return chat.NewError(action, resp, hint)
	}
	settings.Options = options.ClientOptions
	settings.RetryBudget = options.RetryBudget
	settings.Logger = options.Logger
	settings.Limit = limitOf(options.Limiter)
	return pipeline.New(settings)
}

// limitOf returns what the pipeline calls for a limiter, nil for nil.
func limitOf(limiter chat.Limiter) pipeline.Limit {
	if limiter == nil {
		return nil
	}
	return func(attempt *pipeline.Attempt) (func(int, time.Duration), error) {
		operation, _ := attempt.Published()
		return limiter.Wait(attempt.Request.Context(), chat.LimitedRequest{Operation: operation})
	}
}

// toleratedSkew is less than any skew for which a service rejects a signature.
const toleratedSkew = 3 * time.Minute

// clockHint detects a wrong clock, for which the service rejects a signature without saying so: the signature includes the time.
func clockHint(resp *http.Response) string {
	theirs, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return ""
	}
	switch skew := time.Since(theirs); {
	case skew > toleratedSkew:
		return fmt.Sprintf("the local clock is %s ahead of the service's", diagnosis.Span(skew))
	case skew < -toleratedSkew:
		return fmt.Sprintf("the local clock is %s behind the service's", diagnosis.Span(-skew))
	}
	return ""
}
