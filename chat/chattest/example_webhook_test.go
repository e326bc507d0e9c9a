package chattest_test

import (
	"fmt"
	"log"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

func ExampleNewWebhook() {
	hook, err := chattest.NewWebhook("https://app.example/events?code=secret", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(hook.Schema())
	_, err = chattest.NewWebhook("http://app.example/events", nil)
	fmt.Println(err != nil)
	// Output:
	// eventgrid
	// true
}
