package events_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"

	"github.com/golang-jwt/jwt/v5"

	"github.com/acschat/acs-chat-go/chat/events"
)

// A webhook for the subscription https://example.com/events?secret=…, whose secret is in the environment.
func ExampleNewHandler() {
	handler := events.NewHandler(func(_ context.Context, event events.Event) error {
		if e, ok := event.(events.MessageReceived); ok && e.Level == events.LevelThread {
			fmt.Println(e.ThreadID, e.Message.SenderDisplayName, e.Message.Content.Message)
		}
		return nil
	}, &events.HandlerOptions{Secrets: []string{os.Getenv("EVENTS_SECRET")}})
	http.Handle("/events", handler)
	log.Fatal(http.ListenAndServe(":8080", nil))
}

// A webhook for a subscription with Microsoft Entra authentication. If the signing keys of the tenant can't be loaded, Event Grid delivers
// again later.
func ExampleErrInvalidToken() {
	var signingKey jwt.Keyfunc // loads the signing keys of the tenant, and caches them
	verify := func(_ context.Context, token string) error {
		_, err := jwt.Parse(token, signingKey, jwt.WithValidMethods([]string{"RS256"}), jwt.WithExpirationRequired(),
			jwt.WithAudience(os.Getenv("EVENTS_AUDIENCE")), jwt.WithIssuer("https://sts.windows.net/"+os.Getenv("AZURE_TENANT_ID")+"/"))
		if err == nil || errors.Is(err, jwt.ErrTokenUnverifiable) { // there is no key
			return err
		}
		return fmt.Errorf("%w: %w", events.ErrInvalidToken, err)
	}
	handler := events.NewHandler(func(context.Context, events.Event) error { return nil }, &events.HandlerOptions{VerifyToken: verify})
	http.Handle("/events", handler)
}

func ExampleParse() {
	list, err := events.Parse([]byte(`[{
		"id": "4f614f97-c451-4b82-a8c9-1e30c3bfcda1",
		"topic": "/subscriptions/…",
		"subject": "thread/19:5b38@thread.v2/sender/8:acs:1_2",
		"eventType": "Microsoft.Communication.ChatMessageReceivedInThread",
		"dataVersion": "1.0",
		"metadataVersion": "1",
		"eventTime": "2021-02-20T01:07:10.5704596Z",
		"data": {
			"messageBody": "hello",
			"messageId": "1613783230064",
			"type": "Text",
			"version": "1613783230064",
			"senderDisplayName": "Bob",
			"senderCommunicationIdentifier": {"rawId": "8:acs:1_2", "communicationUser": {"id": "8:acs:1_2"}},
			"composeTime": "2021-02-20T01:07:10.064+00:00",
			"threadId": "19:5b38@thread.v2"
		}
	}]`))
	if err != nil {
		log.Fatal(err)
	}
	for _, event := range list {
		if e, ok := event.(events.MessageReceived); ok {
			fmt.Println(e.Level, e.Message.SenderDisplayName+":", e.Message.Content.Message)
		}
	}
	// Output: thread Bob: hello
}
