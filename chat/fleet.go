package chat

import (
	"context"
	"net/http"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// Fleet acts for many users of one resource from one process, as a backend, an import or a bot platform does.
// Its clients share connections, pipeline and a bounded cache of tokens. It has no goroutine of its own but for a token that is
// being minted. It is safe for concurrent use; make one and share it.
type Fleet struct {
	client *Client // of nobody; what the users' clients share
	tokens *fleetTokens
}

// FleetOptions are the optional settings of [NewFleet].
type FleetOptions struct {
	// ClientOptions are those of every client of the fleet.
	ClientOptions
	// MaxTokens is how many users' tokens are kept while nobody uses them, about 1.2 KB each; the least recently used go first,
	// and are minted again when their user comes back. Tokens of calls under way come on top. 0: 10,000.
	MaxTokens int
	// MintTimeout bounds one call of mint. 0: 30 seconds.
	MintTimeout time.Duration
}

const defaultMaxTokens = 10_000

// NewFleet makes a fleet for the resource at endpoint, "https://<resource>.communication.azure.com". It makes no request.
//
// mint issues a token for a user; package identity has one ready. It runs when a call finds no token that lasts, for one user
// never twice at the same time, for different users at once. Its context ends after MintTimeout or with [Fleet.Close], not with
// the call that needed the token. What a [TokenCredential] says of its callback holds for mint: an error or a panic fails the
// calls that wait for it, a token is renewed while it is still valid, and dropped when the service refuses it.
//
// NewFleet fails with an [ArgumentError] if endpoint is not such a URL, mint is nil or an option is negative.
// Nil options are the zero value.
func NewFleet(endpoint string, mint func(context.Context, CommunicationUser) (AccessToken, error), options *FleetOptions) (*Fleet, error) {
	if options == nil {
		options = &FleetOptions{}
	}
	base, err := parseEndpoint(endpoint, &options.ClientOptions)
	switch {
	case err != nil:
		return nil, err
	case mint == nil:
		return nil, &ArgumentError{Name: "mint", Reason: "must not be nil"}
	case options.MaxTokens < 0:
		return nil, &ArgumentError{Name: "MaxTokens", Reason: "must not be negative"}
	case options.MintTimeout < 0:
		return nil, &ArgumentError{Name: "MintTimeout", Reason: "must not be negative"}
	}
	tokens := newFleetTokens(mint, options)
	auth := &fleetAuth{tokens: tokens, allowHTTP: options.InsecureAllowCredentialWithHTTP}
	client, err := newClient("fleet", base, auth.send, &options.ClientOptions)
	if err != nil {
		return nil, err
	}
	return &Fleet{client: client, tokens: tokens}, nil
}

// As returns a client that acts for a user. It costs next to nothing, makes no request and need not be kept or closed; to close
// it ends it alone. A user whose ID is empty, "." or ".." comes back as an [ArgumentError] from each call on it.
func (f *Fleet) As(user CommunicationUser) *Client {
	return &Client{pipeline: f.client.pipeline.For(user), api: f.client.api, apiVersion: f.client.apiVersion}
}

// Close drops the tokens, ends the minting of others, and closes idle connections unless the caller gave the transport.
// Requests under way are not disturbed; calls that wait for a token, and later ones, fail with [ErrClosed].
// It may be called more than once, and always returns nil.
func (f *Fleet) Close() error {
	f.tokens.close()
	return f.client.Close()
}

// fleetAuth authenticates every attempt as the user for whom the call is made.
type fleetAuth struct {
	tokens    *fleetTokens
	allowHTTP bool
}

func (a *fleetAuth) send(attempt *pipeline.Attempt) (*http.Response, error) {
	user, _ := attempt.Caller().(CommunicationUser)
	held, err := a.tokens.take(user, mayFetchToken(attempt.Request.Context()))
	if err != nil {
		return nil, pipeline.NewFinal(err)
	}
	defer a.tokens.give(held)
	one := userAuth{credential: held.credential, allowHTTP: a.allowHTTP}
	return one.send(attempt)
}
