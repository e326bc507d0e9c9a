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
		Short: "Tell the others that you are typing",
		Long: `Tell the others in a thread that you are typing. They see it for some seconds; clients send it every eight or so while somebody
types. The service takes 5 in ten seconds, and shows nothing in a thread of more than 20 people.`,
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
			return t.output.Done("Told the others that you are typing.")
		},
	}
	thread.AddTo(cmd, &t.session)
	cmd.Flags().Var((*flags.Text)(&displayName), "display-name", "your `NAME`, as the others see it")
	return cmd
}
