package identity

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// EntraTokenCredentialOptions are the optional settings of [NewEntraTokenCredential].
type EntraTokenCredentialOptions struct {
	// ClientOptions are those of the requests that exchange tokens. APIVersion replaces the version that belongs to the scopes.
	ClientOptions
	// TokenCredentialOptions are those of the credential: initial token, timeout, renewal in the background.
	chat.TokenCredentialOptions
	// Scopes are requested for the Entra token. All of them begin with "https://communication.azure.com/clients/" or, for Teams
	// users who act through the resource, with "https://auth.msft.communication.azure.com/" or the same on azure.us. Empty means
	// "https://communication.azure.com/clients/.default".
	Scopes []string
}

// NewEntraTokenCredential returns a credential for the person whose Entra tokens credential returns. It exchanges each for a chat
// token of the resource at endpoint, "https://<resource>.communication.azure.com". It needs no access key and no backend, but the
// resource must allow the person. It sends no request before a call needs a token, unless RefreshAhead is set.
//
// A renewal first requests an Entra token from credential. If that is the same as before, the chat token is kept until it
// expires, since a new one would expire at the same time; a chat token that the service rejected is replaced. Errors are returned
// by the calls that wait for a token and do not contain one.
//
// An invalid endpoint, a nil credential, scopes that do not belong together and an invalid option are each a
// [*chat.ArgumentError]. Nil options are the zero value.
func NewEntraTokenCredential(endpoint string, credential azcore.TokenCredential, options *EntraTokenCredentialOptions) (*chat.TokenCredential, error) {
	if options == nil {
		options = &EntraTokenCredentialOptions{}
	}
	base, err := parseEndpoint(endpoint, &options.ClientOptions)
	if err != nil {
		return nil, err
	}
	if credential == nil {
		return nil, &chat.ArgumentError{Name: "credential", Reason: "must not be nil"}
	}
	scopes := append([]string(nil), options.Scopes...)
	if len(scopes) == 0 {
		scopes = []string{entraUsers().scopes[0] + ".default"}
	}
	family, err := familyOf(scopes)
	if err != nil {
		return nil, err
	}
	if options.APIVersion != "" {
		family.apiVersion = options.APIVersion
	}
	p, err := newPipeline(base, pipeline.Settings{}, &options.ClientOptions)
	if err != nil {
		return nil, err
	}
	e := &entraExchange{pipeline: p, endpoint: base.String(), family: family, credential: credential, scopes: scopes}
	return chat.NewTokenCredential(e.token, &options.TokenCredentialOptions)
}

// entraExchange exchanges Entra tokens for chat tokens.
type entraExchange struct {
	pipeline   *pipeline.Pipeline
	endpoint   string
	family     entraFamily
	credential azcore.TokenCredential
	scopes     []string

	mu        sync.Mutex // guards what follows
	exchanged string     // the Entra token
	chatToken chat.AccessToken
}

// keptFor is how long before its expiry a chat token is kept: the time at which a credential renews it. An earlier request means
// that the service rejected the token.
const keptFor = 2 * time.Minute

// token is the refresh callback of the credential.
func (e *entraExchange) token(ctx context.Context) (chat.AccessToken, error) {
	entra, err := entraTokenFor(ctx, e.credential, e.scopes)
	if err != nil {
		return chat.AccessToken{}, err
	}
	if kept, ok := e.kept(entra.Token); ok {
		return kept, nil
	}
	op := pipeline.Operation{Name: "EntraTokenCredential", Action: "identity: exchange Entra token", Status: http.StatusOK}
	issued, err := exchange(ctx, e.pipeline, e.endpoint, e.family, op, entra.Token)
	if err != nil {
		return chat.AccessToken{}, err
	}
	token, err := accessToken(op, issued.AccessToken)
	if err != nil {
		return chat.AccessToken{}, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.exchanged, e.chatToken = entra.Token, token
	return token, nil
}

// kept returns the chat token that an Entra token was exchanged for.
func (e *entraExchange) kept(entraToken string) (chat.AccessToken, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	left := time.Until(e.chatToken.ExpiresOn)
	return e.chatToken, e.exchanged == entraToken && left > 0 && left <= keptFor
}
