package chat_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"slices"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

// The examples use the emulator of package chattest, in this process. For the real service, use the endpoint of the resource and a
// token of package identity.

// newExample starts a service, and returns a client of Alice, and Bob.
func newExample() (service *chattest.Service, alice *chat.Client, bob chat.CommunicationUser) {
	service, err := chattest.Open(nil)
	if err != nil {
		log.Fatal(err)
	}
	alice, bob = service.Client(service.NewUser()), service.NewUser()
	return service, alice, bob
}

// newExampleThread starts a service with a thread that Alice created with Bob.
func newExampleThread() (service *chattest.Service, thread *chat.ThreadClient, bob chat.CommunicationUser) {
	service, alice, bob := newExample()
	created, err := alice.CreateThread(context.Background(), "Release 4.2", &chat.CreateThreadOptions{
		Participants: []chat.Participant{{Identifier: bob, DisplayName: "Bob"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	return service, alice.ThreadClient(created.Thread.ID), bob
}

func Example() {
	service, client, bob := newExample()
	defer service.Close()
	ctx := context.Background()

	created, err := client.CreateThread(ctx, "Release 4.2", &chat.CreateThreadOptions{
		Participants: []chat.Participant{{Identifier: bob, DisplayName: "Bob"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	thread := client.ThreadClient(created.Thread.ID)
	if _, err := thread.SendMessage(ctx, "Canary is green.", nil); err != nil {
		log.Fatal(err)
	}
	for message, err := range thread.ListMessages(nil).All(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s %q\n", message.Type, message.Content.Message)
	}
	// Output:
	// text "Canary is green."
	// topicUpdated ""
	// participantAdded ""
}

func ExampleNewClient() {
	service, err := chattest.Open(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer service.Close()
	alice := service.NewUser()

	credential, err := chat.NewTokenCredential(func(context.Context) (chat.AccessToken, error) {
		return chat.AccessToken{Token: service.Token(alice, time.Hour)}, nil // ask your server for it
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer credential.Close()
	client, err := chat.NewClient(service.Endpoint(), credential, service.ClientOptions())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	created, err := client.CreateThread(context.Background(), "Release 4.2", nil)
	fmt.Println(created.Thread.Topic, err)
	// Output: Release 4.2 <nil>
}

func ExampleClient_CreateThread() {
	service, client, bob := newExample()
	defer service.Close()

	created, err := client.CreateThread(context.Background(), "Release 4.2", &chat.CreateThreadOptions{
		Participants:   []chat.Participant{{Identifier: bob, DisplayName: "Bob"}},
		IdempotencyKey: "release-4.2", // the same key again is the same thread again
		Metadata:       map[string]string{"ticket": "OPS-1207"},
		Retention:      chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: 60},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(created.Thread.Topic, created.Thread.Metadata, created.Thread.Retention)
	fmt.Println("not added:", len(created.Failed))
	// Output:
	// Release 4.2 map[ticket:OPS-1207] {threadCreationDate 60}
	// not added: 0
}

func ExampleClient_ThreadClient() {
	service, client, _ := newExample()
	defer service.Close()

	thread := client.ThreadClient("19:acsV2_madeUp@thread.v2") // no request
	_, err := thread.GetProperties(context.Background())
	fmt.Println(errors.Is(err, chat.ErrNotFound))
	// Output: true
}

func ExampleClient_ListThreads() {
	service, client, _ := newExample()
	defer service.Close()
	ctx := context.Background()
	for _, topic := range []string{"Lunch", "Release 4.2"} {
		if _, err := client.CreateThread(ctx, topic, nil); err != nil {
			log.Fatal(err)
		}
	}

	for thread, err := range client.ListThreads(nil).All(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(thread.Topic)
	}
	// Output:
	// Release 4.2
	// Lunch
}

func ExampleClient_DeleteThread() {
	service, client, _ := newExample()
	defer service.Close()
	ctx := context.Background()
	created, err := client.CreateThread(ctx, "Lunch", nil)
	if err != nil {
		log.Fatal(err)
	}

	if err := client.DeleteThread(ctx, created.Thread.ID); err != nil {
		log.Fatal(err)
	}
	threads, err := client.ListThreads(nil).Collect(ctx, 0)
	fmt.Println(len(threads), "thread, deleted:", !threads[0].DeletedOn.IsZero(), err)
	// Output: 1 thread, deleted: true <nil>
}

func ExampleClient_Close() {
	service, client, _ := newExample()
	defer service.Close()

	if err := client.Close(); err != nil {
		log.Fatal(err)
	}
	_, err := client.CreateThread(context.Background(), "Too late", nil)
	fmt.Println(err)
	fmt.Println(errors.Is(err, chat.ErrClosed))
	// Output:
	// chat: create thread: the client is closed
	// true
}

func ExampleMessage_MarshalJSON() {
	message := chat.Message{
		ID: "1762161601337", Type: chat.MessageTypeText, SequenceID: "4", Version: "1762161601337", Sender: chat.CommunicationUser{ID: "8:acs:ana"},
		Content: chat.MessageContent{Message: "Canary is green."}, CreatedOn: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}
	data, err := json.Marshal(message)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(data))

	var again chat.Message
	if err := json.Unmarshal(data, &again); err != nil {
		log.Fatal(err)
	}
	fmt.Println(again.Content.Message, again.Sender == message.Sender)
	// Output:
	// {"id":"1762161601337","type":"text","sequenceId":"4","version":"1762161601337","content":{"message":"Canary is green.","attachments":[]},"senderDisplayName":"","createdOn":"2026-01-02T03:04:05Z","senderCommunicationIdentifier":{"rawId":"8:acs:ana","communicationUser":{"id":"8:acs:ana"}}}
	// Canary is green. true
}

func ExampleUnmarshalIdentifier() {
	id, err := chat.UnmarshalIdentifier([]byte(`{"rawId":"4:+15555550123","phoneNumber":{"value":"+15555550123"}}`))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(id.Kind(), id == chat.PhoneNumber{Number: "+15555550123"})
	// Output: phoneNumber true
}

func ExampleMessage_Compare() {
	messages := []chat.Message{{ID: "b", SequenceID: "10"}, {ID: "a", SequenceID: "9"}}
	slices.SortFunc(messages, chat.Message.Compare)
	fmt.Println(messages[0].ID, messages[1].ID)
	// Output: a b
}
