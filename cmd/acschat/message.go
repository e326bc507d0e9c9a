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

// messageFlag is --message-id, the message that a command works on.
type messageFlag struct{ id string }

func (f *messageFlag) addTo(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.id, "message-id", "", "`ID` of the message, as the argument")
}

func newMessageGet(t *tool) *cobra.Command {
	var thread threadFlag
	var message messageFlag
	cmd := &cobra.Command{
		Use:     "get MESSAGE",
		Short:   "Show one message",
		Long:    "Show one message with all there is to it. A deleted one is shown too, without its text.",
		Example: "  acschat message get --thread 19:… 1780000000000\n  acschat message get --thread 19:… --message-id 1780000000000 --output json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := object(args, "message-id", message.id)
			if err != nil {
				return err
			}
			client, err := t.thread(cmd, thread, nil)
			if err != nil {
				return err
			}
			m, err := client.GetMessage(cmd.Context(), id)
			if err != nil {
				return err
			}
			return show(cmd, &t.output, messageDetails(), m)
		},
	}
	thread.addTo(cmd, t)
	message.addTo(cmd)
	return cmd
}

func newMessageUpdate(t *tool) *cobra.Command {
	var thread threadFlag
	var message messageFlag
	var content string
	var metadata metadataFlag
	cmd := &cobra.Command{
		Use:   "update MESSAGE",
		Short: "Change the text or the metadata of a message you have sent",
		Long: `Change what is named and leave the rest. --content - reads the new text from stdin; an empty one empties the message. Metadata
is merged key by key; a key with nothing behind the = is removed. A text message stays one, an HTML message too.`,
		Example: `  acschat message update --thread 19:… 1780000000000 --content "Canary is red."
  acschat message update --thread 19:… 1780000000000 --metadata build=8842 --metadata draft=`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := object(args, "message-id", message.id)
			if err != nil {
				return err
			}
			update := chat.MessageUpdate{Metadata: metadata.pairs}
			if cmd.Flags().Changed("content") {
				if content == fromStdin {
					if content, err = t.contentOfStdin(cmd); err != nil {
						return err
					}
				}
				update.Content = &content
			}
			if update.Content == nil && update.Metadata == nil {
				return misuse("nothing to change: name --content or --metadata")
			}
			client, err := t.thread(cmd, thread, nil)
			if err != nil {
				return err
			}
			if err := client.UpdateMessage(cmd.Context(), id, update); err != nil {
				return err
			}
			return t.output.done(cmd, "Updated message %s.", id)
		},
	}
	thread.addTo(cmd, t)
	message.addTo(cmd)
	cmd.Flags().StringVar(&content, "content", "", "the new `TEXT`, - for stdin")
	cmd.Flags().Var(&metadata, "metadata", "set a key, or remove it with KEY=; may be repeated")
	return cmd
}

func newMessageDelete(t *tool) *cobra.Command {
	var thread threadFlag
	var message messageFlag
	var confirm confirmation
	cmd := &cobra.Command{
		Use:     "delete MESSAGE",
		Short:   "Delete a message you have sent",
		Long:    "Delete a message for everybody. It stays in the list as deleted, without its text, which can't be brought back.",
		Example: "  acschat message delete --thread 19:… 1780000000000\n  acschat message delete --thread 19:… --message-id 1780000000000 --yes",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := object(args, "message-id", message.id)
			if err != nil {
				return err
			}
			client, err := t.thread(cmd, thread, nil)
			if err != nil {
				return err
			}
			if err := confirm.ask(cmd, fmt.Sprintf("Delete message %s of thread %s?", id, client.ThreadID())); err != nil {
				return err
			}
			if err := client.DeleteMessage(cmd.Context(), id); err != nil {
				return err
			}
			return t.output.done(cmd, "Deleted message %s.", id)
		},
	}
	thread.addTo(cmd, t)
	message.addTo(cmd)
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
	text, err := readInput(cmd.Context(), fromStdin, maxContent)
	return strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r"), err
}

// stdinWaits reports whether stdin is a file or a pipe, and not somebody's keyboard.
func stdinWaits() bool { return !isTerminal(os.Stdin) }
