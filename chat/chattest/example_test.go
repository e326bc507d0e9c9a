package chattest_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/identity"
)

// In a test, NewServer takes the place of Open and Close.
func ExampleOpen() {
	s, err := chattest.Open(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = s.Close() }()

	ctx := context.Background()
	ana := s.Client(s.NewUser())
	created, err := ana.CreateThread(ctx, "Lunch", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := ana.ThreadClient(created.Thread.ID).SendMessage(ctx, "At noon?", nil); err != nil {
		fmt.Println(err)
		return
	}
	for _, q := range s.Requests() {
		fmt.Println(q.Operation, q.Status)
	}
	// Output:
	// Chat_CreateChatThread 201
	// ChatThread_SendChatMessage 201
}

// The reply to a message is lost: the client does not know whether it was sent, but it was.
func ExampleService_Fail() {
	s, err := chattest.Open(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = s.Close() }()

	ctx := context.Background()
	ana := s.Client(s.NewUser())
	created, err := ana.CreateThread(ctx, "Lunch", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	thread := ana.ThreadClient(created.Thread.ID)

	lost := s.Fail(chattest.SendChatMessage, chattest.Fault{LoseReply: true})
	_, err = thread.SendMessage(ctx, "At noon?", nil)
	fmt.Println(err != nil, lost.Fired())

	for message, err := range thread.ListMessages(nil).All(ctx) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(message.Type)
	}
	// Output:
	// true 1
	// text
	// topicUpdated
	// participantAdded
}

// A program in any language makes a user with the connection string; here it is this library.
func ExampleService_ConnectionString() {
	s, err := chattest.Open(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = s.Close() }()

	options := &identity.ClientOptions{}
	options.Transport = s.HTTPClient()
	users, err := identity.NewClientFromConnectionString(s.ConnectionString(), options)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer users.Close()
	created, err := users.CreateUserAndToken(context.Background(), []identity.Scope{identity.ScopeChat}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.Users()[0] == created.User)
	// Output: true
}

// What is stored can be compared with what should be.
func ExampleService_Texts() {
	s, err := chattest.Open(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = s.Close() }()

	ctx := context.Background()
	ana, bo := s.NewUser(), s.NewUser()
	created, err := s.Client(ana).CreateThread(ctx, "Lunch", &chat.CreateThreadOptions{Participants: []chat.Participant{{Identifier: bo}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := s.Client(bo).ThreadClient(created.Thread.ID).SendMessage(ctx, "At noon?", nil); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.Threads()[0].Topic, len(s.Participants(created.Thread.ID)), s.Texts(created.Thread.ID))
	// Output: Lunch 2 [At noon?]
}

// More than 10 messages in 10 seconds are too many for a thread, until the service's clock has moved on.
func ExampleOptions_enforceLimits() {
	s, err := chattest.Open(&chattest.Options{EnforceLimits: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = s.Close() }()

	ctx := context.Background()
	options := s.ClientOptions()
	options.Retry.MaxRetries = -1
	client, err := chat.NewClient(s.Endpoint(), s.Credential(s.NewUser()), options)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	created, err := client.CreateThread(ctx, "Lunch", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	thread := client.ThreadClient(created.Thread.ID)
	for err == nil {
		_, err = thread.SendMessage(ctx, "At noon?", nil)
	}
	fmt.Println(len(s.Texts(created.Thread.ID)), errors.Is(err, chat.ErrThrottled))
	s.Advance(10 * time.Second)
	_, err = thread.SendMessage(ctx, "At one?", nil)
	fmt.Println(err)
	// Output:
	// 10 true
	// <nil>
}

// A bot answers the messages that Event Grid delivers to it, and the answer to one delivery is lost.
func ExampleService_DeliverEvents() {
	s, err := chattest.Open(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = s.Close() }()

	bot := events.NewHandler(func(_ context.Context, event events.Event) error {
		if e, ok := event.(events.MessageReceived); ok {
			fmt.Println("handled:", e.Message.Content.Message)
		}
		return nil
	}, nil)
	s.DeliverEvents(bot, &chattest.SubscriptionOptions{EventTypes: []string{"ChatMessageReceivedInThread"}})
	s.Fail(chattest.DeliverToWebhook, chattest.Fault{LoseReply: true})

	ctx := context.Background()
	ana := s.Client(s.NewUser())
	created, err := ana.CreateThread(ctx, "Lunch", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := ana.ThreadClient(created.Thread.ID).SendMessage(ctx, "At noon?", nil); err != nil {
		fmt.Println(err)
		return
	}
	_ = s.WaitForDeliveries(ctx)
	fmt.Println(s.Deliveries()[0].Status, s.Deliveries()[0].Outcome)
	s.Advance(chattest.RetryDelay(1))
	_ = s.WaitForDeliveries(ctx)
	fmt.Println(s.Deliveries()[0].Status, s.Deliveries()[0].Outcome)
	// Output:
	// handled: At noon?
	// waiting the answer was lost by fault 1
	// delivered 200 OK
}
