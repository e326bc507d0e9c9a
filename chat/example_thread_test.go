package chat_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

func ExampleNewThreadClient() {
	service, created, bob := newExampleThread()
	defer service.Close()

	thread, err := chat.NewThreadClient(service.Endpoint(), created.ThreadID(), service.Credential(bob), service.ClientOptions())
	if err != nil {
		log.Fatal(err)
	}
	defer thread.Close()
	properties, err := thread.GetProperties(context.Background())
	fmt.Println(properties.Topic, err)
	// Output: Release 4.2 <nil>
}

func ExampleThreadClient_ThreadID() {
	service, client, _ := newExample()
	defer service.Close()

	fmt.Println(client.ThreadClient("19:madeUp@thread.v2").ThreadID())
	// Output: 19:madeUp@thread.v2
}

func ExampleThreadClient_Client() {
	service, client, _ := newExample()
	defer service.Close()

	fmt.Println(client.ThreadClient("19:madeUp@thread.v2").Client() == client)
	// Output: true
}

func ExampleThreadClient_GetProperties() {
	service, thread, bob := newExampleThread()
	defer service.Close()

	properties, err := thread.GetProperties(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(properties.Topic)
	fmt.Println("by Bob:", properties.CreatedBy == bob) // identifiers are values
	// Output:
	// Release 4.2
	// by Bob: false
}

func ExampleThreadClient_UpdateTopic() {
	service, thread, _ := newExampleThread()
	defer service.Close()
	ctx := context.Background()

	if err := thread.UpdateTopic(ctx, "Release 4.2 (done)"); err != nil {
		log.Fatal(err)
	}
	properties, err := thread.GetProperties(ctx)
	fmt.Println(properties.Topic, err)
	// Output: Release 4.2 (done) <nil>
}

func ExampleThreadClient_UpdateProperties() {
	service, thread, _ := newExampleThread()
	defer service.Close()
	ctx := context.Background()

	err := thread.UpdateProperties(ctx, chat.PropertiesUpdate{ // the topic is nil, and stays
		Metadata:  map[string]string{"state": "closed"},
		Retention: &chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: 30},
	})
	if err != nil {
		log.Fatal(err)
	}
	properties, err := thread.GetProperties(ctx)
	fmt.Println(properties.Topic, properties.Metadata, properties.Retention.DeleteThreadAfterDays, err)
	// Output: Release 4.2 map[state:closed] 30 <nil>
}

func ExampleThreadClient_SendMessage() {
	service, thread, _ := newExampleThread()
	defer service.Close()
	ctx := context.Background()

	sent, err := thread.SendMessage(ctx, "<b>Done.</b>", &chat.SendMessageOptions{
		Type:              chat.MessageTypeHTML,
		SenderDisplayName: "Alice",
		Metadata:          map[string]string{"build": "8841"},
	})
	if errors.Is(err, chat.ErrOutcomeUnknown) {
		log.Fatal("look at the newest messages before sending it again")
	}
	if err != nil {
		log.Fatal(err)
	}
	message, err := thread.GetMessage(ctx, sent.ID)
	fmt.Println(message.Type, message.Content.Message, message.SenderDisplayName, message.Metadata, err)
	// Output: html <b>Done.</b> Alice map[build:8841] <nil>
}

func ExampleThreadClient_SendMessageOnce() {
	service, thread, _ := newExampleThread()
	defer service.Close()
	ctx := context.Background()

	shippedOn := time.Now()
	first, err := thread.SendMessageOnce(ctx, "order-7-shipped", "Your parcel has left.", nil)
	if err != nil {
		log.Fatal(err)
	}
	// The process is restarted, and does not know whether it has sent the message.
	second, err := thread.SendMessageOnce(ctx, "order-7-shipped", "Your parcel has left.", &chat.SendMessageOnceOptions{Since: shippedOn})
	fmt.Println(second == first, err)
	// Output: true <nil>
}

func ExampleThreadClient_GetMessage() {
	service, thread, _ := newExampleThread()
	defer service.Close()

	_, err := thread.GetMessage(context.Background(), "not-a-number")
	if refusal, ok := errors.AsType[*chat.Error](err); ok {
		fmt.Println(refusal.StatusCode, refusal.Code, refusal.Message)
	}
	// Output: 400 BadRequest Value for MessageId (not-a-number) is not valid.
}

func ExampleThreadClient_ListMessages() {
	service, thread, _ := newExampleThread()
	defer service.Close()
	ctx := context.Background()
	for _, text := range []string{"one", "two", "three"} {
		if _, err := thread.SendMessage(ctx, text, nil); err != nil {
			log.Fatal(err)
		}
	}

	for message, err := range thread.ListMessages(&chat.ListMessagesOptions{PageSize: 2}).All(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		if message.Type == chat.MessageTypeText {
			fmt.Println(message.Content.Message)
		}
	}
	// Output:
	// three
	// two
	// one
}

func ExampleThreadClient_UpdateMessage() {
	service, thread, _ := newExampleThread()
	defer service.Close()
	ctx := context.Background()
	sent, err := thread.SendMessage(ctx, "Canary is red.", &chat.SendMessageOptions{Metadata: map[string]string{"build": "8841"}})
	if err != nil {
		log.Fatal(err)
	}

	if err := thread.UpdateMessage(ctx, sent.ID, chat.MessageUpdate{Content: new("Canary is green.")}); err != nil {
		log.Fatal(err)
	}
	message, err := thread.GetMessage(ctx, sent.ID)
	fmt.Println(message.Content.Message, message.Metadata, "edited:", !message.EditedOn.IsZero(), err)
	// Output: Canary is green. map[build:8841] edited: true <nil>
}

func ExampleThreadClient_DeleteMessage() {
	service, thread, _ := newExampleThread()
	defer service.Close()
	ctx := context.Background()
	sent, err := thread.SendMessage(ctx, "Oops.", nil)
	if err != nil {
		log.Fatal(err)
	}

	if err := thread.DeleteMessage(ctx, sent.ID); err != nil {
		log.Fatal(err)
	}
	message, err := thread.GetMessage(ctx, sent.ID) // it stays, without content
	fmt.Printf("%q, deleted: %t, %v\n", message.Content.Message, !message.DeletedOn.IsZero(), err)
	// Output: "", deleted: true, <nil>
}

func ExampleThreadClient_AddParticipants() {
	service, thread, _ := newExampleThread()
	defer service.Close()
	carol, stranger := service.NewUser(), service.ForeignUser()

	failed, err := thread.AddParticipants(context.Background(), []chat.Participant{
		{Identifier: carol, DisplayName: "Carol"},
		{Identifier: stranger, DisplayName: "Stranger"},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range failed { // nil when everybody is in
		again := errors.Is(f.Err, chat.ErrUnavailable) || errors.Is(f.Err, chat.ErrThrottled)
		fmt.Printf("%s: %s; try again: %t\n", f.Participant.DisplayName, f.Err.Message, again)
	}
	// Output: Stranger: Permissions check failed; try again: false
}

func ExampleThreadClient_RemoveParticipant() {
	service, thread, bob := newExampleThread()
	defer service.Close()
	ctx := context.Background()

	for p, err := range thread.ListParticipants(nil).All(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		if p.Identifier == bob {
			fmt.Println("remove", p.DisplayName, thread.RemoveParticipant(ctx, p.Identifier))
		}
	}
	// Output: remove Bob <nil>
}

func ExampleThreadClient_ListParticipants() {
	service, thread, bob := newExampleThread()
	defer service.Close()

	participants, err := thread.ListParticipants(nil).Collect(context.Background(), 0)
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range participants {
		fmt.Printf("%q is Bob: %t\n", p.DisplayName, p.Identifier == bob)
	}
	// Output:
	// "" is Bob: false
	// "Bob" is Bob: true
}

func ExampleThreadClient_SendTypingNotification() {
	service, thread, _ := newExampleThread()
	defer service.Close()

	err := thread.SendTypingNotification(context.Background(), &chat.SendTypingNotificationOptions{SenderDisplayName: "Alice"})
	fmt.Println(err)
	// Output: <nil>
}

func ExampleThreadClient_SendReadReceipt() {
	service, thread, _ := newExampleThread()
	defer service.Close()
	ctx := context.Background()
	newest, err := thread.ListMessages(nil).Collect(ctx, 1)
	if err != nil {
		log.Fatal(err)
	}

	fmt.Println(thread.SendReadReceipt(ctx, newest[0].ID))
	// Output: <nil>
}

func ExampleThreadClient_ListReadReceipts() {
	service, thread, bob := newExampleThread()
	defer service.Close()
	ctx := context.Background()
	sent, err := thread.SendMessage(ctx, "Who has read this?", nil)
	if err != nil {
		log.Fatal(err)
	}
	if err := service.Client(bob).ThreadClient(thread.ThreadID()).SendReadReceipt(ctx, sent.ID); err != nil {
		log.Fatal(err)
	}

	for receipt, err := range thread.ListReadReceipts(nil).All(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("Bob:", receipt.Sender == bob, "this message:", receipt.MessageID == sent.ID)
	}
	// Output: Bob: true this message: true
}

func ExampleThreadClient_Close() {
	service, created, bob := newExampleThread()
	defer service.Close()

	thread, err := chat.NewThreadClient(service.Endpoint(), created.ThreadID(), service.Credential(bob), service.ClientOptions())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(thread.Close())
	fmt.Println(thread.UpdateTopic(context.Background(), "Too late"))
	// Output:
	// <nil>
	// chat: update topic: the client is closed
}

func ExamplePager_Pages() {
	service, thread, _ := newExampleThread()
	defer service.Close()
	ctx := context.Background()
	for _, text := range []string{"one", "two", "three"} {
		if _, err := thread.SendMessage(ctx, text, nil); err != nil {
			log.Fatal(err)
		}
	}

	var saved string
	for page, err := range thread.ListMessages(&chat.ListMessagesOptions{PageSize: 2}).Pages(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(page.Items[0].Content.Message, page.Items[1].Content.Message)
		saved = page.ContinuationToken
		break
	}
	// Later, perhaps in another process:
	rest, err := thread.ListMessages(&chat.ListMessagesOptions{ContinuationToken: saved}).Collect(ctx, 1)
	fmt.Println(rest[0].Content.Message, err)
	// Output:
	// three two
	// one <nil>
}

func ExamplePager_Collect() {
	service, thread, _ := newExampleThread()
	defer service.Close()

	newest, err := thread.ListMessages(nil).Collect(context.Background(), 1)
	fmt.Println(len(newest), newest[0].Type, err)
	// Output: 1 topicUpdated <nil>
}

func ExampleNewStaticTokenCredential() {
	_, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: "not-a-token"})
	fmt.Println(err)
	// Output: chat: token is not a JSON Web Token: 1 of 3 dot-separated parts
}

func ExampleNewTokenCredential() {
	fetched := 0
	credential, err := chat.NewTokenCredential(func(context.Context) (chat.AccessToken, error) {
		fetched++
		return chat.AccessToken{Token: "opaque", ExpiresOn: time.Now().Add(time.Hour)}, nil
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer credential.Close()
	for range 3 {
		if _, err := credential.Token(context.Background()); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println("fetched", fetched)
	// Output: fetched 1
}

func ExampleParseRawID() {
	for _, rawID := range []string{"8:acs:resource_user", "4:+15555550123", "8:orgid:user", "28:orgid:app"} {
		switch id := chat.ParseRawID(rawID).(type) {
		case chat.CommunicationUser:
			fmt.Println("user", id.ID)
		case chat.PhoneNumber:
			fmt.Println("phone", id.Number)
		case chat.MicrosoftTeamsUser:
			fmt.Println("Teams user", id.UserID)
		default:
			fmt.Println("other", id.Kind())
		}
	}
	// Output:
	// user 8:acs:resource_user
	// phone +15555550123
	// Teams user user
	// other microsoftTeamsApp
}
