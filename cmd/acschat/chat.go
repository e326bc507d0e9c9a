package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/tui"
)

// minChatInterval leaves some of the 200 requests per minute that the service allows for the history.
const minChatInterval = 500 * time.Millisecond

func newChat(t *tool) *cobra.Command {
	var thread session.ThreadFlag
	var displayName string
	var interval time.Duration
	var quiet bool
	cmd := &cobra.Command{
		Use:   "chat [THREAD]",
		Short: "Chat in a full-screen terminal",
		Long: `Chat in a full-screen terminal, with a list of your threads, the history of the
open one, and a line to write in. Without THREAD you choose one. F1 lists the
keys.

Messages, typing and read receipts of others appear at once, over a live
connection. Without one, new messages are polled, typing is not shown, and the
line above the text says so. Others see that you are typing and what you have
read; --quiet turns that off.

You can change and delete your messages. A message that was not sent says why,
and can be sent again.

Messages that were not sent are printed at the end.`,
		Example: `  acschat chat
  acschat chat 19:…
  acschat chat 19:… --as 8:acs:… --quiet   # read along`,
		Args: flags.Takes("thread"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := t.checkTerminal(); err != nil {
				return err
			}
			if interval < minChatInterval {
				return cli.Misuse("--interval must be at least %v: the service allows 200 requests per minute", minChatInterval)
			}
			client, self, err := t.chatAndSelf(cmd.Context())
			if err != nil {
				return err
			}
			unsent, err := tui.Run(cmd.Context(), tui.Options{
				Service: tui.Over(client, displayName), Self: self, Thread: thread.Named(), Interval: interval, Quiet: quiet,
			})
			return notAllSent(unsent, err)
		},
	}
	thread.AddTo(cmd, &t.session)
	flags.CompleteArgument(cmd, t.session.CompleteThreads)
	cmd.Flags().Var((*flags.Text)(&displayName), "display-name", "your `NAME` on your messages")
	cmd.Flags().DurationVar(&interval, "interval", 2*time.Second, "without a live connection, poll for new messages every `DURATION`")
	cmd.Flags().BoolVarP(&quiet, "quiet", "q", false, "send no typing notifications and read receipts")
	return cmd
}

// checkTerminal rejects terminals on which a chat cannot be shown.
func (t *tool) checkTerminal() error {
	const otherwise = "\n\nWithout one: acschat message list --follow, and acschat message send."
	switch {
	case !show.IsTerminal(t.output.Out):
		return cli.Misuse("acschat chat needs a terminal, and stdout is not one." + otherwise)
	case os.Getenv("TERM") == "dumb":
		return cli.Misuse("acschat chat needs a terminal that can move the cursor, and TERM is dumb." + otherwise)
	case t.session.Verbose() && show.IsTerminal(t.output.Err):
		return cli.Misuse("--verbose would write over the chat: redirect it, 2>requests.log")
	}
	return nil
}

// chatAndSelf returns the client of the user, and the user; nil if the token does not name one.
func (t *tool) chatAndSelf(ctx context.Context) (*chat.Client, chat.Identifier, error) {
	endpoint, credential, err := t.session.Credential(ctx)
	if err != nil {
		return nil, nil, err
	}
	token, err := credential.Token(ctx)
	if err != nil {
		return nil, nil, err
	}
	client, err := t.session.ChatWith(endpoint, credential)
	if err != nil {
		return nil, nil, err
	}
	claims, err := session.ReadClaims(token, time.Now())
	if err != nil || claims.User == "" {
		return client, nil, nil //nolint:nilerr // the service decides whether the token is valid
	}
	return client, chat.ParseRawID(claims.User), nil
}

// notAllSent reports messages that were not sent.
func notAllSent(unsent []tui.Unsent, err error) error {
	if len(unsent) == 0 {
		return err
	}
	partial := &cli.PartialError{Summary: "some messages were not sent, or may not have been", Cause: err, Next: "Check before you send it again: acschat message list --limit 5"}
	for _, u := range unsent {
		partial.Refused = append(partial.Refused, fmt.Sprintf("%s: %q: %s", u.ThreadID, u.Text, u.Reason))
	}
	return partial
}
