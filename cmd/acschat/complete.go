package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

// complete offers values of a flag in the shell.
func complete(cmd *cobra.Command, flag string, f cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic(err) // there is no such flag
	}
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
			offers = append(offers, cobra.CompletionWithDesc(thread.ID, harmless.Line(thread.Topic)))
		}
	}
	return offers, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}
