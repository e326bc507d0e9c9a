package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/follow"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// follow prints the latest messages, and then new ones until it is interrupted.
func (t *tool) follow(cmd *cobra.Command, thread *chat.ThreadClient, options *chat.ListMessagesOptions, limit int, interval time.Duration) error {
	out := show.NewListing(&t.output, messageView())
	latest, err := thread.ListMessages(options).Collect(cmd.Context(), limit)
	if err != nil {
		return err
	}
	follower := follow.New(thread, latest, options.StartTime)
	slices.Reverse(latest)
	if err := out.Write(latest); err != nil {
		return err
	}
	failing := false
	for wait(cmd.Context(), interval) {
		news, err := follower.News(cmd.Context())
		switch {
		case errors.Is(err, context.Canceled):
			continue // wait ends the loop
		case err != nil && !isTemporary(err):
			return err
		case err != nil && !failing:
			fmt.Fprintln(cmd.ErrOrStderr(), "acschat: retrying:", harmless.Line(err.Error()))
		}
		failing = err != nil
		if err := out.Write(news); err != nil {
			return err
		}
	}
	return nil // an interrupt is the normal end
}

// wait reports false if the context ends first.
func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// isTemporary reports whether a later attempt may succeed: the service is busy, or the network is down.
func isTemporary(err error) bool {
	_, refused := errors.AsType[*chat.Error](err)
	return !refused && !cli.IsMisuse(err) || errors.Is(err, chat.ErrUnavailable) || errors.Is(err, chat.ErrThrottled)
}
