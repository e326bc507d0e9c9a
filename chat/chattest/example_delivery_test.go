package chattest_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
)

// newExampleBot returns a webhook that prints the messages it gets.
func newExampleBot() *events.Handler {
	return events.NewHandler(func(_ context.Context, event events.Event) error {
		if e, ok := event.(events.MessageReceived); ok {
			fmt.Println("handled:", e.Message.Content.Message)
		}
		return nil
	}, nil)
}

// onlyMessages selects one event for each message.
func onlyMessages() *chattest.SubscriptionOptions {
	return &chattest.SubscriptionOptions{EventTypes: []string{"ChatMessageReceivedInThread"}}
}

// deliverDue waits for the deliveries that are due.
func deliverDue(s *chattest.Service) {
	if err := s.WaitForDeliveries(context.Background()); err != nil {
		log.Fatal(err)
	}
}

// A bot handles the messages that Event Grid delivers to it. Its answer to one delivery is lost, so that it gets the message again.
func ExampleService_DeliverEvents() {
	s := newExample()
	defer s.Close()
	thread, _, _ := newExampleThread(s)

	s.DeliverEvents(newExampleBot(), onlyMessages())
	s.Fail(chattest.DeliverToWebhook, chattest.Fault{LoseReply: true})
	send(thread, "At noon?")
	deliverDue(s)
	fmt.Println(s.Deliveries()[0].Status, s.Deliveries()[0].Outcome)
	s.Advance(chattest.RetryDelay(1))
	deliverDue(s)
	fmt.Println(s.Deliveries()[0].Status, s.Deliveries()[0].Outcome)
	// Output:
	// handled: At noon?
	// waiting the answer was lost by fault 1
	// delivered 200 OK
}

// The webhook is another process, whose URL has a secret.
func ExampleService_DeliverEventsTo() {
	s := newExample()
	defer s.Close()
	webhook := httptest.NewServer(newExampleBot())
	defer webhook.Close()
	thread, _, _ := newExampleThread(s)

	_, err := s.DeliverEventsTo(webhook.URL+"/events?code=secret", onlyMessages())
	if err != nil {
		log.Fatal(err)
	}
	send(thread, "At noon?")
	deliverDue(s)
	// Output: handled: At noon?
}

func ExampleService_WaitForDeliveries() {
	s := newExample()
	defer s.Close()
	thread, _, _ := newExampleThread(s)
	s.DeliverEvents(newExampleBot(), onlyMessages())

	send(thread, "At noon?")
	fmt.Println(s.WaitForDeliveries(context.Background()))
	// Output:
	// handled: At noon?
	// <nil>
}

// A webhook that refuses an event for good does not get it again.
func ExampleService_Deliveries() {
	s := newExample()
	defer s.Close()
	thread, _, _ := newExampleThread(s)

	s.DeliverEvents(newExampleBot(), onlyMessages())
	s.Fail(chattest.DeliverToWebhook, chattest.Fault{Status: http.StatusForbidden})
	send(thread, "At noon?")
	deliverDue(s)
	for _, d := range s.Deliveries() {
		fmt.Println(d.Type, d.Status, d.Attempts)
	}
	// Output: Microsoft.Communication.ChatMessageReceivedInThread failed 1
}

// An event that was given up is delivered after all.
func ExampleService_Redeliver() {
	s := newExample()
	defer s.Close()
	thread, _, _ := newExampleThread(s)
	s.DeliverEvents(newExampleBot(), onlyMessages())
	s.Fail(chattest.DeliverToWebhook, chattest.Fault{Status: http.StatusForbidden})
	send(thread, "At noon?")
	deliverDue(s)

	if err := s.Redeliver(s.Deliveries()[0].ID); err != nil {
		log.Fatal(err)
	}
	deliverDue(s)
	// Output: handled: At noon?
}

// A test of what a bot does about an event that never arrives.
func ExampleService_RemoveDelivery() {
	s := newExample()
	defer s.Close()
	thread, _, _ := newExampleThread(s)
	s.DeliverEvents(newExampleBot(), onlyMessages())
	s.Fail(chattest.DeliverToWebhook, chattest.Fault{LoseRequest: true})
	send(thread, "At noon?")
	deliverDue(s)

	if err := s.RemoveDelivery(s.Deliveries()[0].ID); err != nil {
		log.Fatal(err)
	}
	s.Advance(chattest.RetryDelay(1))
	deliverDue(s)
	fmt.Println(len(s.Deliveries()))
	// Output: 0
}

func ExampleService_Subscriptions() {
	s := newExample()
	defer s.Close()
	s.DeliverEvents(newExampleBot(), onlyMessages())
	s.DeliverEvents(newExampleBot(), &chattest.SubscriptionOptions{Name: "audit"})

	for _, e := range s.Subscriptions() {
		fmt.Println(e.Name(), e.EventTypes())
	}
	// Output:
	// webhook [Microsoft.Communication.ChatMessageReceivedInThread]
	// audit []
}

// A webhook has to consent before it gets events.
func ExampleSubscription() {
	s := newExample()
	defer s.Close()

	bot := s.DeliverEvents(newExampleBot(), &chattest.SubscriptionOptions{Schema: events.SchemaCloudEvents, Target: "/events?code=secret"})
	deliverDue(s)
	fmt.Println(bot.URL(), bot.Schema(), bot.State(), bot.Outcome())

	s.Fail(chattest.ValidateWebhook, chattest.Fault{Status: http.StatusNotFound, Times: -1})
	late := s.DeliverEvents(newExampleBot(), onlyMessages())
	for range 120 { // ten minutes
		deliverDue(s)
		s.Advance(chattest.HandshakeInterval)
	}
	deliverDue(s)
	fmt.Println(late.Name(), late.EventTypes(), late.State())
	s.Faults()[0].Remove()
	late.Validate()
	deliverDue(s)
	fmt.Println(late.State())
	late.Remove()
	fmt.Println(len(s.Subscriptions()))
	// Output:
	// https://webhook.invalid/events?code=[redacted] cloudevents active 200 OK
	// webhook-2 [Microsoft.Communication.ChatMessageReceivedInThread] failed
	// active
	// 1
}

func ExampleNewWebhook() {
	_, err := chattest.NewWebhook("http://app.example/events", nil)
	fmt.Println(err)
	// Output: the webhook http://app.example/events must use https; http is for webhooks on this machine
}

// An event that was received in real time has no ID, which Event Grid gives to each event.
func ExampleNewEventID() {
	id, other := chattest.NewEventID(), chattest.NewEventID()
	fmt.Println(len(id), id == other)
	// Output: 36 false
}

// A single event goes to a webhook, as a test of its handler needs it.
func ExampleWebhook() {
	server := httptest.NewServer(newExampleBot())
	defer server.Close()
	ctx := context.Background()

	hook, err := chattest.NewWebhook(server.URL+"/events?code=secret", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(hook.Schema(), hook.URL() == server.URL+"/events?code=[redacted]")
	fmt.Println(hook.Validate(ctx))
	fmt.Println(hook.Deliver(ctx, 0, events.MessageReceived{
		Header:  events.Header{ID: "1", Level: events.LevelThread, ThreadID: "19:lunch@thread.v2", Time: time.Now(), Version: "1"},
		Message: chat.Message{ID: "1", Type: chat.MessageTypeText, Content: chat.MessageContent{Message: "At noon?"}},
	}))
	// Output:
	// eventgrid true
	// 200 <nil>
	// handled: At noon?
	// 200 <nil>
}
