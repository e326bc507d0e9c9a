package chat_test

import (
	"context"
	"fmt"
	"log"

	"github.com/acschat/acs-chat-go/chat"
)

func ExampleClient_Explain() {
	service, thread, _ := newExampleThread()
	defer service.Close()
	ctx := context.Background()

	carol := service.Client(service.NewUser())
	if _, err := carol.ThreadClient(thread.ThreadID()).SendMessage(ctx, "Hello?", nil); err != nil {
		for _, cause := range carol.Explain(ctx, thread.ThreadID(), err).Causes {
			fmt.Println(cause.Kind, "-", cause.What)
		}
	}
	// Output:
	// notParticipant - the user is not a participant of the thread
	// otherResource - the thread belongs to another resource
}

func ExampleThreadClient_Explain() {
	service, created, _ := newExampleThread()
	defer service.Close()
	ctx := context.Background()

	dave := service.NewUser()
	thread, err := chat.NewThreadClient(service.Endpoint(), created.ThreadID(), service.Credential(dave), service.ClientOptions())
	if err != nil {
		log.Fatal(err)
	}
	defer thread.Close()
	if err := thread.UpdateTopic(ctx, "Mine now"); err != nil {
		fmt.Println(thread.Explain(ctx, err).Causes[0].Fix)
	}
	// Output: ask a participant of the thread to add the user, or act as a participant
}
