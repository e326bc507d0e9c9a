package main

import (
	"cmp"
	"os"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
)

// threadFlag is --thread, the thread that a command works on.
type threadFlag struct{ id string }

func (f *threadFlag) addTo(cmd *cobra.Command, t *tool) {
	cmd.Flags().StringVarP(&f.id, "thread", "t", "", "`ID` of the thread [$"+threadVariable+"]")
	complete(cmd, "thread", t.completeThreads)
}

// thread makes the client of the thread that the arguments, the flag or the environment name.
func (t *tool) thread(cmd *cobra.Command, f threadFlag, args []string) (*chat.ThreadClient, error) {
	id := cmp.Or(f.id, os.Getenv(threadVariable))
	switch {
	case len(args) > 0 && f.id != "":
		return nil, misuse("%q and --thread both name a thread: choose", args[0])
	case len(args) > 0:
		id = args[0]
	case id == "":
		return nil, misuse("which thread? Name it with --thread ID or %s; acschat thread list shows yours", threadVariable)
	}
	client, err := t.session.chat(cmd.Context())
	if err != nil {
		return nil, err
	}
	return client.ThreadClient(id), nil
}
