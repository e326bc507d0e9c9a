package chat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// userAuth sends the token of the user with every attempt, and retries once after a 401, with a new token; all attempts of a call
// share this retry. The bearer policy of azcore does not retry, and ignores the deadline of a caller who waits for a refresh.
type userAuth struct {
	credential *TokenCredential
	allowHTTP  bool
}

func (p *userAuth) send(attempt *pipeline.Attempt) (*http.Response, error) {
	raw := attempt.Request
	if raw.URL.Scheme != "https" && !p.allowHTTP {
		return nil, pipeline.NewFinal(errors.New("a token is not sent over plain http"))
	}
	ctx := raw.Context()
	if !mayFetchToken(ctx) {
		return p.sendWithHeld(attempt)
	}
	token, err := p.credential.Token(ctx)
	if err != nil {
		return nil, unlessEnded(ctx, err)
	}
	resp, err := p.sendWith(token, attempt)
	if err != nil || resp.StatusCode != http.StatusUnauthorized || !attempt.FirstRefusal() {
		return resp, err
	}
	return p.retry(attempt, resp, token)
}

func (p *userAuth) sendWith(token AccessToken, attempt *pipeline.Attempt) (*http.Response, error) {
	held := p.credential.held.Load()
	if held != nil && held.Token == token.Token {
		attempt.SetToken(held.bearer)
	} else {
		held = nil // it has been replaced since
		bearer, _ := pipeline.Bearer(token.Token)
		attempt.SetToken(bearer)
	}
	resp, err := attempt.Send()
	attempt.Note(held)
	if err == nil && held != nil && resp.StatusCode != http.StatusUnauthorized && resp.StatusCode < http.StatusInternalServerError {
		held.accept() // after a 5xx the service may not have looked at it
	}
	return resp, err
}

// sendWithHeld sends the request with the current token, and fails if there is no valid one.
func (p *userAuth) sendWithHeld(attempt *pipeline.Attempt) (*http.Response, error) {
	held := p.credential.held.Load()
	if held == nil || !time.Now().Before(held.ExpiresOn) {
		return nil, pipeline.NewFinal(errNoTokenHeld)
	}
	return p.sendWith(held.AccessToken, attempt)
}

func (p *userAuth) retry(attempt *pipeline.Attempt, refusal *http.Response, refused AccessToken) (*http.Response, error) {
	ctx := attempt.Request.Context()
	token, err := p.credential.replace(ctx, refused)
	if err != nil {
		unauthorized := NewError("", refusal, refused.age())
		runtime.Drain(refusal)
		if ctx.Err() != nil {
			return nil, &pipeline.EndedError{Last: unauthorized, Ended: err}
		}
		return nil, pipeline.NewFinal(fmt.Errorf("%w; fetching another token failed: %w", unauthorized, err))
	}
	if token.Token == refused.Token {
		return refusal, nil
	}
	runtime.Drain(refusal)
	if err := attempt.Rewind(); err != nil {
		return nil, pipeline.NewFinal(err)
	}
	return p.sendWith(token, attempt)
}

type withoutFetchKey struct{}

// withoutTokenFetch marks a context: a call with it fails instead of fetching a token.
func withoutTokenFetch(ctx context.Context) context.Context {
	return context.WithValue(ctx, withoutFetchKey{}, true)
}

func mayFetchToken(ctx context.Context) bool { return ctx.Value(withoutFetchKey{}) == nil }

var errNoTokenHeld = errors.New("no valid token is held, and none may be fetched for this call")

// unlessEnded makes an error final unless a context has ended, which may be that of a single attempt.
func unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return pipeline.NewFinal(err)
}
