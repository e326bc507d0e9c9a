package chat

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// authPolicy puts the user's token on every attempt, and answers a 401 with one more try under a new token.
// azcore's own would let the 401 through, and make a caller wait for another's refresh beyond its own deadline.
type authPolicy struct {
	credential *TokenCredential
	allowHTTP  bool
}

// triedAgain is kept with the call: its retries share the one more try.
type triedAgain bool

func (p *authPolicy) Do(req *policy.Request) (*http.Response, error) {
	raw := req.Raw()
	if raw.URL.Scheme != "https" && !p.allowHTTP {
		return nil, pipeline.NewFinal(errors.New("a token is not sent over plain http"))
	}
	token, err := p.credential.Token(raw.Context())
	if err != nil {
		return nil, unlessEnded(raw.Context(), err)
	}
	resp, err := p.send(req, token)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	var tried triedAgain
	if req.OperationValue(&tried); tried {
		return resp, nil
	}
	req.SetOperationValue(triedAgain(true))
	return p.tryAgain(req, resp, token)
}

func (p *authPolicy) send(req *policy.Request, token AccessToken) (*http.Response, error) {
	raw := req.Raw()
	raw.Header.Set("Authorization", "Bearer "+token.Token)
	resp, err := req.Next()
	switch {
	case err != nil:
	case resp.StatusCode == http.StatusUnauthorized: // it comes without a word
		pipeline.Hint(raw.Context(), token.age())
	case resp.StatusCode < http.StatusInternalServerError: // else nobody may have looked at it
		p.credential.accept(token)
	}
	return resp, err
}

func (p *authPolicy) tryAgain(req *policy.Request, refusal *http.Response, refused AccessToken) (*http.Response, error) {
	ctx := req.Raw().Context()
	token, err := p.credential.replace(ctx, refused)
	if err != nil {
		err = fmt.Errorf("%w; fetching another token failed: %w", NewError("", refusal, refused.age()), err)
		runtime.Drain(refusal)
		return nil, unlessEnded(ctx, err)
	}
	if token.Token == refused.Token {
		return refusal, nil
	}
	runtime.Drain(refusal)
	if err := req.RewindBody(); err != nil {
		return nil, pipeline.NewFinal(err)
	}
	return p.send(req, token)
}

// unlessEnded makes an error final, but not that of a context which ended: it may have been the one of a single try.
func unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return pipeline.NewFinal(err)
}
