package limits_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/limits"
)

func Example() {
	service, err := chattest.Open(&chattest.Options{EnforceLimits: true})
	if err != nil {
		log.Fatal(err)
	}
	defer service.Close()
	options := service.ClientOptions()
	options.Limiter = limits.New(nil) // one for all clients of the process
	client, err := chat.NewClient(service.Endpoint(), service.Credential(service.NewUser()), options)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	created, err := client.CreateThread(ctx, "Release 4.2", nil)
	if err != nil {
		log.Fatal(err)
	}
	for sent := 0; ; sent++ {
		if _, err := client.ThreadClient(created.Thread.ID).SendMessage(ctx, "Canary is green.", nil); err != nil {
			exceeded, _ := errors.AsType[*limits.ExceededError](err)
			fmt.Println(sent, exceeded.Limit, errors.Is(err, chat.ErrThrottled))
			return
		}
	}
	// Output: 10 10 in 10s per thread to send, update and delete messages true
}

func ExampleLimiter_Budget() {
	limiter := limits.New(nil)
	sending := chat.LimitedRequest{Operation: "ChatThread_SendChatMessage", Thread: "19:…@thread.v2"}
	answered, err := limiter.Wait(context.Background(), sending) // as a client does
	if err != nil {
		log.Fatal(err)
	}
	answered(201, 0)
	budget, err := limiter.Budget(context.Background(), sending)
	for _, left := range budget {
		fmt.Println(left.Left, "of", left.Limit)
	}
	fmt.Println(err)
	// Output:
	// 9 of 10 in 10s per thread to send, update and delete messages
	// 29 of 30 in 1m per thread to send, update and delete messages
	// <nil>
}

func ExampleLimiter_Plan() {
	sending := chat.LimitedRequest{Operation: "ChatThread_SendChatMessage", Thread: "19:…@thread.v2"}
	plan, err := limits.New(nil).Plan(context.Background(), sending, 1000)
	fmt.Println(plan.Wait, err)
	// Output: 33m0s <nil>
}
