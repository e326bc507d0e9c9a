package tui

import (
	"context"
	"errors"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/realtime"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/follow"
)

// Service is the part of the chat service that a chat uses, for one user. Its methods are safe for concurrent use.
type Service interface {
	// Threads returns a page of the user's threads, the most recently active first; token is "" for the first page.
	Threads(ctx context.Context, token string) (chat.Page[chat.ThreadItem], error)
	// Topic returns the topic of a thread.
	Topic(ctx context.Context, thread string) (string, error)
	// People returns all participants of a thread.
	People(ctx context.Context, thread string) ([]chat.Participant, error)
	// Receipts returns the read receipts of a thread.
	Receipts(ctx context.Context, thread string) ([]chat.ReadReceipt, error)
	// Messages returns a page of a thread, the latest versions first; token is "" for the first page.
	Messages(ctx context.Context, thread, token string) (chat.Page[chat.Message], error)
	// Changes returns the messages with a version above after. complete is false if there are too many to return.
	Changes(ctx context.Context, thread string, after int64) (changes []chat.Message, complete bool, err error)

	// Listen opens a live connection, and calls changed for each change of its state. See [realtime.Listen].
	Listen(ctx context.Context, changed func(realtime.StateChange)) (*realtime.Listener, error)

	// Send sends a text, at most once, and returns the id of the message. See [chat.ThreadClient.SendMessage] for its errors.
	Send(ctx context.Context, thread, text string) (string, error)
	// Edit replaces the text of a message.
	Edit(ctx context.Context, thread, message, text string) error
	// Delete deletes a message.
	Delete(ctx context.Context, thread, message string) error
	// Typing sends a typing notification.
	Typing(ctx context.Context, thread string) error
	// Read sends a read receipt for a message.
	Read(ctx context.Context, thread, message string) error
}

// Over returns the service of a client, which should have a limiter. Messages are sent with displayName; "" is none.
func Over(client *chat.Client, displayName string) Service {
	return &service{client: client, name: displayName}
}

const (
	threadsPage  = 50
	messagesPage = 50
	changesPage  = 20
	changesPages = 10 // at most, for one look
)

type service struct {
	client *chat.Client
	name   string
}

func (s *service) Threads(ctx context.Context, token string) (chat.Page[chat.ThreadItem], error) {
	return onePage(ctx, s.client.ListThreads(&chat.ListThreadsOptions{PageSize: threadsPage, ContinuationToken: token}))
}

func (s *service) Topic(ctx context.Context, thread string) (string, error) {
	properties, err := s.client.ThreadClient(thread).GetProperties(ctx)
	return properties.Topic, err
}

func (s *service) People(ctx context.Context, thread string) ([]chat.Participant, error) {
	return s.client.ThreadClient(thread).ListParticipants(nil).Collect(untried(ctx), 0)
}

func (s *service) Receipts(ctx context.Context, thread string) ([]chat.ReadReceipt, error) {
	return s.client.ThreadClient(thread).ListReadReceipts(nil).Collect(untried(ctx), 0)
}

func (s *service) Messages(ctx context.Context, thread, token string) (chat.Page[chat.Message], error) {
	return s.messages(ctx, thread, token, messagesPage)
}

func (s *service) Changes(ctx context.Context, thread string, after int64) (changes []chat.Message, complete bool, err error) {
	listing := s.client.ThreadClient(thread).ListMessages(&chat.ListMessagesOptions{PageSize: changesPage})
	changes, _, err = follow.Above(listing.Pages(untried(ctx)), after, changesPages)
	if errors.Is(err, follow.ErrTooMany) {
		return nil, false, nil
	}
	return changes, err == nil, err
}

func (s *service) messages(ctx context.Context, thread, token string, size int) (chat.Page[chat.Message], error) {
	return onePage(untried(ctx), s.client.ThreadClient(thread).ListMessages(&chat.ListMessagesOptions{PageSize: size, ContinuationToken: token}))
}

func (s *service) Listen(ctx context.Context, changed func(realtime.StateChange)) (*realtime.Listener, error) {
	return realtime.Listen(ctx, s.client, &realtime.Options{OnStateChange: changed, CloseTimeout: time.Second})
}

func (s *service) Send(ctx context.Context, thread, text string) (string, error) {
	sent, err := s.client.ThreadClient(thread).SendMessage(ctx, text, &chat.SendMessageOptions{SenderDisplayName: s.name})
	return sent.ID, err
}

func (s *service) Edit(ctx context.Context, thread, message, text string) error {
	return s.client.ThreadClient(thread).UpdateMessage(ctx, message, chat.MessageUpdate{Content: &text})
}

func (s *service) Delete(ctx context.Context, thread, message string) error {
	return s.client.ThreadClient(thread).DeleteMessage(ctx, message)
}

func (s *service) Typing(ctx context.Context, thread string) error {
	return s.client.ThreadClient(thread).SendTypingNotification(untried(ctx), &chat.SendTypingNotificationOptions{SenderDisplayName: s.name})
}

func (s *service) Read(ctx context.Context, thread, message string) error {
	return s.client.ThreadClient(thread).SendReadReceipt(untried(ctx), message)
}

// onePage reads one page of a listing.
func onePage[T any](ctx context.Context, pager *chat.Pager[T]) (chat.Page[T], error) {
	for page, err := range pager.Pages(ctx) {
		return page, err
	}
	return chat.Page[T]{Last: true}, nil
}

// untried disables retries of the client: the chat polls again soon, and shows the error meanwhile.
func untried(ctx context.Context) context.Context {
	return policy.WithRetryOptions(ctx, policy.RetryOptions{MaxRetries: -1, TryTimeout: time.Minute})
}
