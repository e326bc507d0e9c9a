package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
)

// botMember marks the replies in their metadata, so that two bots in a thread do not answer each other.
const botMember = "bot"

// clockDifference is the largest difference between the clocks of this machine and of the service.
const clockDifference = time.Minute

// bot answers the messages of the threads it is in.
type bot struct {
	client  *chat.Client // with the credential of the bot
	user    chat.CommunicationUser
	level   events.Level // of the events that it answers: Event Grid publishes a message on both
	started time.Time    // when this process began to answer

	mu     sync.Mutex // guards unsure
	unsure map[string]bool
}

func newBot(client *chat.Client, user chat.CommunicationUser, level events.Level) *bot {
	return &bot{client: client, user: user, level: level, started: time.Now(), unsure: make(map[string]bool)}
}

// handle answers one event. An error lets Event Grid deliver it again.
//
// The handler skips second deliveries. If one arrives after a restart, or after a reply whose outcome is unknown, the key of the reply finds
// it in the thread. That takes ten seconds for a message without a reply, so that other messages are answered without a search.
func (b *bot) handle(ctx context.Context, event events.Event) error {
	e, ok := event.(events.MessageReceived)
	if !ok || !b.isFor(e) {
		return nil
	}
	options := &chat.SendMessageOnceOptions{
		SendMessageOptions: chat.SendMessageOptions{SenderDisplayName: "Echo", Metadata: map[string]string{botMember: "echo"}},
		SearchMargin:       clockDifference,
	}
	if b.mayHaveReplied(e) {
		options.Since = e.Time
	}
	_, err := b.client.ThreadClient(e.ThreadID).SendMessageOnce(ctx, "reply to "+e.Message.ID, reply(e.Message), options)
	b.note(e, errors.Is(err, chat.ErrOutcomeUnknown))
	if isFinal(err) {
		fmt.Fprintf(os.Stderr, "bot: message %s is not answered: %v\n", e.Message.ID, err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("reply to message %s: %w", e.Message.ID, err)
	}
	return nil
}

// isFor reports whether the bot answers a message: one that it receives itself or, on the level of threads, one of any thread. The service
// refuses a reply in a thread that the bot is not in.
func (b *bot) isFor(e events.MessageReceived) bool {
	isReceiver := b.level == events.LevelThread || e.Recipient != nil && e.Recipient.RawID() == b.user.RawID()
	return e.Level == b.level && isReceiver && e.Message.Metadata[botMember] == ""
}

// mayHaveReplied reports whether the thread may contain a reply: of an earlier process, or of an attempt with an unknown outcome.
func (b *bot) mayHaveReplied(e events.MessageReceived) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return e.Time.Before(b.started.Add(clockDifference)) || b.unsure[e.ThreadID+e.Message.ID]
}

// note remembers whether the outcome of an attempt is unknown.
func (b *bot) note(e events.MessageReceived, isUnknown bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.unsure, e.ThreadID+e.Message.ID)
	if isUnknown {
		b.unsure[e.ThreadID+e.Message.ID] = true
	}
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
