package main

import (
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

// sending is what message send is told.
type sending struct {
	thread      session.ThreadFlag
	content     string
	messageType string
	html        bool
	displayName string
	metadata    flags.Metadata

	from    string
	format  string
	skip    int
	unpaced bool
}

func newMessageSend(t *tool) *cobra.Command {
	var s sending
	cmd := &cobra.Command{
		Use:   "send [TEXT]...",
		Short: "Send a message, or many from a file",
		Long: `Send a message. The text is the arguments, --content or, if neither is there, stdin. A text that begins with - stands behind --.
A message is sent once: when the service does not say what became of it, neither does acschat, and it does not try again.

With --from FILE, or - for stdin, each line is a message; what comes from stdin is sent as it comes. In a file whose name ends in
.jsonl, or with --from-format jsonl, each line is an object of the service's: content, type, senderDisplayName, metadata. Flags
are for the messages that do not say otherwise. A file is read whole, and checked, before the first message goes out.

A thread takes 10 messages in ten seconds and 30 a minute, which is kept to; --unpaced sends as fast as the service lets it, as
for the emulator. When the service asks to wait, that is done in either case. On a terminal a bar shows the rate and the time left.
Interrupted, it lets the message under way finish and says how many went out, and how to go on with --skip. A message that is
refused does not stop the others: the exit code is 3, and stderr says which and why.`,
		Example: `  acschat message send --thread 19:… "Canary is green."
  acschat message send --thread 19:… --html "<b>Rolling on.</b>" --display-name Alice --metadata build=8841
  git log --oneline -5 | acschat message send --thread 19:…
  acschat message send --thread 19:… --from history.jsonl --skip 1200
  tail -f deploy.log | acschat message send --thread 19:… --from -`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := s.check(t, args); err != nil {
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
	f.StringVar(&s.messageType, "message-type", string(chat.MessageTypeText), "text or html, as `TYPE`")
	f.BoolVar(&s.html, "html", false, "the same as --message-type html")
	f.Var((*flags.Text)(&s.displayName), "display-name", "your `NAME`, as the others see it on the message")
	f.Var(&s.metadata, "metadata", "metadata of the message; may be repeated")
	f.Var((*flags.Filled)(&s.from), "from", "`FILE` of messages, - for stdin")
	f.StringVar(&s.format, "from-format", "", "lines or jsonl, as `FORMAT` of the file")
	f.Var((*flags.Count)(&s.skip), "skip", "leave out the first `N` messages of the file, which are sent")
	f.BoolVar(&s.unpaced, "unpaced", false, "send as fast as the service lets it")
	types := []string{string(chat.MessageTypeText), string(chat.MessageTypeHTML)}
	flags.CompleteFrom(cmd, "message-type", types...)
	flags.CompleteFrom(cmd, "from-format", formatOfLines, formatOfObjects)
	return cmd
}

// check refuses what contradicts itself.
func (s *sending) check(t *tool, args []string) error {
	if s.html {
		s.messageType = string(chat.MessageTypeHTML)
	}
	switch {
	case s.messageType != string(chat.MessageTypeText) && s.messageType != string(chat.MessageTypeHTML):
		return cli.Misuse("--message-type is text or html: the other types are the service's own")
	case s.from != "" && (s.content != "" || len(args) > 0):
		return cli.Misuse("--from names the messages, and there is a text besides: choose")
	case s.content != "" && len(args) > 0:
		return cli.Misuse("there are two texts, the arguments and --content: choose")
	case !utf8.ValidString(strings.Join(args, " ")):
		return cli.Misuse("the text is not UTF-8")
	case s.from == "" && (s.skip != 0 || s.format != "" || s.unpaced):
		return cli.Misuse("--skip, --from-format and --unpaced are about the messages of --from")
	case s.from == input.Stdin && t.session.TokenFromStdin():
		return cli.Misuse("stdin can't hold both the token and the messages")
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

// contentOf is the text: the arguments, as echo takes them, or --content, or what comes through stdin.
func (t *tool) contentOf(cmd *cobra.Command, s *sending, args []string) (string, error) {
	content := strings.Join(args, " ")
	if content == "" {
		content = s.content
	}
	if content != "" && content != input.Stdin {
		return content, nil
	}
	if content == "" && !stdinWaits(cmd) {
		return "", cli.Misuse("there is nothing to send: give the text as the argument, with --content, or through a pipe")
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
