package chattest_test

import (
	"context"
	"fmt"
	"log"
	"slices"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/realtime"
)

// Typing is stored nowhere, but the participants receive an event.
func ExampleService_Events() {
	s := newExample()
	defer s.Close()
	thread, ana, bo := newExampleThread(s)

	if err := thread.SendTypingNotification(context.Background(), nil); err != nil {
		log.Fatal(err)
	}
	for _, event := range s.Events() {
		fmt.Println(event.Kind(), len(event.Recipients))
	}
	typing := s.Events(events.KindTypingIndicatorReceived)[0]
	fmt.Println(slices.Contains(typing.Recipients, ana), slices.Contains(typing.Recipients, bo))
	// Output:
	// chatThreadCreated 2
	// typingIndicatorReceived 2
	// true true
}

func ExampleService_Connections() {
	s := newExample()
	defer s.Close()
	ana := s.NewUser()

	listener, err := realtime.Listen(context.Background(), s.Client(ana), nil)
	if err != nil {
		log.Fatal(err)
	}
	defer listener.Close()
	for _, c := range s.Connections() {
		fmt.Println(c.User == ana, c.Registered)
	}
	// Output: true true
}

// The connection of a client breaks, and the client says from when on events may be missing.
func ExampleService_DropConnections() {
	s := newExample()
	defer s.Close()
	thread, _, bo := newExampleThread(s)
	listener, err := realtime.Listen(context.Background(), s.Client(bo), nil)
	if err != nil {
		log.Fatal(err)
	}
	defer listener.Close()

	s.DropConnections(bo)
	for event, err := range listener.Events() {
		if err != nil {
			log.Fatal(err)
		}
		switch e := event.(type) {
		case events.Gap:
			fmt.Println("reconnected")
			send(thread, "At noon?")
		case events.MessageReceived:
			fmt.Println(e.Message.Content.Message)
			return
		}
	}
	// Output:
	// reconnected
	// At noon?
}

// A fault of the connection: an event arrives twice, and the client reports it once.
func ExampleService_Fail_realtime() {
	s := newExample()
	defer s.Close()
	thread, _, bo := newExampleThread(s)
	listener, err := realtime.Listen(context.Background(), s.Client(bo), nil)
	if err != nil {
		log.Fatal(err)
	}
	defer listener.Close()

	twice := s.Fail(chattest.DeliverEvent, chattest.Fault{DuplicateEvent: true, Event: events.KindMessageReceived})
	send(thread, "At noon?")
	send(thread, "At one?")
	for event, err := range listener.Events() {
		if err != nil {
			log.Fatal(err)
		}
		e := event.(events.MessageReceived)
		fmt.Println(e.Message.Content.Message)
		if e.Message.Content.Message == "At one?" {
			break
		}
	}
	fmt.Println(twice.Fired())
	// Output:
	// At noon?
	// At one?
	// 1
}
