package main

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/input"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// sending has the flags of message send.
type sending struct {
	thread      session.ThreadFlag
	content     string
	messageType string
	html        bool
	displayName string
	metadata    flags.Metadata

	from   string
	format string
	skip   int
}

func newMessageSend(t *tool) *cobra.Command {
	var s sending
	cmd := &cobra.Command{
		Use:   "send [TEXT]...",
		Short: "Send a message, or many from a file",
		Long: `Send a message. The text is the arguments, --content or else stdin. Write --
before a text that begins with -. A message is sent once: if its outcome is
unknown, the command says so and does not retry.

With --from FILE, or - for stdin, each line is a message; those from stdin are
sent as they arrive. In a .jsonl file, or with --from-format jsonl, each line is
an object with content, type, senderDisplayName and metadata. Flags apply to
messages that have no value of their own. A .csv or .tsv file is sent only with
--from-format lines. A file is checked as a whole before the first message is
sent.

A thread accepts 10 messages in ten seconds and 30 per minute; --unpaced sends
without waiting, for the emulator. If the service asks to wait, both do. On a
terminal a bar shows the rate and the time left. After an interrupt, the message
in progress finishes, and stderr says how to continue with --skip. A rejected
message does not stop the others: the exit code is 3, and stderr lists it.`,
		Example: `  acschat message send --thread 19:… "Canary is green."
  acschat message send --thread 19:… --html "<b>Go.</b>" --display-name Alice
  git log --oneline -5 | acschat message send --thread 19:…
  acschat message send --thread 19:… --from history.jsonl --skip 1200
  tail -f deploy.log | acschat message send --thread 19:… --from -`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := s.check(t, cmd, args); err != nil {
				return err
			}
			if s.from != "" {
				return t.sendMany(cmd, &s)
			}
			return t.sendOne(cmd, &s, args)
		},
	}
	s.thread.AddTo(cmd, &t.session)
	f := cmd.Flags()
	f.Var((*flags.Text)(&s.content), "content", "the `TEXT`, - for stdin")
	f.StringVar(&s.messageType, "message-type", string(chat.MessageTypeText), "`TYPE`, text or html")
	f.BoolVar(&s.html, "html", false, "like --message-type html")
	f.Var((*flags.Text)(&s.displayName), "display-name", "your `NAME` on the message")
	f.Var(&s.metadata, "metadata", "metadata of the message; may be repeated")
	f.Var((*flags.Filled)(&s.from), "from", "`FILE` of messages, - for stdin")
	f.Var((*flags.Filled)(&s.format), "from-format", "`FORMAT` of the file, lines or jsonl")
	f.Var((*flags.Count)(&s.skip), "skip", "skip the first `N` messages of the file")
	f.BoolVar(&t.session.Unpaced, "unpaced", false, "do not wait for the rate limits")
	types := []string{string(chat.MessageTypeText), string(chat.MessageTypeHTML)}
	flags.CompleteFrom(cmd, "message-type", types...)
	flags.CompleteFrom(cmd, "from-format", formatOfLines, formatOfObjects)
	return cmd
}

// check rejects contradictions.
func (s *sending) check(t *tool, cmd *cobra.Command, args []string) error {
	if s.html {
		s.messageType = string(chat.MessageTypeHTML)
	}
	named := cmd.Flags().Changed("content")
	switch {
	case s.messageType != string(chat.MessageTypeText) && s.messageType != string(chat.MessageTypeHTML):
		return cli.Misuse("--message-type is text or html: the service creates the other types")
	case s.from != "" && (named || len(args) > 0):
		return cli.Misuse("--from and a text: choose one")
	case named && len(args) > 0:
		return cli.Misuse("arguments and --content: choose one")
	case (named || len(args) > 0) && s.content == "" && strings.Join(args, "") == "":
		return cli.Misuse("%s; to send what is on stdin, leave it out", emptyText)
	case !utf8.ValidString(strings.Join(args, " ")):
		return cli.Misuse("the text is not UTF-8")
	case s.from == "" && (s.skip != 0 || s.format != "" || t.session.Unpaced):
		return cli.Misuse("--skip, --from-format and --unpaced need --from")
	case s.from == input.Stdin && t.session.TokenFromStdin():
		return cli.Misuse("stdin cannot hold both the token and the messages")
	}
	return nil
}

func (t *tool) sendOne(cmd *cobra.Command, s *sending, args []string) error {
	content, err := t.contentOf(cmd, s, args)
	if err != nil {
		return err
	}
	client, err := s.thread.Client(cmd.Context())
	if err != nil {
		return err
	}
	sent, err := client.SendMessage(cmd.Context(), content, &chat.SendMessageOptions{
		Type: chat.MessageType(s.messageType), SenderDisplayName: s.displayName, Metadata: s.metadata.Pairs,
	})
	if err != nil {
		return err
	}
	return show.One(&t.output, sentView(), sent)
}

// emptyText is the error of a text that is given and empty. Stdin is read only if no text is given.
const emptyText = "the text is empty: is the shell variable set?"

// contentOf returns the text: the arguments joined by spaces, or --content, or stdin.
func (t *tool) contentOf(cmd *cobra.Command, s *sending, args []string) (string, error) {
	content := cmp.Or(strings.Join(args, " "), s.content)
	if content != "" && content != input.Stdin {
		return content, nil
	}
	if content == "" && !stdinWaits(cmd) {
		return "", cli.Misuse("there is nothing to send: use an argument, --content or a pipe")
	}
	content, err := t.contentOfStdin(cmd)
	if err == nil && content == "" {
		err = cli.Misuse("there is nothing to send: no argument, no --content, and stdin is empty")
	}
	return content, err
}

func sentView() show.View[chat.SendMessageResult] {
	return show.View[chat.SendMessageResult]{
		Columns: []show.Column[chat.SendMessageResult]{{Title: "Message", Text: func(r chat.SendMessageResult) string { return r.ID }}},
	}
}
