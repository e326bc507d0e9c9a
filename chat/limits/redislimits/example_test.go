package redislimits_test

import (
	"log"

	"github.com/redis/go-redis/v9"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/limits"
	"github.com/acschat/acs-chat-go/chat/limits/redislimits"
)

func Example() {
	server := redis.NewClient(&redis.Options{Addr: "127.0.0.1:6379"})
	defer server.Close()
	store, err := redislimits.New(server, "contoso.communication.azure.com", &redislimits.Options{
		OnError: func(err error) { log.Print(err) },
	})
	if err != nil {
		log.Print(err)
		return
	}
	options := chat.ClientOptions{Limiter: limits.New(&limits.Options{Store: store})} // of every client in every process
	_ = options
	// Output:
}
