package main

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/feed"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/follow"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// follow prints the latest messages, and then new ones until it is interrupted.
func (t *tool) follow(cmd *cobra.Command, thread *chat.ThreadClient, options *chat.ListMessagesOptions, limit int, interval time.Duration) error {
	out := show.NewListing(&t.output, messageView())
	latest, err := thread.ListMessages(options).Collect(cmd.Context(), limit)
	if err != nil {
		return err
	}
	from := feed.At(options.StartTime)
	if len(latest) > 0 {
		newest, err := strconv.ParseInt(latest[0].Version, 10, 64)
		if err != nil {
			return errors.New("the service returned a message without a numeric version")
		}
		from = follow.After(newest)
	}
	slices.Reverse(latest)
	if err := out.Write(latest); err != nil {
		return err
	}
	for change, err := range feed.Watch(cmd.Context(), thread, follow.Options(from, interval, cmd.ErrOrStderr())) {
		switch {
		case errors.Is(err, context.Canceled):
			return nil // an interrupt is the normal end
		case err != nil:
			return err
		case change.Message == nil: // metadata of the thread
			continue
		}
		if err := out.Write([]chat.Message{*change.Message}); err != nil {
			return err
		}
	}
	return nil
}
