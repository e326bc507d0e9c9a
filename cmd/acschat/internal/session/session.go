// Package session finds out for whom the tool works, and at which resource: from the flags, from files and from the environment.
package session

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
	"github.com/acschat/acs-chat-go/chat/limits"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/bulk"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/input"
)

// The environment variables that stand in for flags.
const (
	EndpointVariable         = "AZURE_COMMUNICATION_ENDPOINT"
	TokenVariable            = "AZURE_COMMUNICATION_ACCESS_TOKEN" //nolint:gosec // the name of the variable
	ConnectionStringVariable = "AZURE_COMMUNICATION_CONNECTION_STRING"
	UserVariable             = "ACSCHAT_USER"
	ThreadVariable           = "ACSCHAT_THREAD"
	CAFileVariable           = "ACSCHAT_CA_FILE"
)

// Session is the user of the tool, and the resource. Set the exported fields before the flags are parsed.
type Session struct {
	Getenv func(name string) string
	Stdin  io.Reader
	Log    io.Writer // of --verbose
	// Unpaced sends requests without waiting for the rate limits. Commands set it before they ask for a client.
	Unpaced bool

	endpoint         string
	token            string
	tokenFile        string
	tokenExpires     flags.Expiry
	connectionString string
	as               string
	caFile           string
	verbose          bool
	limiter          *limits.Limiter // of all clients, nil until it is used
}

// AddFlags adds the flags that name the user and the resource.
func (s *Session) AddFlags(f *pflag.FlagSet) {
	f.Var((*flags.Filled)(&s.endpoint), "endpoint", "`URL` of the resource [$"+EndpointVariable+"]; the flag replaces that of a connection string, too")
	f.Var((*flags.Filled)(&s.tokenFile), "token-file", "`FILE` with a user's token, - for stdin")
	f.Var((*flags.Filled)(&s.token), "token", "a user's `TOKEN` [$"+TokenVariable+"]; others see it in the list of processes:\nprefer the variable or --token-file")
	f.Var(&s.tokenExpires, "token-expires", "when that token expires, a time or a duration from now; an encrypted token\ndoes not say it")
	f.Var((*flags.Filled)(&s.connectionString), "connection-string", "endpoint and key of the resource, `STRING`; prefer the variable\n[$"+ConnectionStringVariable+"]")
	f.Var((*flags.Filled)(&s.as), "as", "act as this `USER`, with a token issued by the connection string [$"+UserVariable+"]")
	f.Var((*flags.Filled)(&s.caFile), "ca-file", "`FILE` of a certificate authority to trust in addition to the system's, such as the emulator's [$"+CAFileVariable+"]")
	f.BoolVarP(&s.verbose, "verbose", "v", false, "one line on stderr for each request")
}

// Verbose reports whether requests are logged.
func (s *Session) Verbose() bool { return s.verbose }

// TokenFromStdin reports whether the token is read from stdin.
func (s *Session) TokenFromStdin() bool { return s.tokenFile == input.Stdin }

// Chat returns a client of the user.
func (s *Session) Chat(ctx context.Context) (*chat.Client, error) {
	endpoint, credential, err := s.Credential(ctx)
	if err != nil {
		return nil, err
	}
	return s.ChatWith(endpoint, credential)
}

// ChatWith returns a client with a credential of Credential.
func (s *Session) ChatWith(endpoint string, credential *chat.TokenCredential) (*chat.Client, error) {
	options, err := s.ClientOptions(endpoint)
	if err != nil {
		return nil, err
	}
	return chat.NewClient(endpoint, credential, &chat.ClientOptions{ClientOptions: options, Limiter: s.limited(), Logger: s.Logger()})
}

// Limiter returns the limiter of all clients, nil if they do not wait for the rate limits.
func (s *Session) Limiter() *limits.Limiter {
	if s.limiter == nil && !s.Unpaced {
		s.limiter = limits.New(nil)
	}
	return s.limiter
}

func (s *Session) limited() chat.Limiter {
	if limiter := s.Limiter(); limiter != nil {
		return bulk.Limiter{Limiter: limiter}
	}
	return nil
}

// Identities returns the client that creates users and issues tokens.
func (s *Session) Identities() (*identity.Client, error) {
	text := cmp.Or(s.connectionString, s.Getenv(ConnectionStringVariable))
	if text == "" {
		return nil, cli.Misuse("users and tokens need the access key of the resource, and none is set.\n\n"+
			"Set %s to the connection string that the portal shows under Keys.\n"+
			"Or try it without Azure: acschat emulator needs no setup, and prints one.", ConnectionStringVariable)
	}
	transport, err := s.ClientOptions(cmp.Or(s.endpoint, endpointOf(text)))
	if err != nil {
		return nil, err
	}
	options := &identity.ClientOptions{ClientOptions: transport, Limiter: s.limited(), Logger: s.Logger()}
	if key := accessKeyOf(text); s.endpoint != "" && key != "" {
		return identity.NewClientWithAccessKey(s.endpoint, key, options)
	}
	return identity.NewClientFromConnectionString(text, options)
}

// Credential returns the endpoint of the resource and the credential of the user. It does not fetch a token.
// With an invalid token it returns the endpoint and an ArgumentError.
func (s *Session) Credential(ctx context.Context) (endpoint string, _ *chat.TokenCredential, err error) {
	token, err := s.Token(ctx)
	if err != nil {
		return "", nil, err
	}
	if token.Token != "" {
		if endpoint, err = s.resource(); err != nil {
			return "", nil, err
		}
		credential, err := chat.NewStaticTokenCredential(token)
		return endpoint, credential, err
	}
	user := s.User()
	haveKey := s.connectionString != "" || s.Getenv(ConnectionStringVariable) != ""
	switch {
	case user == "" && haveKey:
		return "", nil, cli.Misuse("which user? The connection string issues tokens for any user of the resource: name one with --as USER or %s.\n"+
			"acschat user create creates a user.", UserVariable)
	case user == "":
		return "", nil, cli.Misuse(noUser)
	case !haveKey:
		return "", nil, s.noKey()
	}
	identities, err := s.Identities()
	if err != nil {
		return "", nil, err
	}
	credential, err := identities.Credential(chat.CommunicationUser{ID: user}, []identity.Scope{identity.ScopeChat},
		&identity.CredentialOptions{Lifetime: time.Hour}) // the shortest; it is renewed if a command takes longer
	return identities.Endpoint(), credential, err
}

// noUser is the error if nothing is set.
const noUser = `no user is set.

Set
  ` + EndpointVariable + ` and ` + TokenVariable + `, the token of a user
or
  ` + ConnectionStringVariable + ` and, with --as or ` + UserVariable + `, the user to act as
or use the flags of the same names. Without Azure: acschat emulator needs no setup, and acschat demo shows every operation.`

// noKey is the error if there is a user, but nothing to act as it with.
func (s *Session) noKey() error {
	token := TokenVariable
	if s.endpoint == "" && s.Getenv(EndpointVariable) == "" {
		token = EndpointVariable + " and " + token
	}
	return cli.Misuse("there is a user, but no access key of the resource to issue a token, and no token.\n\nSet\n  %s\nor\n  %s, a token of the user%s",
		ConnectionStringVariable, token, asLeftOut(s.as))
}

// asLeftOut says that a token stands for the user that --as names.
func asLeftOut(as string) string {
	if as == "" {
		return ""
	}
	return ", and leave out --as"
}

// As returns the user that --as names; "" if the flag is not given.
func (s *Session) As() string { return s.as }

// User returns the user that --as or the environment names; "" if none is named.
func (s *Session) User() string { return cmp.Or(s.as, s.Getenv(UserVariable)) }

// TokenExpires returns when the given token expires by --token-expires, the zero time if the flag is not given.
func (s *Session) TokenExpires() time.Time { return s.tokenExpires.Time }

// IssuesToken reports whether no token is given, so that one is to be issued.
func (s *Session) IssuesToken() bool {
	return s.as != "" || s.token == "" && s.tokenFile == "" && s.Getenv(TokenVariable) == ""
}

// Token returns the token that is given, the zero value if one is to be issued. ExpiresOn is that of --token-expires.
func (s *Session) Token(ctx context.Context) (chat.AccessToken, error) {
	token, err := s.givenToken(ctx)
	if err == nil && token == "" && !s.tokenExpires.IsZero() {
		err = cli.Misuse("--token-expires is for a token that is given, and none is: one that is issued comes with its expiry")
	}
	if err != nil || token == "" {
		return chat.AccessToken{}, err
	}
	return chat.AccessToken{Token: token, ExpiresOn: s.tokenExpires.Time}, nil
}

func (s *Session) givenToken(ctx context.Context) (string, error) {
	switch {
	case s.token != "" && s.tokenFile != "":
		return "", cli.Misuse("--token and --token-file both name a token: choose one")
	case s.as != "" && (s.token != "" || s.tokenFile != ""):
		return "", cli.Misuse("--as issues a token, and one is given: choose one")
	case s.tokenFile != "":
		return s.readToken(ctx)
	case s.token != "":
		return s.token, nil
	case s.as != "":
		return "", nil
	}
	return s.Getenv(TokenVariable), nil
}

// maxToken is several times the length of a token.
const maxToken = 64 << 10

func (s *Session) readToken(ctx context.Context) (string, error) {
	text, err := input.Read(ctx, s.tokenFile, s.Stdin, maxToken)
	if err != nil {
		return "", err
	}
	if token := strings.TrimSpace(text); token != "" {
		return token, nil
	}
	return "", cli.Misuse("there is no token in %s", input.Name(s.tokenFile))
}

// resource returns the endpoint for a token that is given.
func (s *Session) resource() (string, error) {
	for _, endpoint := range []string{
		s.endpoint, endpointOf(s.connectionString), s.Getenv(EndpointVariable), endpointOf(s.Getenv(ConnectionStringVariable)),
	} {
		if endpoint != "" {
			return endpoint, nil
		}
	}
	return "", cli.Misuse("there is a token, but no resource: set %s to https://<resource>.communication.azure.com", EndpointVariable)
}

// endpointOf returns the endpoint in a connection string, "" if it is invalid: the code that uses the string reports that.
func endpointOf(connectionString string) string {
	options := &identity.ClientOptions{}
	options.InsecureAllowCredentialWithHTTP = true // checked where the endpoint is used
	client, err := identity.NewClientFromConnectionString(connectionString, options)
	if err != nil {
		return ""
	}
	return client.Endpoint()
}

// accessKeyOf returns the access key in a connection string, "" if it has none or is invalid.
func accessKeyOf(connectionString string) string {
	if endpointOf(connectionString) == "" {
		return ""
	}
	for part := range strings.SplitSeq(connectionString, ";") {
		if name, value, _ := strings.Cut(part, "="); strings.EqualFold(strings.TrimSpace(name), "accesskey") {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// Logger writes a line for each request with --verbose, and is nil without.
func (s *Session) Logger() *slog.Logger {
	if !s.verbose {
		return nil
	}
	return slog.New(slog.NewTextHandler(s.Log, nil))
}
