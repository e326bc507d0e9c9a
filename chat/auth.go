package chat

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// userAuth puts the user's token on every attempt, and answers a 401 with one more try under a new token; the attempts of a call
// share that one. azcore's own would let the 401 through, and make a caller wait for another's refresh beyond its own deadline.
type userAuth struct {
	credential *TokenCredential
	allowHTTP  bool
}

func (p *userAuth) send(attempt *pipeline.Attempt) (*http.Response, error) {
	raw := attempt.Request
	if raw.URL.Scheme != "https" && !p.allowHTTP {
		return nil, pipeline.NewFinal(errors.New("a token is not sent over plain http"))
	}
	token, err := p.credential.Token(raw.Context())
	if err != nil {
		return nil, unlessEnded(raw.Context(), err)
	}
	resp, err := p.sendUnder(token, attempt)
	if err != nil || resp.StatusCode != http.StatusUnauthorized || !attempt.FirstRefusal() {
		return resp, err
	}
	return p.tryAgain(attempt, resp, token)
}

func (p *userAuth) sendUnder(token AccessToken, attempt *pipeline.Attempt) (*http.Response, error) {
	attempt.Request.Header["Authorization"] = []string{"Bearer " + token.Token}
	resp, err := attempt.Send()
	switch {
	case err != nil:
	case resp.StatusCode == http.StatusUnauthorized: // it comes without a word
		attempt.Hint(token.age())
	case resp.StatusCode < http.StatusInternalServerError: // else nobody may have looked at it
		p.credential.accept(token)
	}
	return resp, err
}

func (p *userAuth) tryAgain(attempt *pipeline.Attempt, refusal *http.Response, refused AccessToken) (*http.Response, error) {
	ctx := attempt.Request.Context()
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
	if err := attempt.Renew(); err != nil {
		return nil, pipeline.NewFinal(err)
	}
	return p.sendUnder(token, attempt)
}

// unlessEnded makes an error final, but not that of a context which ended: it may have been the one of a single try.
func unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return pipeline.NewFinal(err)
}
