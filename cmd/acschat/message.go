package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/input"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

func newMessage(t *tool) *cobra.Command {
	return noun(&cobra.Command{
		Use:   "message",
		Short: "Send, list, read, change and delete messages",
		Long: `Messages are text or HTML of up to 28 KB, with optional metadata. The service
adds one when the topic or the participants change. Only its sender can change
and delete a message.`,
		Example: `  acschat message send --thread 19:… "Canary is green."
  acschat message list --thread 19:… --follow`,
	}, newMessageSend(t), newMessageList(t), newMessageGet(t), newMessageUpdate(t), newMessageDelete(t))
}

// addMessage adds --message-id, the message that a command works on, and completes it and the argument.
func addMessage(cmd *cobra.Command, id *string, complete cobra.CompletionFunc) {
	cmd.Flags().Var((*flags.Filled)(id), "message-id", "`ID` of the message, instead of the argument")
	flags.Complete(cmd, "message-id", complete)
	flags.CompleteArgument(cmd, complete)
}

func newMessageGet(t *tool) *cobra.Command {
	var thread session.ThreadFlag
	var message string
	cmd := &cobra.Command{
		Use:   "get MESSAGE",
		Short: "Show one message",
		Long:  "Show all properties of a message. A deleted message has no text.",
		Example: `  acschat message get --thread 19:… 1780000000000
  acschat message get --thread 19:… 1780000000000 --output json`,
		Args: flags.Wants("message-id"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := thread.Client(cmd.Context())
			if err != nil {
				return err
			}
			m, err := client.GetMessage(cmd.Context(), message)
			if err != nil {
				return err
			}
			return show.One(&t.output, messageDetails(), m)
		},
	}
	thread.AddTo(cmd, &t.session)
	addMessage(cmd, &message, thread.CompleteMessages)
	return cmd
}

func newMessageUpdate(t *tool) *cobra.Command {
	var thread session.ThreadFlag
	var message string
	var content string
	var metadata flags.Metadata
	cmd := &cobra.Command{
		Use:   "update MESSAGE [TEXT]",
		Short: "Change the text or the metadata of a message you sent",
		Long: `Change what the command line names. --content - reads the new text from stdin;
--content "" empties the message. Metadata is merged by key; KEY= removes a
key. The type, text or HTML, does not change.`,
		Example: `  acschat message update --thread 19:… 1780000000000 "Canary is red."
  acschat message update --thread 19:… 1780000000000 --metadata draft=`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 2 {
				if cmd.Flags().Changed("content") {
					return cli.Misuse("argument and --content: choose one")
				}
				if args[1] == "" {
					return cli.Misuse(`%s --content "" empties the message`, emptyText)
				}
				if err := cmd.Flags().Set("content", args[1]); err != nil {
					return err
				}
				args = args[:1]
			}
			return flags.Wants("message-id")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			update := chat.MessageUpdate{Metadata: metadata.Pairs}
			if cmd.Flags().Changed("content") {
				if content == input.Stdin {
					var err error
					if content, err = t.contentOfStdin(cmd); err != nil {
						return err
					}
				}
				update.Content = &content
			}
			if update.Content == nil && update.Metadata == nil {
				return cli.Misuse("nothing to change: use --content or --metadata")
			}
			client, err := thread.Client(cmd.Context())
			if err != nil {
				return err
			}
			if err := client.UpdateMessage(cmd.Context(), message, update); err != nil {
				return err
			}
			return t.output.Done("Updated message %s.", message)
		},
	}
	thread.AddTo(cmd, &t.session)
	addMessage(cmd, &message, thread.CompleteMessages)
	cmd.Flags().Var((*flags.Text)(&content), "content", "the new `TEXT`, - for stdin")
	cmd.Flags().Var(&metadata, "metadata", "set a key, or remove it with KEY=; may be repeated")
	return cmd
}

func newMessageDelete(t *tool) *cobra.Command {
	var thread session.ThreadFlag
	var message string
	var confirm flags.Confirmation
	cmd := &cobra.Command{
		Use:   "delete MESSAGE",
		Short: "Delete a message you sent",
		Long:  "Delete a message for all participants. Lists show it as deleted, without text.",
		Example: `  acschat message delete --thread 19:… 1780000000000
  acschat message delete --thread 19:… 1780000000000 --yes`,
		Args: flags.Wants("message-id"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := thread.Client(cmd.Context())
			if err != nil {
				return err
			}
			if err := confirm.Ask(cmd, fmt.Sprintf("Delete message %s of thread %s?", message, client.ThreadID())); err != nil {
				return err
			}
			if err := client.DeleteMessage(cmd.Context(), message); err != nil {
				return err
			}
			return t.output.Done("Deleted message %s.", message)
		},
	}
	thread.AddTo(cmd, &t.session)
	addMessage(cmd, &message, thread.CompleteMessages)
	confirm.AddTo(cmd)
	return cmd
}

// maxContent exceeds the limit of the service, which reports what is too long.
const maxContent = 1 << 20

// contentOfStdin reads the text of a message, without the line end that a shell adds.
func (t *tool) contentOfStdin(cmd *cobra.Command) (string, error) {
	if t.session.TokenFromStdin() {
		return "", cli.Misuse("stdin cannot hold both the token and the text")
	}
	content, err := input.Read(cmd.Context(), input.Stdin, cmd.InOrStdin(), maxContent)
	return strings.TrimSuffix(strings.TrimSuffix(content, "\n"), "\r"), err
}

// stdinWaits reports whether stdin is a file or a pipe, not a keyboard.
func stdinWaits(cmd *cobra.Command) bool { return !show.IsTerminal(cmd.InOrStdin()) }
