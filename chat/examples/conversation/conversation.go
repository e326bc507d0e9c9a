package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// conversations opens one conversation about each order. Every step can be repeated: a call that failed, or a process that was killed in
// the middle, is continued by the next call for the order. Several processes need a lock for each order, such as a row of the table.
type conversations struct {
	fleet *chat.Fleet
	desk  chat.CommunicationUser // owns the threads
	table table

	calls sync.Map // order -> chan struct{}, which has room for one call
}

// table has the thread of each order. In a program of your own it is a column in the database.
type table interface {
	Thread(ctx context.Context, order string) (threadID string, err error) // "" if there is none
	SetThread(ctx context.Context, order, threadID string) error
}

// open returns the thread about an order, with the customer and the agent in it and the welcome said once. An error that is not
// [errRefused] is temporary.
func (c *conversations) open(ctx context.Context, order string, people ...chat.Participant) (string, error) {
	calls, _ := c.calls.LoadOrStore(order, make(chan struct{}, 1))
	select {
	case calls.(chan struct{}) <- struct{}{}:
		defer func() { <-calls.(chan struct{}) }()
	case <-ctx.Done():
		return "", ctx.Err()
	}

	threadID, since, err := c.thread(ctx, order, people)
	if err != nil {
		return "", fmt.Errorf("open the thread of order %s: %w", order, err)
	}
	_, err = c.fleet.As(c.desk).ThreadClient(threadID).SendMessageOnce(ctx, "welcome", "Hello! How can we help you with order "+order+"?",
		&chat.SendMessageOnceOptions{SendMessageOptions: chat.SendMessageOptions{SenderDisplayName: "Service desk"}, Since: since})
	if err != nil {
		return "", fmt.Errorf("welcome the customer of order %s: %w", order, err)
	}
	return threadID, nil
}

// thread finds or creates the thread of an order, and returns since when the welcome may have been sent, the zero time if it was not. The
// idempotency key makes a second creation return the first thread. The row is written when everybody is in the thread, and before the welcome
// is sent.
func (c *conversations) thread(ctx context.Context, order string, people []chat.Participant) (threadID string, since time.Time, err error) {
	client := c.fleet.As(c.desk)
	threadID, err = c.table.Thread(ctx, order)
	if err != nil {
		return "", time.Time{}, err
	}
	if threadID != "" {
		properties, err := client.ThreadClient(threadID).GetProperties(ctx)
		return threadID, properties.CreatedOn, err
	}
	created, err := client.CreateThread(ctx, "Order "+order, &chat.CreateThreadOptions{
		Participants: people, IdempotencyKey: "conversation-about-order-" + order,
	})
	if err != nil {
		return "", time.Time{}, err
	}
	threadID = created.Thread.ID
	if err := addAgain(ctx, client.ThreadClient(threadID), created.Failed); err != nil {
		return "", time.Time{}, err
	}
	return threadID, time.Time{}, c.table.SetThread(ctx, order, threadID)
}

// errRefused means that a person cannot be in the thread, such as a user who was deleted. Another call does not help.
var errRefused = errors.New("the service does not add this person")

// addAgain adds participants that were not added. Adding one who is in the thread changes nothing.
func addAgain(ctx context.Context, thread *chat.ThreadClient, missing []chat.FailedParticipant) error {
	if len(missing) == 0 {
		return nil
	}
	var people []chat.Participant
	for _, m := range missing {
		people = append(people, m.Participant)
	}
	failed, err := thread.AddParticipants(ctx, people)
	if err != nil {
		return err
	}
	for _, f := range failed {
		if !errors.Is(f.Err, chat.ErrThrottled) && !errors.Is(f.Err, chat.ErrUnavailable) {
			return fmt.Errorf("%w: %s: %w", errRefused, f.Participant.Identifier.RawID(), f.Err)
		}
		err = f.Err
	}
	return err
}
