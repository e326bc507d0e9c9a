package session

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

const (
	maxOffers       = 50
	completeTimeout = 2 * time.Second
)

// CompleteThreads completes the latest threads, with their topics. Like the other completions, it offers nothing if the service does
// not answer in time.
func (s *Session) CompleteThreads(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return complete(cmd, func(ctx context.Context) ([]cobra.Completion, error) {
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
func (f *ThreadFlag) CompleteMessages(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return complete(cmd, func(ctx context.Context) ([]cobra.Completion, error) {
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
func (f *ThreadFlag) CompleteParticipants(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return complete(cmd, func(ctx context.Context) ([]cobra.Completion, error) {
		client, err := f.Client(ctx)
		if err != nil {
			return nil, err
		}
		people, err := client.ListParticipants(nil).Collect(ctx, 0)
		return offered(people), err
	})
}

// threadsWithUsers is how many threads CompleteUsers looks at, with a request each.
const threadsWithUsers = 10

// CompleteUsers completes the participants of the user's latest threads, with their names. The service does not list users.
func (s *Session) CompleteUsers(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return complete(cmd, func(ctx context.Context) ([]cobra.Completion, error) {
		client, err := s.Chat(ctx)
		if err != nil {
			return nil, err
		}
		threads, err := client.ListThreads(&chat.ListThreadsOptions{PageSize: threadsWithUsers}).Collect(ctx, threadsWithUsers)
		var people []chat.Participant
		for _, thread := range threads {
			if !thread.DeletedOn.IsZero() {
				continue
			}
			more, listErr := client.ThreadClient(thread.ID).ListParticipants(nil).Collect(ctx, 0)
			people, err = append(people, more...), errors.Join(err, listErr)
		}
		return offered(people), err
	})
}

// offered returns the completions of participants, each once.
func offered(people []chat.Participant) []cobra.Completion {
	var offers []cobra.Completion
	known := map[string]bool{}
	for _, p := range people {
		if p.Identifier == nil || known[p.Identifier.RawID()] {
			continue
		}
		known[p.Identifier.RawID()] = true
		offers = append(offers, cobra.CompletionWithDesc(p.Identifier.RawID(), harmless.Line(p.DisplayName)))
	}
	return offers
}

// complete offers what list returns, even with an error.
func complete(cmd *cobra.Command, list func(context.Context) ([]cobra.Completion, error)) ([]cobra.Completion, cobra.ShellCompDirective) {
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
