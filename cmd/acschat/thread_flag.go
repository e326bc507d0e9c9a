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
	cmd.Flags().VarP((*filled)(&f.id), "thread", "t", "`ID` of the thread [$"+threadVariable+"]")
	complete(cmd, "thread", t.completeThreads)
}

// named is the thread that the command line or the environment names, empty for none.
func (f *threadFlag) named() string { return cmp.Or(f.id, os.Getenv(threadVariable)) }

// thread makes the client of the thread that is named.
func (t *tool) thread(cmd *cobra.Command, f threadFlag) (*chat.ThreadClient, error) {
	id := f.named()
	if id == "" {
		return nil, misuse("which thread? Name it with --thread ID or %s; acschat thread list shows yours", threadVariable)
	}
	client, err := t.session.chat(cmd.Context())
	if err != nil {
		return nil, err
	}
	return client.ThreadClient(id), nil
}
