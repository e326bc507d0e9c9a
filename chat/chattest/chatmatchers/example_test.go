package chatmatchers_test

import (
	"context"
	"fmt"

	"github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	. "github.com/acschat/acs-chat-go/chat/chattest/chatmatchers"
)

// A suite has Expect of its own, which ends the spec. This one prints.
func ExampleHaveReceived() {
	s, err := chattest.Open(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = s.Close() }()
	if _, err := s.Client(s.NewUser()).CreateThread(context.Background(), "Lunch", nil); err != nil {
		fmt.Println(err)
		return
	}

	g := gomega.NewGomega(func(message string, _ ...int) { fmt.Println(message) })
	g.Expect(s).To(HaveReceived(chattest.CreateChatThread, Times(1), WithBody(`{"topic":"Lunch"}`)))
	g.Expect(s).To(HaveReceived(chattest.CreateChatThread, WithBody(`{"topic":"Dinner"}`), WithHeader("repeatability-request-id", "mine")))
	// Output:
	// Expected Chat_CreateChatThread to have been received with body {"topic":"Dinner"} and header repeatability-request-id "mine"
	// but that holds for 0 of 1:
	//     POST /chat/threads?api-version=2025-03-15, answered 201
	//         {"topic":"Lunch"}
}

// These are the sentences of the package's documentation.
func Example() {
	s, err := chattest.Open(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = s.Close() }()
	ctx, ana, bo := context.Background(), s.NewUser(), s.NewUser()
	client := s.Client(ana)
	created, err := client.CreateThread(ctx, "Lunch", &chat.CreateThreadOptions{Participants: []chat.Participant{{Identifier: bo}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	thread := client.ThreadClient(created.Thread.ID)
	for range 2 {
		if _, err := thread.SendMessage(ctx, "At noon?", nil); err != nil {
			fmt.Println(err)
			return
		}
	}

	g := gomega.NewGomega(func(message string, _ ...int) { fmt.Println(message) })
	g.Expect(s).To(HaveReceived(chattest.SendChatMessage, Times(2), WithBody(`{"content":"At noon?","type":"text"}`)))
	g.Expect(s).NotTo(HaveReceived(chattest.DeleteChatThread))
	g.Expect(thread).To(HaveMessage("At noon?", From(ana)))
	g.Eventually(thread).Should(HaveParticipants(ana, bo))
	fmt.Println("All of them hold.")
	// Output: All of them hold.
}
