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
		Short: "List the messages of a thread, or follow them as they come",
		Long: `List the messages of a thread, the latest first; one that was edited or deleted counts from then. Messages of the service, which
begin with * in the table, are listed too. The listing goes on page by page: it can be piped into head.

With --follow, the last ten (or --limit, or all since --start-time) are printed oldest first, and from then on what is new, edited or
deleted, as it comes, until you interrupt it. It looks every two seconds; the service allows 200 looks a minute. A message that
changes is printed again under the same id with a higher version. For programs it goes with --output jsonl.`,
		Example: `  acschat message list --thread 19:…
  acschat message list --thread 19:… --start-time 12h --output jsonl | jq -r 'select(.type == "text") | .content.message'
  acschat message list --thread 19:… --follow`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if following && t.output.Format == show.JSON {
				return cli.Misuse("--follow has no end, and a JSON array wants one: --output jsonl")
			}
			if interval < follow.MinInterval {
				return cli.Misuse("--interval must be at least %v: the service allows 200 looks a minute", follow.MinInterval)
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
