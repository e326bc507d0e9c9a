package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/pace"
)

// maxBatch is how many participants a request holds.
const maxBatch = 200

// participantPacer knows the published limits of adding and removing people, of a thread.
func participantPacer() *pace.Pacer {
	return pace.New(pace.Limit{Count: 10, Per: 10 * time.Second}, pace.Limit{Count: 30, Per: time.Minute})
}

// addParticipants adds people batch by batch, so that an interrupt knows who is in.
func (t *tool) addParticipants(cmd *cobra.Command, thread *chat.ThreadClient, people []chat.Participant, skip int) error {
	b := &bulk{noun: "participants", total: len(people), batch: maxBatch, skip: skip, done: skip, pacer: participantPacer()}
	if len(people) > maxBatch {
		b.progress = t.output.newProgress(b)
	}
	var failed []chat.FailedParticipant
	var stopped error
	for batch := range slices.Chunk(people[skip:], maxBatch) {
		stopped = b.step(cmd.Context(), len(batch), func(ctx context.Context) error {
			more, err := thread.AddParticipants(ctx, batch)
			failed = append(failed, more...)
			return err
		})
		if stopped != nil {
			break
		}
	}
	b.progress.end()
	if b.done > skip {
		if err := t.showAdded(cmd, failed, b.done-skip); err != nil {
			return err
		}
	}
	if stopped != nil {
		return b.stopped("added", refusals(failed), stopped)
	}
	return notAdded(failed, len(people)-skip)
}

func (t *tool) showAdded(cmd *cobra.Command, failed []chat.FailedParticipant, tried int) error {
	if t.output.format != formatTable {
		return t.output.object(cmd.OutOrStdout(), wireAdded{toWireErrors(failed)})
	}
	if tried == len(failed) {
		return nil
	}
	return t.output.done(cmd, "Added %s.", people(tried-len(failed)))
}

// notAdded is nil when everybody is in.
func notAdded(failed []chat.FailedParticipant, tried int) error {
	if len(failed) == 0 {
		return nil
	}
	return &partialError{summary: fmt.Sprintf("%d of %s could not be added", len(failed), people(tried)), refused: refusals(failed)}
}

// refusals are who was not added and why, one a line.
func refusals(failed []chat.FailedParticipant) []string {
	var lines []string
	for _, f := range failed {
		who := rawID(f.Participant.Identifier)
		if f.Participant.DisplayName != "" {
			who += " (" + f.Participant.DisplayName + ")"
		}
		lines = append(lines, who+": "+reason(f.Err))
	}
	return lines
}

// reason is why somebody was not added: what the service says, and what it means.
func reason(err *chat.Error) string {
	switch {
	case errors.Is(err, chat.ErrNotFound):
		return "there is no such user (" + err.Message + ")"
	case errors.Is(err, chat.ErrForbidden):
		return "of another resource, or not somebody who can be in a thread (" + err.Message + ")"
	}
	return err.Error()
}

func people(n int) string {
	if n == 1 {
		return "1 participant"
	}
	return fmt.Sprintf("%d participants", n)
}
