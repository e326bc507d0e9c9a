package chat_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

func ExampleNewFleet() {
	service, _, bob := newExample()
	defer service.Close()

	mint := func(_ context.Context, user chat.CommunicationUser) (chat.AccessToken, error) {
		return chat.AccessToken{Token: service.Token(user, time.Hour, "chat")}, nil // a program uses package identity
	}
	fleet, err := chat.NewFleet(service.Endpoint(), mint, &chat.FleetOptions{ClientOptions: *service.ClientOptions()})
	if err != nil {
		log.Fatal(err)
	}
	defer fleet.Close()
	created, err := fleet.As(bob).CreateThread(context.Background(), "Release 4.2", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(created.Thread.Topic)
	// Output: Release 4.2
}
