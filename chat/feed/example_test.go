package feed_test

import (
	"context"
	"fmt"
	"log"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/feed"
)

// A program reads the history of a thread, stops, and continues after the last change.
func ExampleWatch() {
	service, err := chattest.Open(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer service.Close()
	ctx := context.Background()
	alice := service.Client(service.NewUser())
	created, err := alice.CreateThread(ctx, "Release 4.2", nil)
	if err != nil {
		log.Fatal(err)
	}
	thread := alice.ThreadClient(created.Thread.ID)
	sent, err := thread.SendMessage(ctx, "Canary is red.", nil)
	if err != nil {
		log.Fatal(err)
	}

	var saved feed.Cursor
	read := func(until events.Kind) {
		for change, err := range feed.Watch(ctx, thread, &feed.Options{From: saved}) {
			if err != nil {
				log.Fatal(err)
			}
			switch e := change.Event.(type) {
			case events.MessageReceived:
				fmt.Println("new:", e.Message.Content.Message)
			case events.MessageEdited:
				fmt.Println("edited:", e.Message.Content.Message)
			case events.ThreadPropertiesUpdated:
				fmt.Println("topic:", e.Properties.Topic)
			}
			saved = change.Cursor
			if change.Kind() == until {
				return
			}
		}
	}
	read(events.KindMessageReceived)
	if err := thread.UpdateMessage(ctx, sent.ID, chat.MessageUpdate{Content: new("Canary is green.")}); err != nil {
		log.Fatal(err)
	}
	read(events.KindMessageEdited)
	// Output:
	// topic: Release 4.2
	// new: Canary is red.
	// edited: Canary is green.
}
