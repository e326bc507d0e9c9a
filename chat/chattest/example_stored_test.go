package chattest_test

import (
	"context"
	"fmt"
	"log"

	"github.com/acschat/acs-chat-go/chat"
)

// Deleted threads are listed too.
func ExampleService_Threads() {
	s := newExample()
	defer s.Close()
	thread, _, _ := newExampleThread(s)

	if err := thread.Client().DeleteThread(context.Background(), thread.ThreadID()); err != nil {
		log.Fatal(err)
	}
	for _, t := range s.Threads() {
		fmt.Println(t.Topic, t.DeletedOn.IsZero())
	}
	// Output: Lunch false
}

func ExampleService_ThreadItems() {
	s := newExample()
	defer s.Close()
	first, _, _ := newExampleThread(s)
	newExampleThread(s)

	send(first, "At noon?") // it is the most recently active again
	items := s.ThreadItems()
	fmt.Println(len(items), items[0].ID == first.ThreadID())
	// Output: 2 true
}

// The messages of the service are among them.
func ExampleService_Messages() {
	s := newExample()
	defer s.Close()
	thread, ana, _ := newExampleThread(s)

	id := send(thread, "At noon?")
	if err := thread.UpdateMessage(context.Background(), id, chat.MessageUpdate{Content: new("At one?")}); err != nil {
		log.Fatal(err)
	}
	for _, m := range s.Messages(thread.ThreadID()) {
		fmt.Println(m.Type, m.Content.Message, m.Sender == ana, !m.EditedOn.IsZero())
	}
	// Output:
	// participantAdded  false false
	// topicUpdated  false false
	// text At one? true true
}

// What is stored can be compared with what should be.
func ExampleService_Texts() {
	s := newExample()
	defer s.Close()
	thread, _, bo := newExampleThread(s)

	send(thread, "At noon?")
	send(s.Client(bo).ThreadClient(thread.ThreadID()), "Yes.")
	fmt.Println(s.Texts(thread.ThreadID()))
	// Output: [At noon? Yes.]
}

func ExampleService_Participants() {
	s := newExample()
	defer s.Close()
	thread, _, bo := newExampleThread(s)

	if err := thread.RemoveParticipant(context.Background(), bo); err != nil {
		log.Fatal(err)
	}
	for _, p := range s.Participants(thread.ThreadID()) {
		fmt.Println(p.DisplayName)
	}
	// Output: Ana
}

func ExampleService_Receipts() {
	s := newExample()
	defer s.Close()
	thread, _, bo := newExampleThread(s)

	id := send(thread, "At noon?")
	if err := s.Client(bo).ThreadClient(thread.ThreadID()).SendReadReceipt(context.Background(), id); err != nil {
		log.Fatal(err)
	}
	for _, r := range s.Receipts(thread.ThreadID()) {
		fmt.Println(r.Sender == bo, r.MessageID == id)
	}
	// Output: true true
}
