package main

import (
	"cmp"
	"context"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
)

// The environment says what flags do not.
const (
	endpointVariable         = "AZURE_COMMUNICATION_ENDPOINT"
	tokenVariable            = "AZURE_COMMUNICATION_ACCESS_TOKEN" //nolint:gosec // where a token is, and not one
	connectionStringVariable = "AZURE_COMMUNICATION_CONNECTION_STRING"
	userVariable             = "ACSCHAT_USER"
	threadVariable           = "ACSCHAT_THREAD"
	caFileVariable           = "ACSCHAT_CA_FILE"
)

// session is who works with the tool and at which resource, as the flags say it.
type session struct {
	endpoint         string
	token            string
	tokenFile        string
	connectionString string
	as               string
	caFile           string
	verbose          bool
}

func (s *session) addFlags(flags *pflag.FlagSet) {
	flags.Var((*filled)(&s.endpoint), "endpoint", "`URL` of the resource [$"+endpointVariable+"]")
	flags.Var((*filled)(&s.tokenFile), "token-file", "`FILE` with a user's token, - for stdin")
	flags.Var((*filled)(&s.token), "token", "a user's `TOKEN` [$"+tokenVariable+"]; on the command line others see it in the list of processes:\nprefer the variable or --token-file")
	flags.Var((*filled)(&s.connectionString), "connection-string", "endpoint and access key of the resource, `STRING` [$"+connectionStringVariable+"]; prefer the variable")
	flags.Var((*filled)(&s.as), "as", "act as this `USER`, with a token made by the connection string [$"+userVariable+"]")
	flags.Var((*filled)(&s.caFile), "ca-file", "`FILE` of an authority to trust besides those of the system, as the emulator's [$"+caFileVariable+"]")
	flags.BoolVarP(&s.verbose, "verbose", "v", false, "one line on stderr for each request")
}

// chat makes the client of the user.
func (s *session) chat(ctx context.Context) (*chat.Client, error) {
	endpoint, credential, err := s.who(ctx)
	if err != nil {
		return nil, err
	}
	options, err := s.clientOptions(endpoint)
	if err != nil {
		return nil, err
	}
	return chat.NewClient(endpoint, credential, &chat.ClientOptions{ClientOptions: options, Logger: s.logger()})
}

// identities makes the client that users and tokens come from.
func (s *session) identities() (*identity.Client, error) {
	text := cmp.Or(s.connectionString, os.Getenv(connectionStringVariable))
	if text == "" {
		return nil, misuse("users and tokens are made with the access key of the resource, and nothing says what it is.\n\n"+
			"Set %s to what the portal shows under Keys.\n"+
			"Or try it without Azure: acschat emulator needs nothing, and prints one.", connectionStringVariable)
	}
	options, err := s.clientOptions(endpointOf(text))
	if err != nil {
		return nil, err
	}
	return identity.NewClientFromConnectionString(text, &identity.ClientOptions{ClientOptions: options, Logger: s.logger()})
}

// who finds out which user of which resource the tool works for.
func (s *session) who(ctx context.Context) (endpoint string, _ *chat.TokenCredential, err error) {
	token, err := s.accessToken(ctx)
	if err != nil {
		return "", nil, err
	}
	if token != "" {
		if endpoint, err = s.resource(); err != nil {
			return "", nil, err
		}
		credential, err := chat.NewStaticTokenCredential(token)
		return endpoint, credential, err
	}
	user := cmp.Or(s.as, os.Getenv(userVariable))
	haveKey := s.connectionString != "" || os.Getenv(connectionStringVariable) != ""
	switch {
	case user == "" && haveKey:
		return "", nil, misuse("which user? The connection string makes a token for anyone of the resource: --as USER or %s says for whom.\n"+
			"acschat user create makes a user.", userVariable)
	case user == "":
		return "", nil, misuse(nobody)
	case !haveKey:
		return "", nil, misuse("--as makes a token, and for that wants the access key of the resource: set %s", connectionStringVariable)
	}
	identities, err := s.identities()
	if err != nil {
		return "", nil, err
	}
	credential, err := identities.Credential(chat.CommunicationUser{ID: user}, []identity.Scope{identity.ScopeChat},
		&identity.CredentialOptions{Lifetime: time.Hour}) // the least there is; a longer command renews it
	return cmp.Or(s.endpoint, identities.Endpoint()), credential, err
}

// nobody is the answer when nothing at all is set.
const nobody = `nothing says who you are.

Set
  ` + endpointVariable + ` and ` + tokenVariable + `, the token of a user
or
  ` + connectionStringVariable + ` and, with --as or ` + userVariable + `, the user to act as
or use the flags of the same names. Without Azure: acschat emulator needs nothing, and acschat demo shows all of it.`

// accessToken is the token that was given, empty when one is to be made.
func (s *session) accessToken(ctx context.Context) (string, error) {
	switch {
	case s.token != "" && s.tokenFile != "":
		return "", misuse("--token and --token-file both say which token: choose one")
	case s.as != "" && (s.token != "" || s.tokenFile != ""):
		return "", misuse("--as makes a token, and one is given: choose one")
	case s.tokenFile != "":
		return s.readToken(ctx)
	case s.token != "":
		return s.token, nil
	case s.as != "":
		return "", nil
	}
	return os.Getenv(tokenVariable), nil
}

// maxToken is several times the length of a token.
const maxToken = 64 << 10

func (s *session) readToken(ctx context.Context) (string, error) {
	text, err := readInput(ctx, s.tokenFile, maxToken)
	if err != nil {
		return "", err
	}
	if token := strings.TrimSpace(text); token != "" {
		return token, nil
	}
	return "", misuse("there is no token in %s", inputName(s.tokenFile))
}

// resource is the endpoint that a given token is for.
func (s *session) resource() (string, error) {
	for _, endpoint := range []string{
		s.endpoint, endpointOf(s.connectionString), os.Getenv(endpointVariable), endpointOf(os.Getenv(connectionStringVariable)),
	} {
		if endpoint != "" {
			return endpoint, nil
		}
	}
	return "", misuse("there is a token, and nothing says of which resource: set %s to https://<resource>.communication.azure.com", endpointVariable)
}

// endpointOf is the endpoint in a connection string, empty when there is none: whoever uses the string says what is wrong with it.
func endpointOf(connectionString string) string {
	options := &identity.ClientOptions{}
	options.InsecureAllowCredentialWithHTTP = true // whether it is allowed is decided where it is used
	client, err := identity.NewClientFromConnectionString(connectionString, options)
	if err != nil {
		return ""
	}
	return client.Endpoint()
}

// logger writes a line for each request when asked to.
func (s *session) logger() *slog.Logger {
	if !s.verbose {
		return nil
	}
	return slog.New(slog.NewTextHandler(os.Stderr, nil))
}
