package chattest

import (
	"context"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// Client returns a chat client of the user, with [Service.Credential] and [Service.ClientOptions]. [Service.Close] closes it.
func (s *Service) Client(user User) *chat.Client {
	client, err := chat.NewClient(s.Endpoint(), s.Credential(user), s.ClientOptions())
	if err != nil {
		panic("chattest: " + err.Error())
	}
	s.atClose(func() { _ = client.Close() })
	return client
}

// Credential returns a credential of the user that gets its tokens from the service. [Service.Close] closes it.
func (s *Service) Credential(user User) *chat.TokenCredential {
	credential, err := chat.NewTokenCredential(func(context.Context) (chat.AccessToken, error) {
		return chat.AccessToken{Token: s.Token(user, 0)}, nil
	}, nil)
	if err != nil {
		panic("chattest: " + err.Error())
	}
	s.atClose(func() { _ = credential.Close() })
	return credential
}

// ClientOptions returns options for a client of the service that retries after one to four milliseconds.
func (s *Service) ClientOptions() *chat.ClientOptions {
	options := &chat.ClientOptions{}
	options.Transport = s.client
	options.Retry.RetryDelay = time.Millisecond
	options.Retry.MaxRetryDelay = 4 * time.Millisecond
	return options
}
