package chattest_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

// In a test, NewServer takes the place of Open and Close.

// newExample starts a service.
func newExample() *chattest.Service {
	s, err := chattest.Open(nil)
	if err != nil {
		log.Fatal(err)
	}
	return s
}

// newExampleThread makes a thread of Ana and Bo, and returns it as Ana sees it.
func newExampleThread(s *chattest.Service) (thread *chat.ThreadClient, ana, bo chattest.User) {
	ana, bo = s.NewUser(), s.NewUser()
	client := s.Client(ana)
	created, err := client.CreateThread(context.Background(), "Lunch", &chat.CreateThreadOptions{
		Participants: []chat.Participant{{Identifier: ana, DisplayName: "Ana"}, {Identifier: bo, DisplayName: "Bo"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	return client.ThreadClient(created.Thread.ID), ana, bo
}

// send sends a message, and returns its id.
func send(thread *chat.ThreadClient, text string) string {
	sent, err := thread.SendMessage(context.Background(), text, nil)
	if err != nil {
		log.Fatal(err)
	}
	return sent.ID
}

func ExampleOpen() {
	s, err := chattest.Open(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()

	ctx := context.Background()
	ana := s.Client(s.NewUser())
	created, err := ana.CreateThread(ctx, "Lunch", nil)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := ana.ThreadClient(created.Thread.ID).SendMessage(ctx, "At noon?", nil); err != nil {
		log.Fatal(err)
	}
	fmt.Println(s.Texts(created.Thread.ID))
	// Output: [At noon?]
}

// The data outlives the service: a second one continues with it.
func ExampleService_Close() {
	path := exampleFile()
	for range 2 {
		s, err := chattest.Open(&chattest.Options{Path: path})
		if err != nil {
			log.Fatal(err)
		}
		s.NewUser()
		fmt.Println(len(s.Users()))
		if err := s.Close(); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// 1
	// 2
}

// What a program sends can be compared with what it should send.
func ExampleService_Requests() {
	s := newExample()
	defer s.Close()
	thread, _, _ := newExampleThread(s)

	send(thread, "At noon?")
	for _, q := range s.Requests() {
		fmt.Println(q.Operation, q.Status)
	}
	fmt.Println(string(s.Requests(chattest.SendChatMessage)[0].Body))
	// Output:
	// Chat_CreateChatThread 201
	// ChatThread_SendChatMessage 201
	// {"content":"At noon?","type":"text"}
}

// The reply to a message is lost: the client does not know whether it was sent, but it was.
func ExampleService_Fail() {
	s := newExample()
	defer s.Close()
	thread, _, _ := newExampleThread(s)

	lost := s.Fail(chattest.SendChatMessage, chattest.Fault{LoseReply: true})
	_, err := thread.SendMessage(context.Background(), "At noon?", nil)
	fmt.Println(errors.Is(err, chat.ErrOutcomeUnknown), lost.Fired())
	fmt.Println(s.Texts(thread.ThreadID()))
	// Output:
	// true 1
	// [At noon?]
}

// A test ends with a look at the faults that did not hit anything.
func ExampleService_Faults() {
	s := newExample()
	defer s.Close()
	thread, _, _ := newExampleThread(s)

	s.Fail(chattest.SendChatMessage, chattest.Fault{Status: 429, RetryAfter: time.Millisecond})
	s.Fail(chattest.DeleteChatMessage, chattest.Fault{Status: 503})
	send(thread, "At noon?") // it is retried
	for _, fault := range s.Faults() {
		fmt.Println(fault.Operation(), fault.Fault().Status)
	}
	// Output: ChatThread_DeleteChatMessage 503
}

// A fault that hits every request lasts until it is removed.
func ExampleInjectedFault() {
	s := newExample()
	defer s.Close()
	thread, _, _ := newExampleThread(s)

	fault := s.Fail(chattest.SendChatMessage, chattest.Fault{Status: 403, Times: -1})
	_, err := thread.SendMessage(context.Background(), "At noon?", nil)
	fmt.Println(errors.Is(err, chat.ErrForbidden), fault.Fired())
	fmt.Println(fault.ID() == s.Requests(fault.Operation())[0].Fault, fault.Fault().Times)
	fault.Remove()
	send(thread, "At one?")
	fmt.Println(fault.Fired(), len(s.Faults()))
	// Output:
	// true 1
	// true -1
	// 1 0
}

// Events are lost on a connection, not in a request.
func ExampleFault_Check() {
	fault := chattest.Fault{LoseEvent: true}
	fmt.Println(fault.Check(chattest.DeliverEvent))
	fmt.Println(fault.Check(chattest.SendChatMessage) != nil)
	// Output:
	// <nil>
	// true
}

// A day later every token has expired, and the client fetches another one.
func ExampleService_Advance() {
	s := newExample()
	defer s.Close()
	thread, _, _ := newExampleThread(s)

	s.Advance(25 * time.Hour)
	send(thread, "At noon?")
	for _, q := range s.Requests(chattest.SendChatMessage) {
		fmt.Println(q.Status)
	}
	// Output:
	// 401
	// 201
}

func ExampleService_Now() {
	s := newExample()
	defer s.Close()

	s.Advance(time.Hour)
	fmt.Println(time.Until(s.Now()).Round(time.Minute))
	// Output: 1h0m0s
}

// More than 10 messages in 10 seconds are too many for a thread, until the service's clock has moved on.
func ExampleOptions_enforceLimits() {
	s, err := chattest.Open(&chattest.Options{EnforceLimits: true})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()

	ctx := context.Background()
	options := s.ClientOptions()
	options.Retry.MaxRetries = -1
	client, err := chat.NewClient(s.Endpoint(), s.Credential(s.NewUser()), options)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	created, err := client.CreateThread(ctx, "Lunch", nil)
	if err != nil {
		log.Fatal(err)
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
