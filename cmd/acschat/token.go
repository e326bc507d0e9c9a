package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
)

func newToken(t *tool) *cobra.Command {
	return noun(&cobra.Command{
		Use:   "token",
		Short: "Issue, revoke and show tokens",
		Long: `A token allows its holder to act as one user, within its scopes, until it
expires 1 to 24 hours after it was issued. To issue and revoke tokens, set the
access key of the resource in
` + session.ConnectionStringVariable + `.`,
		Example: `  acschat token issue 8:acs:… --out alice.token
  acschat token show --token-file alice.token`,
	}, newTokenIssue(t), newTokenRevoke(t), newTokenShow(t))
}

func newTokenRevoke(t *tool) *cobra.Command {
	var user string
	var confirm flags.Confirmation
	cmd := &cobra.Command{
		Use:   "revoke USER",
		Short: "Revoke all tokens of a user",
		Long:  "Revoke all tokens of a user issued so far. Later ones are valid.",
		Example: `  acschat token revoke 8:acs:…
  acschat token revoke --user 8:acs:… --yes`,
		Args: flags.Wants("user"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			identities, err := t.session.Identities()
			if err != nil {
				return err
			}
			if err := confirm.Ask(cmd, fmt.Sprintf("End all tokens of %s?", user)); err != nil {
				return err
			}
			if err := identities.RevokeTokens(cmd.Context(), chat.CommunicationUser{ID: user}); err != nil {
				return err
			}
			return t.output.Done("Revoked all tokens of %s.", user)
		},
	}
	addUser(cmd, &user, t.session.CompleteUsers)
	confirm.AddTo(cmd)
	return cmd
}
