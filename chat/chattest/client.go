package chattest

import (
	"context"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// Client is a chat client of the user's. Its credential renews itself from the service, and it retries without waiting.
// The service closes both.
func (s *Service) Client(user User) *chat.Client {
	client, err := chat.NewClient(s.Endpoint(), s.Credential(user), s.ClientOptions())
	if err != nil {
		panic("chattest: " + err.Error())
	}
	s.atClose(func() { _ = client.Close() })
	return client
}

// Credential is a credential of the user's that renews itself from the service. The service closes it.
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

// ClientOptions makes options for a client that reaches the service and retries after a millisecond.
func (s *Service) ClientOptions() *chat.ClientOptions {
	options := &chat.ClientOptions{}
	options.Transport = s.client
	options.Retry.RetryDelay = time.Millisecond
	options.Retry.MaxRetryDelay = 4 * time.Millisecond
	return options
}
