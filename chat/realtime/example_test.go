package realtime_test

import (
	"context"
	"fmt"
	"log"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/realtime"
)

// Bob listens, and Alice writes.
func ExampleListen() {
	service, err := chattest.Open(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer service.Close()
	users := service.NewUsers(2)
	alice, bob := service.Client(users[0]), service.Client(users[1])

	ctx := context.Background()
	listener, err := realtime.Listen(ctx, bob, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer listener.Close()

	created, err := alice.CreateThread(ctx, "Release 4.2", &chat.CreateThreadOptions{
		Participants: []chat.Participant{{Identifier: chat.CommunicationUser{ID: users[1].ID}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	_, err = alice.ThreadClient(created.Thread.ID).SendMessage(ctx, "Canary is green.", &chat.SendMessageOptions{SenderDisplayName: "Alice"})
	if err != nil {
		log.Fatal(err)
	}

	for event, err := range listener.Events() {
		if err != nil {
			log.Fatal(err)
		}
		switch e := event.(type) {
		case events.ThreadCreated:
			fmt.Println("new thread:", e.Properties.Topic)
		case events.MessageReceived:
			fmt.Printf("%s: %s\n", e.Message.SenderDisplayName, e.Message.Content.Message)
			return
		case events.Gap:
			fmt.Println("events may be missing since", e.LastHeard)
		}
	}
	// Output:
	// new thread: Release 4.2
	// Alice: Canary is green.
}
