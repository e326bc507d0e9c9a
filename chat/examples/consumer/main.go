// Command consumer sends one message to a thread. It is the smallest program that uses the library: its module shows what the library
// adds to the modules of a program, and to its size.
//
//	ACS_ENDPOINT=https://… ACS_TOKEN=… ACS_THREAD=19:… consumer hello
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/acschat/acs-chat-go/chat"
)

func main() {
	text := strings.Join(os.Args[1:], " ")
	if err := send(context.Background(), os.Getenv("ACS_ENDPOINT"), os.Getenv("ACS_TOKEN"), os.Getenv("ACS_THREAD"), text); err != nil {
		fmt.Fprintln(os.Stderr, "consumer:", err)
		os.Exit(1)
	}
}

func send(ctx context.Context, endpoint, token, thread, text string) error {
	if text == "" {
		return errors.New("the text is missing")
	}
	credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: token})
	if err != nil {
		return err
	}
	client, err := chat.NewThreadClient(endpoint, thread, credential, nil)
	if err != nil {
		return err
	}
	sent, err := client.SendMessage(ctx, text, nil)
	if err != nil {
		return err
	}
	fmt.Println(sent.ID)
	return nil
}
