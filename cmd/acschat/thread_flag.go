package main

import (
	"cmp"
	"context"
	"os"
	"time"

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

// completeThreads offers the latest threads, with their topics. When the service does not answer soon it offers none.
func (t *tool) completeThreads(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	const most, patience = 50, 2 * time.Second
	ctx, cancel := context.WithTimeout(cmd.Context(), patience)
	defer cancel()
	client, err := t.session.chat(ctx)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	threads, _ := client.ListThreads(&chat.ListThreadsOptions{PageSize: most}).Collect(ctx, most)
	var offers []cobra.Completion
	for _, thread := range threads {
		if thread.DeletedOn.IsZero() {
			offers = append(offers, cobra.CompletionWithDesc(thread.ID, printable(thread.Topic)))
		}
	}
	return offers, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// addPaging adds the flags of every listing.
func addPaging(cmd *cobra.Command, limit, pageSize *int) {
	cmd.Flags().IntVar(limit, "limit", 0, "`N` at most; 0 is all")
	cmd.Flags().IntVar(pageSize, "page-size", 0, "`N` a request at most; 0 leaves it to the service")
}
