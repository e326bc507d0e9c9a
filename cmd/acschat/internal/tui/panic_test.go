package tui_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/realtime"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/tui"
)

// panics names the variable that turns the suite into the program that panics.
const panics = "TUI_TEST_PANICS"

// panicking runs a chat on stdin and stdout over a service that panics.
func panicking() {
	_, err := tui.Run(context.Background(), tui.Options{Service: buggy{}, Thread: "19:thread"})
	fmt.Println("Run returned:", err)
}

// buggy is a service that panics when messages are listed.
type buggy struct{ tui.Service }

func (buggy) Threads(context.Context, string) (chat.Page[chat.ThreadItem], error) {
	return chat.Page[chat.ThreadItem]{Last: true}, nil
}

func (buggy) Topic(context.Context, string) (string, error) { return "Release 4.2", nil }

func (buggy) People(context.Context, string) ([]chat.Participant, error)   { return nil, nil }
func (buggy) Receipts(context.Context, string) ([]chat.ReadReceipt, error) { return nil, nil }

func (buggy) Listen(context.Context, func(realtime.StateChange)) (*realtime.Listener, error) {
	return nil, errors.New("there is no live connection")
}

func (buggy) Messages(context.Context, string, string) (chat.Page[chat.Message], error) {
	panic("this is a bug")
}
