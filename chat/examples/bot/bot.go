package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
)

// botMember marks the replies in their metadata, so that two bots in a thread do not answer each other.
const botMember = "bot"

// bot answers the messages of the threads it is in.
type bot struct {
	client *chat.Client // with the credential of the bot
	user   chat.CommunicationUser
}

// handle answers one event. An error lets Event Grid deliver it again.
//
// Event Grid publishes a message for the thread and for each recipient, so the bot takes those that it receives itself. The handler skips
// second deliveries. If one arrives after a restart, or after a reply whose outcome is unknown, the key of the reply finds it in the thread.
func (b *bot) handle(ctx context.Context, event events.Event) error {
	e, ok := event.(events.MessageReceived)
	if !ok || e.Recipient == nil || e.Recipient.RawID() != b.user.RawID() || e.Message.Metadata[botMember] != "" {
		return nil
	}
	thread := b.client.ThreadClient(e.ThreadID)
	_, err := thread.SendMessageOnce(ctx, "reply to "+e.Message.ID, reply(e.Message), &chat.SendMessageOnceOptions{
		SendMessageOptions: chat.SendMessageOptions{SenderDisplayName: "Echo", Metadata: map[string]string{botMember: "echo"}},
		Since:              e.Time,
	})
	if isFinal(err) {
		fmt.Fprintf(os.Stderr, "bot: message %s is not answered: %v\n", e.Message.ID, err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("reply to message %s: %w", e.Message.ID, err)
	}
	return nil
}

// isFinal reports whether another delivery would fail as well: the bot was removed, the thread deleted, or the reply is not accepted.
func isFinal(err error) bool {
	return slices.ContainsFunc([]error{chat.ErrForbidden, chat.ErrNotFound, chat.ErrBadRequest, chat.ErrTooLarge}, func(refusal error) bool {
		return errors.Is(err, refusal)
	})
}

// reply is what the bot says. A program of your own asks a model or a database here.
func reply(m chat.Message) string {
	return "You said: " + strings.TrimSpace(m.Content.Message)
}
