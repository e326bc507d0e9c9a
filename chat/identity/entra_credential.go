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
	// ClientOptions are those of the requests that exchange tokens. An APIVersion replaces the one that goes with the scopes.
	ClientOptions
	// TokenCredentialOptions are those of every credential: a first token, a timeout, renewal in the background.
	chat.TokenCredentialOptions
	// Scopes is what the Entra token is asked for. All begin with "https://communication.azure.com/clients/", or, for Teams
	// users who act through the resource, all with "https://auth.msft.communication.azure.com/" or its sister on azure.us.
	// Empty: "https://communication.azure.com/clients/.default".
	Scopes []string
}

// NewEntraTokenCredential makes a credential for the person whose Entra tokens credential gives: each is exchanged for a chat
// token at the resource, "https://<resource>.communication.azure.com". Neither an access key nor a backend is needed, but the
// resource must let the person in. Nothing is requested before the first call that needs a token, unless RefreshAhead is set.
//
// A renewal asks credential for a token first. If it gives the same one as before, the chat token is kept to its end, since
// another would end no later; one that the service has refused is exchanged anew. An exchange is retried on 408, 429, 500, 502,
// 503, 504 and when the connection fails. Errors come from the calls that wait for a token, a refusal of the service as a
// [*chat.Error]; none holds a token.
//
// It fails with a [*chat.ArgumentError] if endpoint is not such a URL, credential is nil, scopes are of no family or of several,
// or an option is not usable. Nil options are the zero value.
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

// entraExchange makes chat tokens of Entra tokens.
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

// keptFor is how long before its end a chat token is kept: as long as a credential renews it by itself. When it asks earlier,
// it is because the service has refused the token.
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

// kept is the chat token that an Entra token has brought already.
func (e *entraExchange) kept(entraToken string) (chat.AccessToken, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	left := time.Until(e.chatToken.ExpiresOn)
	return e.chatToken, e.exchanged == entraToken && left > 0 && left <= keptFor
}
