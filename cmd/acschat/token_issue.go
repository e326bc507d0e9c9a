package main

import (
	"cmp"
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
		Use:        "issue [USER]",
		SuggestFor: []string{"create", "new", "get"},
		Short:      "Issue a token for a user, or for a new one",
		Long: `Issue a token for USER, or else for the user of --as or ACSCHAT_USER, or else
for a new user. The output is a secret: the token is printed to stdout, and its
user to stderr. With --out it is written to a file that only you can read, and
not printed.

Scopes: chat allows all of chat; chat.join all but creating, changing and
deleting threads; chat.join.limited in addition no adding and removing of
participants; voip and voip.join are for calls.`,
		Example: `  acschat token issue 8:acs:… --out alice.token
  acschat token issue --scope chat.join --lifetime 1h --output json
  export AZURE_COMMUNICATION_ACCESS_TOKEN=$(acschat token issue 8:acs:…)`,
		Args: flags.Takes("user"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(scopes) == 0 || slices.Contains(scopes, "") {
				return cli.Misuse("--scope is empty: name one, such as --scope %s", identity.ScopeChat)
			}
			if user != "" && t.session.As() != "" {
				return cli.Misuse("--as and the argument both name a user: choose one")
			}
			user := cmp.Or(user, t.session.User())
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
	addUser(cmd, &user, t.session.CompleteUsers)
	f.StringSliceVarP(&scopes, "scope", "s", []string{string(identity.ScopeChat)}, "a `SCOPE`; may be repeated")
	f.DurationVar(&lifetime, "lifetime", 0, "valid for `DURATION`, 1h to 24h (default: the service's, 24h)")
	f.Var((*flags.Filled)(&file), "out", "write the token to `FILE`")
	known := []string{
		string(identity.ScopeChat), string(identity.ScopeChatJoin), string(identity.ScopeChatJoinLimited),
		string(identity.ScopeVoIP), string(identity.ScopeVoIPJoin),
	}
	flags.CompleteFrom(cmd, "scope", known...)
	return cmd
}

// issue issues a token for the user, or for a new one if user is empty.
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
			// The user may be new: do not lose its id.
			return fmt.Errorf("the token for %s was issued, but not written: %w", issued.User.ID, err)
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
		{"Expires", show.Until(issued.Token.ExpiresOn, time.Now())},
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

// writeSecret writes a file that only its owner can read, even if it existed with other permissions.
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
