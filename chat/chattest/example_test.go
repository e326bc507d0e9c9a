package chattest_test

import (
	"context"
	"fmt"

	"github.com/acschat/acs-chat-go/chat/chattest"
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
