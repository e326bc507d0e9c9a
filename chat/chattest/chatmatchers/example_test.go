package chatmatchers_test

import (
	"context"
	"fmt"

	"github.com/onsi/gomega"

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
