package chattest_test

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// newSeededExample starts a service with a thread in which Bo has written to Ana.
func newSeededExample() *chattest.Service {
	s, err := chattest.Open(&chattest.Options{Seed: &chattest.Seed{
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
	return s
}

// exampleFile is the path of a file that does not exist.
func exampleFile() string {
	folder, err := os.MkdirTemp("", "chattest")
	if err != nil {
		log.Fatal(err)
	}
	return filepath.Join(folder, "acs.db")
}

// A seed is easy to keep in a file.
func ExampleSeed() {
	var seed chattest.Seed
	err := json.Unmarshal([]byte(`{
		"users": ["ana", "bo"],
		"threads": [{
			"id": "support", "topic": "Support", "ago": "2h",
			"participants": [{"user": "ana"}, {"user": "bo"}],
			"messages": [{"from": "bo", "text": "It is broken", "ago": "1h"}]
		}]
	}`), &seed)
	if err != nil {
		log.Fatal(err)
	}
	s, err := chattest.Open(&chattest.Options{Seed: &seed})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	fmt.Println(s.Texts(s.SeededThread("support")))
	// Output: [It is broken]
}

// A name of the seed stands for a user, who can act.
func ExampleService_SeededUser() {
	s := newSeededExample()
	defer s.Close()

	ana := s.SeededUser("ana")
	send(s.Client(ana).ThreadClient(s.SeededThread("support")), "Which one?")
	messages := s.Messages(s.SeededThread("support"))
	fmt.Println(messages[len(messages)-1].Sender == ana)
	// Output: true
}

func ExampleService_SeededThread() {
	s := newSeededExample()
	defer s.Close()

	fmt.Println(s.Texts(s.SeededThread("support")))
	// Output: [It is broken]
}

// A suite begins each of its tests with the same users and threads.
func ExampleService_Restore() {
	s := newSeededExample()
	defer s.Close()
	base := s.Snapshot()
	thread := s.Client(s.SeededUser("ana")).ThreadClient(s.SeededThread("support"))

	for _, answer := range []string{"Which one?", "Have you tried turning it off?"} { // the tests
		s.Restore(base)
		send(thread, answer)
		fmt.Println(s.Texts(thread.ThreadID()))
	}
	// Output:
	// [It is broken Which one?]
	// [It is broken Have you tried turning it off?]
}

// The faults and the clock are part of a snapshot.
func ExampleService_Snapshot() {
	s := newSeededExample()
	defer s.Close()
	s.Fail(chattest.SendChatMessage, chattest.Fault{Status: 503})
	base := s.Snapshot()

	s.Faults()[0].Remove()
	s.Advance(time.Hour)
	s.Restore(base)
	fmt.Println(len(s.Faults()), time.Until(s.Now()).Round(time.Hour))
	// Output: 1 0s
}

// Reset leaves an empty service.
func ExampleService_Reset() {
	s := newSeededExample()
	defer s.Close()

	s.Reset()
	fmt.Println(len(s.Users()), len(s.Threads()))
	// Output: 0 0
}

// What was set up by hand becomes the seed of a test.
func ExampleService_Dump() {
	s := newExample()
	defer s.Close()
	thread, _, _ := newExampleThread(s)
	send(thread, "At noon?")

	again, err := chattest.Open(&chattest.Options{Seed: s.Dump()})
	if err != nil {
		log.Fatal(err)
	}
	defer again.Close()
	fmt.Println(again.Texts(thread.ThreadID()))
	// Output: [At noon?]
}
