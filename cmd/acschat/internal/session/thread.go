package session

import (
	"cmp"
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

// ThreadFlag is --thread, the thread that a command works on.
type ThreadFlag struct {
	ID string // as the command line names it

	session *Session
}

// AddTo adds the flag.
func (f *ThreadFlag) AddTo(cmd *cobra.Command, s *Session) {
	f.session = s
	cmd.Flags().VarP((*flags.Filled)(&f.ID), "thread", "t", "`ID` of the thread [$"+ThreadVariable+"]")
	flags.Complete(cmd, "thread", s.CompleteThreads)
}

// Named returns the thread that the command line or the environment names; "" if none is named.
func (f *ThreadFlag) Named() string { return cmp.Or(f.ID, f.session.Getenv(ThreadVariable)) }

// Client returns the client of the thread that is named.
func (f *ThreadFlag) Client(ctx context.Context) (*chat.ThreadClient, error) {
	id := f.Named()
	if id == "" {
		return nil, cli.Misuse("which thread? Name it with --thread ID or %s; acschat thread list shows yours", ThreadVariable)
	}
	client, err := f.session.Chat(ctx)
	if err != nil {
		return nil, err
	}
	return client.ThreadClient(id), nil
}

// CompleteThreads completes the latest threads, with their topics. It offers none if the service does not answer within two seconds.
func (s *Session) CompleteThreads(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	const most, timeout = 50, 2 * time.Second
	ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
	defer cancel()
	client, err := s.Chat(ctx)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	threads, _ := client.ListThreads(&chat.ListThreadsOptions{PageSize: most}).Collect(ctx, most)
	var offers []cobra.Completion
	for _, thread := range threads {
		if thread.DeletedOn.IsZero() {
			offers = append(offers, cobra.CompletionWithDesc(thread.ID, harmless.Line(thread.Topic)))
		}
	}
	return offers, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}
