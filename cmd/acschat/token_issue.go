package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

func newTokenIssue(t *tool) *cobra.Command {
	var user, file string
	var scopes []string
	var lifetime time.Duration
	cmd := &cobra.Command{
		Use:   "issue [USER]",
		Short: "Issue a token for a user, for a new one if none is named",
		Long: `Issue a token. This is the one command whose output is a secret: the token goes to stdout, alone, and whose it is to stderr.
With --out it goes to a file that nobody else may read, and is not printed.

Scopes: chat opens all of chat; chat.join all but making, changing and deleting threads; chat.join.limited neither that nor adding
and removing people; voip and voip.join are for calls.`,
		Example: `  acschat token issue 8:acs:… --out alice.token
  acschat token issue --scope chat.join --lifetime 1h --output json
  AZURE_COMMUNICATION_ACCESS_TOKEN=$(acschat token issue 8:acs:…) acschat thread list`,
		Args: flags.Takes("user"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(scopes) == 0 || slices.Contains(scopes, "") {
				return cli.Misuse("--scope is empty: name one, such as --scope %s", identity.ScopeChat)
			}
			identities, err := t.session.Identities()
			if err != nil {
				return err
			}
			issued, err := issue(cmd.Context(), identities, user, scopes, lifetime)
			if err != nil {
				return err
			}
			return t.showIssued(cmd, issued, user == "", scopes, file)
		},
	}
	f := cmd.Flags()
	addUser(cmd, &user)
	f.StringSliceVarP(&scopes, "scope", "s", []string{string(identity.ScopeChat)}, "what it is for, as `SCOPE`; may be repeated")
	f.DurationVar(&lifetime, "lifetime", 0, "how `LONG` it lasts, 1h to 24h (default: the service's, 24h)")
	f.Var((*flags.Filled)(&file), "out", "`FILE` to write it to")
	known := []string{
		string(identity.ScopeChat), string(identity.ScopeChatJoin), string(identity.ScopeChatJoinLimited),
		string(identity.ScopeVoIP), string(identity.ScopeVoIPJoin),
	}
	flags.CompleteFrom(cmd, "scope", known...)
	return cmd
}

// issue makes a token of the user, or of a new one if user is empty.
func issue(ctx context.Context, identities *identity.Client, user string, names []string, lifetime time.Duration) (identity.UserAndToken, error) {
	var scopes []identity.Scope
	for _, name := range names {
		scopes = append(scopes, identity.Scope(name))
	}
	options := &identity.TokenOptions{Lifetime: lifetime}
	if user == "" {
		return identities.CreateUserAndToken(ctx, scopes, options)
	}
	who := chat.CommunicationUser{ID: user}
	token, err := identities.GetToken(ctx, who, scopes, options)
	return identity.UserAndToken{User: who, Token: token}, err
}

func (t *tool) showIssued(cmd *cobra.Command, issued identity.UserAndToken, created bool, scopes []string, file string) error {
	if file != "" {
		if err := writeSecret(file, issued.Token.Token); err != nil {
			// The user is made and the token good: whoever can't have the one should not lose the other.
			return fmt.Errorf("the token for %s is issued, but not written: %w", issued.User.ID, err)
		}
		issued.Token.Token = ""
	}
	if t.output.Format != show.Table {
		if created {
			return t.output.Object(issued)
		}
		return t.output.Object(issued.Token)
	}
	facts := [][2]string{
		{"User", harmless.Line(issued.User.ID)},
		{"Scopes", strings.Join(scopes, ", ")},
		{"Ends", show.Until(issued.Token.ExpiresOn, time.Now())},
	}
	if file != "" {
		return t.output.Details(append(facts, [2]string{"Token", "in " + harmless.Line(file)}))
	}
	if err := show.WriteDetails(cmd.ErrOrStderr(), facts, false); err != nil {
		return err
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), harmless.Line(issued.Token.Token))
	return err
}

// writeSecret writes a file that nobody else may read, also when it was there and they could.
func writeSecret(file, text string) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if err := f.Chmod(0o600); err != nil {
		_ = f.Close()
		return err
	}
	if _, err := f.WriteString(text + "\n"); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}
