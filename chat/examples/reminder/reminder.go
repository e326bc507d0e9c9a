// Package reminder is a small application, which says in the threads of a service desk that customers are not forgotten. It is here for its
// suite, which shows how an application is tested with package chattest.
package reminder

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// Text is what a reminder says.
const Text = "We have not forgotten you: an answer takes a little longer."

// Patience is how long a customer waits for an answer, or for the first reminder.
const Patience = time.Hour

// Desk reminds as one user. Its method may be called again at any time, by a timer for example: a message is followed by one reminder.
type Desk struct {
	Client *chat.Client
	User   chat.CommunicationUser
	Now    func() time.Time
}

// Remind looks at all threads of the user, and sends a reminder where the last message is that of another user and older than [Patience].
// It goes on after a thread that fails, and returns the number of reminders and the errors of all threads.
func (d *Desk) Remind(ctx context.Context) (sent int, err error) {
	var failed []error
	for item, err := range d.Client.ListThreads(nil).All(ctx) {
		if err != nil {
			return sent, errors.Join(append(failed, err)...)
		}
		if !item.DeletedOn.IsZero() {
			continue
		}
		switch reminded, err := d.remindIn(ctx, d.Client.ThreadClient(item.ID)); {
		case err != nil:
			failed = append(failed, fmt.Errorf("remind in %q: %w", item.Topic, err))
		case reminded:
			sent++
		}
	}
	return sent, errors.Join(failed...)
}

func (d *Desk) remindIn(ctx context.Context, thread *chat.ThreadClient) (bool, error) {
	last, err := lastMessage(ctx, thread)
	if err != nil || last.Sender == nil || last.Sender.RawID() == d.User.RawID() || d.Now().Sub(last.CreatedOn) < Patience {
		return false, err
	}
	_, err = thread.SendMessage(ctx, Text, nil) // if the outcome is unknown, the next call sees what the last message is
	return err == nil, err
}

// lastMessage is the latest message that a user sent, the zero value if there is none.
func lastMessage(ctx context.Context, thread *chat.ThreadClient) (last chat.Message, err error) {
	for m, err := range thread.ListMessages(nil).All(ctx) { // by version: an edited message comes first
		if err != nil {
			return chat.Message{}, err
		}
		if m.Sender != nil && m.DeletedOn.IsZero() && m.Compare(last) > 0 {
			last = m
		}
	}
	return last, nil
}
