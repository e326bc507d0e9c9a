package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/follow"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

func newMessageList(t *tool) *cobra.Command {
	var thread session.ThreadFlag
	var start flags.Time
	var limit, pageSize int
	var following bool
	var interval time.Duration
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the messages of a thread, or follow them",
		Long: `List the messages of a thread, the latest change first. System messages, marked
with * in the table, are included. Pages are printed as they arrive.

With --follow, the last ten messages (or --limit, or all since --start-time) are
printed oldest first, and then those that are new, edited or deleted, until it
is interrupted. It polls every two seconds; the service allows 200 requests per
minute, and failed requests are repeated after growing delays. A changed message
is printed again, with the same id and a higher version. Programs use it with
--output jsonl.`,
		Example: `  acschat message list --thread 19:…
  acschat message list --thread 19:… --start-time 12h --output jsonl
  acschat message list --thread 19:… --follow`,
		Args: flags.TakesNone,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if following && t.output.Format == show.JSON {
				return cli.Misuse("--follow cannot end a JSON array: use --output jsonl")
			}
			if interval < follow.MinInterval {
				return cli.Misuse("--interval must be at least %v: the service allows 200 requests per minute", follow.MinInterval)
			}
			client, err := thread.Client(cmd.Context())
			if err != nil {
				return err
			}
			if following && start.IsZero() && !cmd.Flags().Changed("limit") {
				limit = 10
			}
			options := &chat.ListMessagesOptions{StartTime: start.Time, PageSize: pageSize, Prefetch: limit == 0}
			if pageSize == 0 {
				options.PageSize = pageFor(limit)
			}
			if !following {
				return show.List(&t.output, messageView(), client.ListMessages(options).Pages(cmd.Context()), limit)
			}
			return t.follow(cmd, client, options, limit, interval)
		},
	}
	thread.AddTo(cmd, &t.session)
	cmd.Flags().Var(&start, "start-time", "only messages since: a time, a day, or how long ago (12h)")
	cmd.Flags().BoolVarP(&following, "follow", "f", false, "go on printing what is new, edited or deleted")
	cmd.Flags().DurationVar(&interval, "interval", 2*time.Second, "how `OFTEN` to look, with --follow")
	flags.AddPaging(cmd, &limit, &pageSize)
	return cmd
}

// pageFor is the page size for so many messages, 0 for all: the service's own, of 10, would take many requests.
func pageFor(limit int) int {
	const most = 200
	if limit <= 0 {
		return most
	}
	return min(limit, most)
}
