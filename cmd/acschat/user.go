package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

func newUser(t *tool) *cobra.Command {
	return noun(&cobra.Command{
		Use:   "user",
		Short: "Create and delete users",
		Annotations: map[string]string{
			insteadOf + "list": "the service does not list users; acschat participant list lists those of a thread",
		},
		Long: `A user is an id, 8:acs:…, without a name: names are set in threads and with
messages. Your application stores which person an id belongs to. To create and
delete users, set the access key of the resource in
` + session.ConnectionStringVariable + `.`,
		Example: `  acschat user create
  acschat user delete 8:acs:…`,
	}, newUserCreate(t), newUserDelete(t))
}

func newUserCreate(t *tool) *cobra.Command {
	return &cobra.Command{
		Use:        "create",
		SuggestFor: []string{"new", "add"},
		Short:      "Create a user",
		Long: `Create a user. It can be added to threads at once; to act as it, use --as, or
issue a token with acschat token issue.`,
		Example: `  acschat user create
  export ACSCHAT_USER=$(acschat user create -o json | jq -r .identity.id)`,
		Args: flags.TakesNone,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if t.session.As() != "" {
				return cli.Misuse("--as names a user, and this creates one: leave it out")
			}
			identities, err := t.session.Identities()
			if err != nil {
				return err
			}
			user, err := identities.CreateUser(cmd.Context(), nil)
			if err != nil {
				return err
			}
			return show.One(&t.output, userView(), user)
		},
	}
}

func userView() show.View[chat.CommunicationUser] {
	return show.View[chat.CommunicationUser]{
		Columns: []show.Column[chat.CommunicationUser]{{Title: "User", Text: func(u chat.CommunicationUser) string { return u.ID }}},
		Wire:    func(u chat.CommunicationUser) any { return identity.UserAndToken{User: u} }, // the response of the API, without a token
	}
}

// addUser adds --user, the user that a command works on, and completes it and the argument.
func addUser(cmd *cobra.Command, id *string, complete cobra.CompletionFunc) {
	cmd.Flags().Var((*flags.Filled)(id), "user", "`USER`, as the argument")
	flags.Complete(cmd, "user", complete)
	flags.CompleteArgument(cmd, complete)
}

func newUserDelete(t *tool) *cobra.Command {
	var user string
	var confirm flags.Confirmation
	cmd := &cobra.Command{
		Use:   "delete USER",
		Short: "Delete a user, its tokens and its messages",
		Long: `Delete a user: its tokens are revoked, it is removed from all threads, and its
messages are deleted. To remove it from one thread, use acschat participant
remove; to revoke its tokens, acschat token revoke.`,
		Example: `  acschat user delete 8:acs:…
  acschat user delete --user 8:acs:… --yes`,
		Args: flags.Wants("user"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			identities, err := t.session.Identities()
			if err != nil {
				return err
			}
			if err := confirm.Ask(cmd, fmt.Sprintf("Delete user %s and its messages?", user)); err != nil {
				return err
			}
			if err := identities.DeleteUser(cmd.Context(), chat.CommunicationUser{ID: user}); err != nil {
				return err
			}
			return t.output.Done("Deleted user %s.", user)
		},
	}
	addUser(cmd, &user, t.session.CompleteUsers)
	confirm.AddTo(cmd)
	return cmd
}
