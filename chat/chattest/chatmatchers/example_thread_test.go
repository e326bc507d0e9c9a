package chatmatchers_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
	. "github.com/acschat/acs-chat-go/chat/chattest/chatmatchers"
)

func ExampleHaveMessage() {
	s, err := chattest.Open(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = s.Close() }()
	ctx, ana := context.Background(), s.NewUser()
	client := s.Client(ana)
	created, err := client.CreateThread(ctx, "Lunch", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	thread := client.ThreadClient(created.Thread.ID)
	if _, err := thread.SendMessage(ctx, "At noon?", nil); err != nil {
		fmt.Println(err)
		return
	}

	g := gomega.NewGomega(func(message string, _ ...int) { fmt.Println(strings.ReplaceAll(message, ana.ID, "8:acs:…")) })
	g.Expect(thread).To(HaveMessage("At noon?", From(ana)))
	g.Expect(thread).To(HaveMessage("At one?"))
	g.Expect(thread).To(HaveParticipants(ana))
	g.Expect(thread).To(HaveParticipants())
	// Output:
	// Expected the thread to have a message with text "At one?"
	// but it has:
	//     text "At noon?" from 8:acs:…
	//     topicUpdated "Lunch" by 8:acs:…
	//     participantAdded 8:acs:… by 8:acs:…
	// Expected the thread to have 0 participants
	// but it has 1:
	//     8:acs:…, not expected
}
