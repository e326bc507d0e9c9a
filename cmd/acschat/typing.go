package main

import (
	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
)

func newTyping(t *tool) *cobra.Command {
	var thread session.ThreadFlag
	var displayName string
	cmd := &cobra.Command{
		Use:   "typing [THREAD]",
		Short: "Send a typing notification",
		Long: `Tell the other participants that you are typing. Clients show it for a few
seconds, and send it about every eight seconds. The service accepts 5 in ten
seconds, and does not deliver them in a thread of more than 20 participants.`,
		Example: "  acschat typing --thread 19:… --display-name Alice",
		Args:    flags.Takes("thread"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := thread.Client(cmd.Context())
			if err != nil {
				return err
			}
			if err := client.SendTypingNotification(cmd.Context(), &chat.SendTypingNotificationOptions{SenderDisplayName: displayName}); err != nil {
				return err
			}
			return t.output.Done("Sent a typing notification.")
		},
	}
	thread.AddTo(cmd, &t.session)
	flags.CompleteArgument(cmd, t.session.CompleteThreads)
	cmd.Flags().Var((*flags.Text)(&displayName), "display-name", "your `NAME`")
	return cmd
}
