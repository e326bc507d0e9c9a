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
		Long: `A thread is a conversation: a topic, up to 250 participants, and their messages.
Its creator is a participant. Every participant may add and remove others,
change the topic, and delete the thread for all.`,
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
		Use:   "create [USER[=NAME]]...",
		Short: "Create a thread",
		Long: `Create a thread. You are a participant without being named; name others as
arguments or in a file with --from: see acschat participant add.

If a participant cannot be added, the thread is created nevertheless: the exit
code is 3, and stderr lists who is missing and why. Metadata holds up to 1 KB
in total. With --retention the service deletes the thread 30 to 90 days after
its creation.

The same --idempotency-token returns the same thread, so that a script can be
run again.`,
		Example: `  acschat thread create --topic "Release 4.2"
  acschat thread create --topic "Order 42" --metadata order=42 8:acs:…=Alice
  acschat thread create --topic Trial --retention 30 --idempotency-token trial-1`,
		RunE: func(cmd *cobra.Command, args []string) error {
			people, err := participantsNamed(cmd, append(args, participants...), from)
			if err != nil && len(args) > 0 && topic == "" {
				return cli.Misuse("%v; the topic is named with --topic", err)
			}
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
	f.StringArrayVar(&participants, "participant", nil, "a participant, `USER[=NAME]`, like an argument; may be repeated")
	f.Var((*flags.Filled)(&from), "from", "`FILE` of participants, - for stdin")
	f.Var(&metadata, "metadata", "metadata of the thread; may be repeated")
	f.Var(&retention, "retention", "delete the thread so many days after its creation, or none")
	f.Var((*flags.Filled)(&key), "idempotency-token", "`KEY` that returns the same thread if the command is repeated")
	flags.Complete(cmd, "participant", t.session.CompleteUsers)
	flags.CompleteArguments(cmd, t.session.CompleteUsers)
	return cmd
}

func (t *tool) createThread(cmd *cobra.Command, client *chat.Client, topic string, options *chat.CreateThreadOptions) error {
	created, err := client.CreateThread(cmd.Context(), topic, options)
	if created.Thread.ID == "" {
		if errors.Is(err, chat.ErrForbidden) && len(options.Participants) > 0 {
			return &cli.AdvisedError{Err: err, Next: "The service refuses the thread if a participant is of another resource. For your resource: acschat token show"}
		}
		return err
	}
	// The thread exists even if participants could not be added.
	if err := show.One(&t.output, createdView(), created); err != nil {
		return err
	}
	if err != nil {
		return &cli.PartialError{
			Summary: "the thread was created, but without some participants", Refused: refusals(created.Failed), Cause: err,
			Next: "Add them again: acschat participant add --thread " + created.Thread.ID,
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
		Long: `List the threads that you are or were a participant of, the most recently
active first, including deleted ones. Pages are printed as they arrive.`,
		Example: `  acschat thread list
  acschat thread list --start-time 7d --limit 20
  acschat thread list -o jsonl | jq -r 'select(.deletedOn == null) | .id'`,
		Args: flags.TakesNone,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.session.Chat(cmd.Context())
			if err != nil {
				return err
			}
			threads := client.ListThreads(&chat.ListThreadsOptions{StartTime: start.Time, PageSize: pageSize, Prefetch: limit == 0})
			return show.List(&t.output, threadItemView(), threads.Pages(cmd.Context()), limit)
		},
	}
	cmd.Flags().Var(&start, "start-time", "only threads active since a time, a day, or a duration ago (7d)")
	flags.AddPaging(cmd, &limit, &pageSize)
	return cmd
}

func newThreadGet(t *tool) *cobra.Command {
	var thread session.ThreadFlag
	cmd := &cobra.Command{
		Use:   "get THREAD",
		Short: "Show the topic, creator, metadata and retention of a thread",
		Long:  "Show the properties of a thread. Messages and participants have their own lists.",
		Example: `  acschat thread get 19:…
  acschat thread get --thread 19:… --output json | jq .metadata`,
		Args: flags.Takes("thread"),
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
	flags.CompleteArgument(cmd, t.session.CompleteThreads)
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
		Short:   "Change the topic, metadata or retention of a thread",
		Long: `Change what the flags name. An empty --topic removes the topic. Metadata is
merged by key; KEY= removes a key. A new topic adds a message to the thread.`,
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
				return cli.Misuse("nothing to change: use --topic, --metadata or --retention")
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
	flags.CompleteArgument(cmd, t.session.CompleteThreads)
	cmd.Flags().Var((*flags.Text)(&topic), "topic", "the new `TOPIC`")
	cmd.Flags().Var(&metadata, "metadata", "set a key, or remove it with KEY=; may be repeated")
	cmd.Flags().Var(&retention, "retention", "delete the thread so many days after its creation, or none")
	return cmd
}

func newThreadDelete(t *tool) *cobra.Command {
	var thread session.ThreadFlag
	var confirm flags.Confirmation
	cmd := &cobra.Command{
		Use:   "delete THREAD",
		Short: "Delete a thread for all participants",
		Long: `Delete a thread and its messages for all participants. This cannot be undone;
lists show the thread as deleted. To leave a thread without deleting it, remove
yourself: acschat participant remove.`,
		Example: `  acschat thread delete 19:…
  acschat thread delete --thread 19:… --yes`,
		Args: flags.Wants("thread"), // not from the environment
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.session.Chat(cmd.Context())
			if err != nil {
				return err
			}
			if err := confirm.Ask(cmd, fmt.Sprintf("Delete thread %s for all participants?", thread.ID)); err != nil {
				return err
			}
			if err := client.DeleteThread(cmd.Context(), thread.ID); err != nil {
				return err
			}
			return t.output.Done("Deleted thread %s.", thread.ID)
		},
	}
	thread.AddTo(cmd, &t.session)
	flags.CompleteArgument(cmd, t.session.CompleteThreads)
	confirm.AddTo(cmd)
	return cmd
}
