package chat_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

// mintFrom issues tokens. A program uses the MintFunc of package identity instead.
func mintFrom(service *chattest.Service) func(context.Context, chat.CommunicationUser) (chat.AccessToken, error) {
	return func(_ context.Context, user chat.CommunicationUser) (chat.AccessToken, error) {
		return chat.AccessToken{Token: service.Token(user, time.Hour, "chat")}, nil
	}
}

func ExampleNewFleet() {
	service, _, bob := newExample()
	defer service.Close()

	fleet, err := chat.NewFleet(service.Endpoint(), mintFrom(service), &chat.FleetOptions{ClientOptions: *service.ClientOptions()})
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

// A backend writes to a thread as each of its users.
func ExampleFleet_As() {
	service, thread, bob := newExampleThread()
	defer service.Close()
	fleet, err := chat.NewFleet(service.Endpoint(), mintFrom(service), &chat.FleetOptions{ClientOptions: *service.ClientOptions()})
	if err != nil {
		log.Fatal(err)
	}
	defer fleet.Close()
	ctx := context.Background()

	for _, user := range []chat.CommunicationUser{bob, service.NewUser()} {
		_, err := fleet.As(user).ThreadClient(thread.ThreadID()).SendMessage(ctx, "Canary is green.", nil)
		fmt.Println(err == nil, errors.Is(err, chat.ErrForbidden))
	}
	// Output:
	// true false
	// false true
}

func ExampleFleet_Close() {
	service, _, bob := newExample()
	defer service.Close()
	fleet, err := chat.NewFleet(service.Endpoint(), mintFrom(service), &chat.FleetOptions{ClientOptions: *service.ClientOptions()})
	if err != nil {
		log.Fatal(err)
	}
	client := fleet.As(bob)

	if err := fleet.Close(); err != nil {
		log.Fatal(err)
	}
	_, err = client.CreateThread(context.Background(), "Too late", nil)
	fmt.Println(errors.Is(err, chat.ErrClosed))
	// Output: true
}
