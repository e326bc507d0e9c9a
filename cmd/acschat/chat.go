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

// leastChatInterval leaves, of the 200 looks at messages a minute that the service allows, some for what was before.
const leastChatInterval = 500 * time.Millisecond

func newChat(t *tool) *cobra.Command {
	var thread session.ThreadFlag
	var displayName string
	var interval time.Duration
	var quiet bool
	cmd := &cobra.Command{
		Use:   "chat [THREAD]",
		Short: "Chat on the whole terminal",
		Long: `Chat on the whole terminal: the threads at a side, one of them open, with all of its history and a line to write on. Without a
THREAD you choose one. F1 shows the keys.

What is new is looked for every two seconds, and your messages can be changed and deleted. The others are told that you type and
how far you have read; --quiet tells them neither. A message that could not be sent says why, and waits for you to try again.
That others are typing can't be shown: the service tells it only to programs that keep a connection for its notifications.

A message that did not arrive is printed when you leave all the same.`,
		Example: `  acschat chat
  acschat chat 19:…
  acschat chat 19:… --as 8:acs:… --quiet   # look over somebody's shoulder, unseen`,
		Args: flags.Takes("thread"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := t.wantsWholeTerminal(); err != nil {
				return err
			}
			if interval < leastChatInterval {
				return cli.Misuse("--interval must be at least %v: the service allows 200 looks a minute", leastChatInterval)
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
	cmd.ValidArgsFunction = t.session.CompleteThreads
	cmd.Flags().Var((*flags.Text)(&displayName), "display-name", "your `NAME`, as the others see it with your messages")
	cmd.Flags().DurationVar(&interval, "interval", 2*time.Second, "how `OFTEN` to look for new messages")
	cmd.Flags().BoolVarP(&quiet, "quiet", "q", false, "tell nobody that you type, or what you have read")
	return cmd
}

// wantsWholeTerminal refuses what a chat can't be shown on.
func (t *tool) wantsWholeTerminal() error {
	const otherwise = "\n\nWithout one: acschat message list --follow, and acschat message send."
	switch {
	case !show.IsTerminal(t.output.Out):
		return cli.Misuse("a chat wants a terminal to show it on, and stdout is none." + otherwise)
	case os.Getenv("TERM") == "dumb":
		return cli.Misuse("a chat wants a terminal whose cursor can be moved, and TERM says that this one's can't." + otherwise)
	case t.session.Verbose() && show.IsTerminal(t.output.Err):
		return cli.Misuse("--verbose would write into the middle of the chat: send that elsewhere, 2>requests.log")
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
	claims, err := session.ReadClaims(token.Token, time.Now())
	if err != nil || claims.User == "" {
		return client, nil, nil //nolint:nilerr // the service decides whether the token is valid
	}
	return client, chat.ParseRawID(claims.User), nil
}

// notAllSent says what was written in vain.
func notAllSent(unsent []tui.Unsent, err error) error {
	if len(unsent) == 0 {
		return err
	}
	partial := &cli.PartialError{Summary: "some of what you wrote was not sent, or may not have been", Cause: err, Next: "Look before you send it again: acschat message list --limit 5"}
	for _, u := range unsent {
		partial.Refused = append(partial.Refused, fmt.Sprintf("%s: %q: %s", u.ThreadID, u.Text, u.Reason))
	}
	return partial
}
