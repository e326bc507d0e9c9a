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

const (
	maxOffers       = 50
	completeTimeout = 2 * time.Second
)

// CompleteThreads completes the latest threads, with their topics, for the first argument or a flag. Like the other completions, it
// offers nothing if the service does not answer in time.
func (s *Session) CompleteThreads(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return complete(cmd, args, func(ctx context.Context) ([]cobra.Completion, error) {
		client, err := s.Chat(ctx)
		if err != nil {
			return nil, err
		}
		threads, err := client.ListThreads(&chat.ListThreadsOptions{PageSize: maxOffers}).Collect(ctx, maxOffers)
		var offers []cobra.Completion
		for _, thread := range threads {
			if thread.DeletedOn.IsZero() {
				offers = append(offers, cobra.CompletionWithDesc(thread.ID, harmless.Line(thread.Topic)))
			}
		}
		return offers, err
	})
}

// CompleteMessages completes the latest messages of the thread, with the beginning of their texts.
func (f *ThreadFlag) CompleteMessages(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return complete(cmd, args, func(ctx context.Context) ([]cobra.Completion, error) {
		client, err := f.Client(ctx)
		if err != nil {
			return nil, err
		}
		messages, err := client.ListMessages(&chat.ListMessagesOptions{PageSize: maxOffers}).Collect(ctx, maxOffers)
		var offers []cobra.Completion
		for _, m := range messages {
			if m.Sender != nil && m.DeletedOn.IsZero() {
				offers = append(offers, cobra.CompletionWithDesc(m.ID, shortened(harmless.Line(m.Content.Message))))
			}
		}
		return offers, err
	})
}

// CompleteParticipants completes the participants of the thread, with their names.
func (f *ThreadFlag) CompleteParticipants(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return complete(cmd, args, func(ctx context.Context) ([]cobra.Completion, error) {
		client, err := f.Client(ctx)
		if err != nil {
			return nil, err
		}
		people, err := client.ListParticipants(nil).Collect(ctx, 0)
		var offers []cobra.Completion
		for _, p := range people {
			if p.Identifier != nil {
				offers = append(offers, cobra.CompletionWithDesc(p.Identifier.RawID(), harmless.Line(p.DisplayName)))
			}
		}
		return offers, err
	})
}

// complete offers what list returns for the first argument, even with an error.
func complete(cmd *cobra.Command, args []string, list func(context.Context) ([]cobra.Completion, error)) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 && cmd.ValidArgsFunction != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), completeTimeout)
	defer cancel()
	offers, err := list(ctx)
	if err != nil && len(offers) == 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return offers, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// shortened returns the beginning of a text.
func shortened(text string) string {
	const most = 40
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
