// Command app is the application of the compose file: it sends a message with what its environment says, and knows nothing of the emulator.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "app:", err)
		os.Exit(1)
	}
}

// run creates a user and a thread, and sends a message.
func run(ctx context.Context) error {
	ids, err := identity.NewClientFromConnectionString(os.Getenv("AZURE_COMMUNICATION_CONNECTION_STRING"), nil)
	if err != nil {
		return err
	}
	user, err := ids.CreateUser(ctx, nil)
	if err != nil {
		return err
	}
	credential, err := ids.Credential(user, []identity.Scope{identity.ScopeChat}, nil)
	if err != nil {
		return err
	}
	client, err := chat.NewClient(ids.Endpoint(), credential, nil)
	if err != nil {
		return err
	}
	created, err := client.CreateThread(ctx, "Composed", nil)
	if err != nil {
		return err
	}
	sent, err := client.ThreadClient(created.Thread.ID).SendMessage(ctx, "Hello from the application.", nil)
	if err != nil {
		return err
	}
	fmt.Println("sent message", sent.ID, "as", user.ID)
	return nil
}
