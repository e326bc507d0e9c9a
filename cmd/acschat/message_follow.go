package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/feed"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/follow"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// latestMessages returns at least so many messages, or all if limit is 0, and those that a later read could not tell from late ones.
func latestMessages(ctx context.Context, listing *chat.Pager[chat.Message], limit int) (listed []chat.Message, err error) {
	for m, err := range listing.All(ctx) {
		if err != nil {
			return nil, err
		}
		listed = append(listed, m)
		if limit > 0 && len(listed) >= limit && follow.Version(m) <= follow.BeforeLate(follow.Version(listed[0])) {
			break
		}
	}
	return listed, nil
}

// follow prints the latest messages, and then new ones until it is interrupted.
func (t *tool) follow(cmd *cobra.Command, thread *chat.ThreadClient, options *chat.ListMessagesOptions, limit int, interval time.Duration) error {
	out := show.NewListing(&t.output, messageView())
	listed, err := latestMessages(cmd.Context(), thread.ListMessages(options), limit)
	if err != nil {
		return err
	}
	from, err := feed.After(feed.At(options.StartTime), chat.ThreadProperties{ID: thread.ThreadID()}, listed...)
	if err != nil {
		return errors.New("the service returned a message without a numeric version")
	}
	latest := listed
	if limit > 0 {
		latest = listed[:min(limit, len(listed))]
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
