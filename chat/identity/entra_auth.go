package identity

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
	"github.com/acschat/acs-chat-go/chat/internal/secret"
)

// entraScope is what an application asks Entra for. The two slashes belong there.
const entraScope = "https://communication.azure.com//.default"

// entraAuth authorizes requests with the Entra token of an application.
//
// azcore has such a policy, but a caller who waits there for another's token waits beyond its own deadline, and a server's
// requests have deadlines. A TokenCredential waits properly, so it holds the token here. In return the challenges of Continuous
// Access Evaluation are not answered; tokens are asked for that do not take part in it.
type entraAuth struct {
	credential azcore.TokenCredential
	allowHTTP  bool
	held       atomic.Pointer[entraToken]
}

// entraToken is a token and its renewal, until the service refuses it.
type entraToken struct {
	*chat.TokenCredential
	since time.Time
}

// refusedInterval keeps refusals that no new token mends, of another resource's user for example, from causing a fetch each.
const refusedInterval = time.Minute

func newEntraAuth(credential azcore.TokenCredential, allowHTTP bool) *entraAuth {
	p := &entraAuth{credential: credential, allowHTTP: allowHTTP}
	p.held.Store(p.newToken())
	return p
}

func (p *entraAuth) newToken() *entraToken {
	credential, err := chat.NewTokenCredential(func(ctx context.Context) (chat.AccessToken, error) {
		return entraTokenFor(ctx, p.credential, []string{entraScope})
	}, nil)
	if err != nil {
		panic(err) // it has a callback, and no options that could be wrong
	}
	return &entraToken{TokenCredential: credential, since: time.Now()}
}

func (p *entraAuth) send(attempt *pipeline.Attempt) (*http.Response, error) {
	raw := attempt.Request
	if raw.URL.Scheme != "https" && !p.allowHTTP {
		return nil, pipeline.NewFinal(errors.New("a token is not sent over plain http"))
	}
	held := p.held.Load()
	token, err := held.Token(raw.Context())
	if err != nil {
		return nil, pipeline.NewFinal(err)
	}
	raw.Header.Set("Authorization", "Bearer "+token.Token)
	resp, err := attempt.Send()
	if err == nil && resp.StatusCode == http.StatusUnauthorized && time.Since(held.since) > refusedInterval {
		p.held.CompareAndSwap(held, p.newToken()) // the next call asks for another
	}
	return resp, err
}

func (p *entraAuth) close() {
	_ = p.held.Load().Close() // always nil
}

// entraTokenFor asks a credential for a token.
func entraTokenFor(ctx context.Context, credential azcore.TokenCredential, scopes []string) (chat.AccessToken, error) {
	token, err := credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: scopes})
	switch {
	case err != nil:
		return chat.AccessToken{}, fmt.Errorf("no Entra token: %w", err)
	case token.Token == "":
		return chat.AccessToken{}, errors.New("the credential gave an empty Entra token")
	}
	if err := secret.CheckToken(token.Token); err != nil {
		return chat.AccessToken{}, fmt.Errorf("the Entra token %w", err)
	}
	return chat.AccessToken{Token: token.Token, ExpiresOn: token.ExpiresOn}, nil
}
