package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
)

func newMessage(t *tool) *cobra.Command {
	return noun(&cobra.Command{
		Use:   "message",
		Short: "Send, list, read, change and delete messages",
		Long: `Messages are text or HTML of up to 28 KB, with metadata if you like. The service itself writes one when the topic changes and
when people come or go. A message can be changed and deleted by its sender alone.`,
		Example: `  acschat message send --thread 19:… "Canary is green."
  acschat message list --thread 19:… --follow`,
	}, newMessageSend(t), newMessageList(t), newMessageGet(t), newMessageUpdate(t), newMessageDelete(t))
}

// addMessage adds --message-id, the message that a command works on.
func addMessage(cmd *cobra.Command, id *string) {
	cmd.Flags().Var((*filled)(id), "message-id", "`ID` of the message, as the argument")
}

func newMessageGet(t *tool) *cobra.Command {
	var thread threadFlag
	var message string
	cmd := &cobra.Command{
		Use:     "get MESSAGE",
		Short:   "Show one message",
		Long:    "Show one message with all there is to it. A deleted one is shown too, without its text.",
		Example: "  acschat message get --thread 19:… 1780000000000\n  acschat message get --thread 19:… --message-id 1780000000000 --output json",
		Args:    wants("message-id"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.thread(cmd, thread)
			if err != nil {
				return err
			}
			m, err := client.GetMessage(cmd.Context(), message)
			if err != nil {
				return err
			}
			return show(cmd, &t.output, messageDetails(), m)
		},
	}
	thread.addTo(cmd, t)
	addMessage(cmd, &message)
	return cmd
}

func newMessageUpdate(t *tool) *cobra.Command {
	var thread threadFlag
	var message string
	var content string
	var metadata metadataFlag
	cmd := &cobra.Command{
		Use:   "update MESSAGE",
		Short: "Change the text or the metadata of a message you have sent",
		Long: `Change what is named and leave the rest. --content - reads the new text from stdin; an empty one empties the message. Metadata
is merged key by key; a key with nothing behind the = is removed. A text message stays one, an HTML message too.`,
		Example: `  acschat message update --thread 19:… 1780000000000 --content "Canary is red."
  acschat message update --thread 19:… 1780000000000 --metadata build=8842 --metadata draft=`,
		Args: wants("message-id"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			update := chat.MessageUpdate{Metadata: metadata.pairs}
			if cmd.Flags().Changed("content") {
				if content == fromStdin {
					var err error
					if content, err = t.contentOfStdin(cmd); err != nil {
						return err
					}
				}
				update.Content = &content
			}
			if update.Content == nil && update.Metadata == nil {
				return misuse("nothing to change: name --content or --metadata")
			}
			client, err := t.thread(cmd, thread)
			if err != nil {
				return err
			}
			if err := client.UpdateMessage(cmd.Context(), message, update); err != nil {
				return err
			}
			return t.output.done(cmd, "Updated message %s.", message)
		},
	}
	thread.addTo(cmd, t)
	addMessage(cmd, &message)
	cmd.Flags().Var((*text)(&content), "content", "the new `TEXT`, - for stdin")
	cmd.Flags().Var(&metadata, "metadata", "set a key, or remove it with KEY=; may be repeated")
	return cmd
}

func newMessageDelete(t *tool) *cobra.Command {
	var thread threadFlag
	var message string
	var confirm confirmation
	cmd := &cobra.Command{
		Use:     "delete MESSAGE",
		Short:   "Delete a message you have sent",
		Long:    "Delete a message for everybody. It stays in the list as deleted, without its text, which can't be brought back.",
		Example: "  acschat message delete --thread 19:… 1780000000000\n  acschat message delete --thread 19:… --message-id 1780000000000 --yes",
		Args:    wants("message-id"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.thread(cmd, thread)
			if err != nil {
				return err
			}
			if err := confirm.ask(cmd, fmt.Sprintf("Delete message %s of thread %s?", message, client.ThreadID())); err != nil {
				return err
			}
			if err := client.DeleteMessage(cmd.Context(), message); err != nil {
				return err
			}
			return t.output.done(cmd, "Deleted message %s.", message)
		},
	}
	thread.addTo(cmd, t)
	addMessage(cmd, &message)
	confirm.addFlag(cmd)
	return cmd
}

// maxContent is more than the service takes, so that it is the service that says what is too long.
const maxContent = 1 << 20

// contentOfStdin reads the text of a message, without the line end that a shell puts behind it.
func (t *tool) contentOfStdin(cmd *cobra.Command) (string, error) {
	if t.session.tokenFile == fromStdin {
		return "", misuse("stdin can't hold both the token and the text")
	}
	content, err := readInput(cmd.Context(), fromStdin, maxContent)
	if err == nil {
		err = inUTF8(fromStdin, content)
	}
	return strings.TrimSuffix(strings.TrimSuffix(content, "\n"), "\r"), err
}

// stdinWaits reports whether stdin is a file or a pipe, and not somebody's keyboard.
func stdinWaits() bool { return !isTerminal(os.Stdin) }
