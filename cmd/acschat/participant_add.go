package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/bulk"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// maxBatch is the most participants in a request.
const maxBatch = 200

// addParticipants adds participants in batches, so that an interrupted run can continue.
func (t *tool) addParticipants(cmd *cobra.Command, thread *chat.ThreadClient, people []chat.Participant, skip int) error {
	b := &bulk.Work{Grace: t.process.GraceOrDefault(), Noun: "participants", Total: len(people), Batch: maxBatch, Skip: skip, Done: skip, Limiter: t.session.Limiter()}
	if err := b.Announce(cmd.Context(), &t.output, bulk.AddParticipants, "participant"); err != nil {
		return err
	}
	if len(people) > maxBatch {
		b.Progress = t.output.NewProgress(b.Noun, b.Total, b.Skip)
	}
	var failed []chat.FailedParticipant
	var stopped error
	for batch := range slices.Chunk(people[skip:], maxBatch) {
		stopped = b.Step(cmd.Context(), len(batch), func(ctx context.Context) error {
			more, err := thread.AddParticipants(ctx, batch)
			failed = append(failed, more...)
			return err
		})
		if stopped != nil {
			break
		}
	}
	b.Progress.End()
	if b.Done > skip {
		if err := t.showAdded(failed, b.Done-skip); err != nil {
			return err
		}
	}
	if stopped != nil {
		return b.Stopped("added", refusals(failed), stopped)
	}
	return notAdded(failed, len(people)-skip)
}

func (t *tool) showAdded(failed []chat.FailedParticipant, tried int) error {
	if t.output.Format != show.Table {
		return t.output.Object(struct {
			InvalidParticipants []chat.FailedParticipant `json:"invalidParticipants,omitempty"`
		}{failed})
	}
	if tried == len(failed) {
		return nil
	}
	return t.output.Done("Added %s.", show.Count(tried-len(failed), "participant"))
}

// notAdded returns nil if all were added.
func notAdded(failed []chat.FailedParticipant, tried int) error {
	if len(failed) == 0 {
		return nil
	}
	return &cli.PartialError{Summary: fmt.Sprintf("%d of %s could not be added", len(failed), show.Count(tried, "participant")), Refused: refusals(failed)}
}

// refusals lists who was not added and why, one per line.
func refusals(failed []chat.FailedParticipant) []string {
	var lines []string
	for _, f := range failed {
		who := show.RawID(f.Participant.Identifier)
		if f.Participant.DisplayName != "" {
			who += " (" + f.Participant.DisplayName + ")"
		}
		lines = append(lines, who+": "+reason(f.Err))
	}
	return lines
}

// reason explains why a participant was not added.
func reason(err *chat.Error) string {
	switch {
	case errors.Is(err, chat.ErrNotFound):
		return "there is no such user (" + err.Message + ")"
	case errors.Is(err, chat.ErrForbidden):
		return "of another resource, or of a kind that cannot be a participant (" + err.Message + ")"
	}
	return err.Error()
}
