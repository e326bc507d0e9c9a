package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

func newThread(t *tool) *cobra.Command {
	return noun(&cobra.Command{
		Use:   "thread",
		Short: "Create, list, read, change and delete threads",
		Long: `A thread is a conversation: a topic, up to 250 participants, and their messages. Whoever creates it is in it; everybody
in it may add and remove people, change the topic and delete the thread for all.`,
		Example: `  acschat thread create --topic "Release 4.2"
  acschat thread list`,
	}, newThreadCreate(t), newThreadList(t), newThreadGet(t), newThreadUpdate(t), newThreadDelete(t), newThreadExport(t))
}

func newThreadCreate(t *tool) *cobra.Command {
	var topic, key, from string
	var participants []string
	var metadata flags.Metadata
	var retention flags.Retention
	cmd := &cobra.Command{
		Use:   "create [--topic TOPIC] [--participant USER[=NAME]]...",
		Short: "Create a thread, with people in it",
		Long: `Create a thread. You are in it without being listed; others are named with --participant, or in a file with --from,
which is written as for acschat participant add.

Somebody who can't be added does not fail the create: the thread is there, the exit code is 3, and stderr says who is missing
and why. Metadata holds up to 1 KB in all. With --retention the service deletes the thread so many days, 30 to 90, after its
creation; without, it stays.

The same --idempotency-token twice gives the same thread, so that a script may run again.`,
		Example: `  acschat thread create --topic "Release 4.2"
  acschat thread create --topic "Order 42" --participant 8:acs:…=Alice --participant 8:acs:…=Bob --metadata order=42
  acschat thread create --topic "Trial" --retention 30 --idempotency-token trial-1 --output json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			people, err := participantsNamed(cmd, participants, from)
			if err != nil {
				return err
			}
			options := &chat.CreateThreadOptions{Participants: people, IdempotencyKey: key, Metadata: metadata.Pairs}
			if retention.Policy != nil {
				options.Retention = *retention.Policy
			}
			client, err := t.session.Chat(cmd.Context())
			if err != nil {
				return err
			}
			return t.createThread(cmd, client, topic, options)
		},
	}
	f := cmd.Flags()
	f.Var((*flags.Text)(&topic), "topic", "the `TOPIC`, which may be empty")
	f.StringArrayVar(&participants, "participant", nil, "`USER[=NAME]` to start with, and the name that others see; may be repeated")
	f.Var((*flags.Filled)(&from), "from", "`FILE` with participants, - for stdin")
	f.Var(&metadata, "metadata", "metadata of the thread; may be repeated")
	f.Var(&retention, "retention", "let the service delete the thread that many days after its creation, or none")
	f.StringVar(&key, "idempotency-token", "", "`KEY` that makes a second create give the same thread")
	return cmd
}

func (t *tool) createThread(cmd *cobra.Command, client *chat.Client, topic string, options *chat.CreateThreadOptions) error {
	created, err := client.CreateThread(cmd.Context(), topic, options)
	if created.Thread.ID == "" {
		if errors.Is(err, chat.ErrForbidden) && len(options.Participants) > 0 {
			return &cli.AdvisedError{Err: err, Next: "With somebody of another resource among the participants, the service refuses all of it. Whose resource yours is: acschat token show"}
		}
		return err
	}
	// The thread is there, whatever became of the people.
	if err := show.One(&t.output, createdView(), created); err != nil {
		return err
	}
	if err != nil {
		return &cli.PartialError{
			Summary: "the thread is created, but not everybody is in it", Refused: refusals(created.Failed), Cause: err,
			Next: "Add them again, those who are in are not disturbed: acschat participant add --thread " + created.Thread.ID,
		}
	}
	return notAdded(created.Failed, len(options.Participants))
}

func newThreadList(t *tool) *cobra.Command {
	var start flags.Time
	var limit, pageSize int
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List your threads",
		Long: `List the threads you are or were in, the most recently active first. Threads that have been deleted, and those you have left,
are listed too. The listing goes on page by page: it can be piped into head.`,
		Example: `  acschat thread list
  acschat thread list --start-time 7d --limit 20
  acschat thread list --output jsonl | jq -r 'select(.deletedOn == null) | .id'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.session.Chat(cmd.Context())
			if err != nil {
				return err
			}
			threads := client.ListThreads(&chat.ListThreadsOptions{StartTime: start.Time, PageSize: pageSize, Prefetch: limit == 0})
			return show.List(&t.output, threadItemView(), threads.Pages(cmd.Context()), limit)
		},
	}
	cmd.Flags().Var(&start, "start-time", "only threads that were active since: a time, a day, or how long ago (7d)")
	flags.AddPaging(cmd, &limit, &pageSize)
	return cmd
}

func newThreadGet(t *tool) *cobra.Command {
	var thread session.ThreadFlag
	cmd := &cobra.Command{
		Use:     "get THREAD",
		Short:   "Show a thread's topic, creator, metadata and retention",
		Long:    "Show what there is to know of a thread besides its messages and participants, which have listings of their own.",
		Example: "  acschat thread get 19:…\n  acschat thread get --thread 19:… --output json | jq .metadata",
		Args:    flags.Takes("thread"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := thread.Client(cmd.Context())
			if err != nil {
				return err
			}
			properties, err := client.GetProperties(cmd.Context())
			if err != nil {
				return err
			}
			return show.One(&t.output, threadView(), properties)
		},
	}
	thread.AddTo(cmd, &t.session)
	return cmd
}

func newThreadUpdate(t *tool) *cobra.Command {
	var thread session.ThreadFlag
	var topic string
	var metadata flags.Metadata
	var retention flags.Retention
	cmd := &cobra.Command{
		Use:     "update THREAD",
		Aliases: []string{"update-topic"},
		Short:   "Change a thread's topic, metadata or retention",
		Long: `Change what is named and leave the rest. An empty --topic makes the topic empty. Metadata is merged key by key; a key with
nothing behind the = is removed. A new topic leaves a message in the thread, the others do not.`,
		Example: `  acschat thread update 19:… --topic "Release 4.2 (done)"
  acschat thread update 19:… --metadata stage=done --metadata owner=
  acschat thread update 19:… --retention none`,
		Args: flags.Takes("thread"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			update := chat.PropertiesUpdate{Metadata: metadata.Pairs, Retention: retention.Policy}
			if cmd.Flags().Changed("topic") {
				update.Topic = &topic
			}
			if update.Topic == nil && update.Metadata == nil && update.Retention == nil {
				return cli.Misuse("nothing to change: name --topic, --metadata or --retention")
			}
			client, err := thread.Client(cmd.Context())
			if err != nil {
				return err
			}
			if err := client.UpdateProperties(cmd.Context(), update); err != nil {
				return err
			}
			return t.output.Done("Updated thread %s.", client.ThreadID())
		},
	}
	thread.AddTo(cmd, &t.session)
	cmd.Flags().Var((*flags.Text)(&topic), "topic", "the new `TOPIC`")
	cmd.Flags().Var(&metadata, "metadata", "set a key, or remove it with KEY=; may be repeated")
	cmd.Flags().Var(&retention, "retention", "let the service delete the thread that many days after its creation, or none to keep it")
	return cmd
}

func newThreadDelete(t *tool) *cobra.Command {
	var thread session.ThreadFlag
	var confirm flags.Confirmation
	cmd := &cobra.Command{
		Use:   "delete THREAD",
		Short: "Delete a thread for everybody in it",
		Long: `Delete a thread, with all its messages, for everybody in it. It can't be brought back; it stays in lists as deleted.
To leave a thread and let the others go on, remove yourself: acschat participant remove.`,
		Example: "  acschat thread delete 19:…\n  acschat thread delete --thread 19:… --yes",
		Args:    flags.Wants("thread"), // the environment does not say what to delete
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.session.Chat(cmd.Context())
			if err != nil {
				return err
			}
			if err := confirm.Ask(cmd, fmt.Sprintf("Delete thread %s for everybody in it?", thread.ID)); err != nil {
				return err
			}
			if err := client.DeleteThread(cmd.Context(), thread.ID); err != nil {
				return err
			}
			return t.output.Done("Deleted thread %s.", thread.ID)
		},
	}
	thread.AddTo(cmd, &t.session)
	confirm.AddTo(cmd)
	return cmd
}
