package session

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
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
