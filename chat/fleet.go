package chat

import (
	"context"
	"net/http"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// Fleet provides clients for many users of one resource, for backends, imports and bots. They share connections and a bounded
// cache of tokens. A Fleet has no goroutines except for tokens that are being issued. The zero value is not usable; use [NewFleet].
type Fleet struct {
	client *Client // without a user; the clients of users share it
	tokens *fleetTokens
}

// FleetOptions are the optional settings of [NewFleet].
type FleetOptions struct {
	// ClientOptions are those of every client of the fleet.
	ClientOptions
	// MaxTokens is the number of idle users whose tokens are cached, about 1.2 KB each. 0 means 10,000.
	MaxTokens int
	// MintTimeout limits one call of mint. 0 means 30 seconds.
	MintTimeout time.Duration
}

const defaultMaxTokens = 10_000

// NewFleet returns a fleet for the resource at endpoint, "https://<resource>.communication.azure.com", and sends no request.
//
// mint issues a token for a user; package identity has one. It is called if a call needs a token and none is cached, once at a
// time for each user. Its context ends after MintTimeout or with [Fleet.Close]. As with a [TokenCredential], an error or a panic
// of mint fails the waiting calls, and a token is renewed before it expires and replaced when the service rejects it.
//
// An invalid endpoint, a nil mint, a negative MaxTokens and a negative MintTimeout are each an [*ArgumentError].
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

// As returns a client that acts for a user. It sends no request, and need not be kept or closed. If the ID of the user is empty,
// "." or "..", every call on the client fails with an [*ArgumentError].
func (f *Fleet) As(user CommunicationUser) *Client {
	return &Client{pipeline: f.client.pipeline.For(user), api: f.client.api, apiVersion: f.client.apiVersion}
}

// Close drops the tokens and closes idle connections, unless the transport is the caller's. It does not interrupt requests;
// waiting and later calls fail with [ErrClosed].
func (f *Fleet) Close() error {
	f.tokens.close()
	return f.client.Close()
}

// fleetAuth authenticates every attempt as the user of the call.
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
