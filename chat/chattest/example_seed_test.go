package chattest_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// A suite begins each of its tests with the same users and threads.
func ExampleService_Restore() {
	acs, err := chattest.Open(&chattest.Options{Seed: &chattest.Seed{
		Users: []string{"ana", "bo"},
		Threads: []chattest.SeedThread{{
			ID: "support", Topic: "Support", Ago: chattest.Ago(2 * time.Hour),
			Participants: []chattest.SeedParticipant{{User: "ana", DisplayName: "Ana"}, {User: "bo", DisplayName: "Bo"}},
			Messages:     []chattest.SeedMessage{{From: "bo", Text: "It is broken", Ago: chattest.Ago(time.Hour)}},
		}},
	}})
	if err != nil {
		log.Fatal(err)
	}
	defer acs.Close()
	base := acs.Snapshot()
	thread := acs.Client(acs.SeededUser("ana")).ThreadClient(acs.SeededThread("support"))

	for _, answer := range []string{"Which one?", "Have you tried turning it off?"} { // the tests
		acs.Restore(base)
		if _, err := thread.SendMessage(context.Background(), answer, nil); err != nil {
			log.Fatal(err)
		}
		fmt.Println(acs.Texts(thread.ThreadID()))
	}
	// Output:
	// [It is broken Which one?]
	// [It is broken Have you tried turning it off?]
}
