package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

func newTokenShow(t *tool) *cobra.Command {
	return &cobra.Command{
		Use:   "show",
		Short: "Show the user, scopes and expiry of a token",
		Long: `Show the user, scopes, resource and expiry in a token. No request is sent; the
signature is neither checked nor printed. Of an encrypted token it shows the
expiry that --token-expires gives.

The token is the one that other commands use: --token-file, --token or
` + session.TokenVariable + `.`,
		Example: `  acschat token show
  acschat token show --token-file alice.token
  acschat token issue 8:acs:… | acschat token show --token-file -`,
		Args: flags.TakesNone,
		RunE: func(cmd *cobra.Command, _ []string) error {
			token, err := t.session.Token(cmd.Context())
			if err != nil {
				return err
			}
			if token.Token == "" {
				return cli.Misuse("which token? Name it with --token-file FILE or %s", session.TokenVariable)
			}
			facts, err := session.ReadClaims(token, time.Now())
			if err != nil {
				return err
			}
			return show.One(&t.output, claimsView(), facts)
		},
	}
}

func claimsView() show.View[session.Claims] {
	return show.View[session.Claims]{
		Columns: []show.Column[session.Claims]{
			{Title: "Token", Text: func(c session.Claims) string {
				if c.Encrypted {
					return "encrypted: only the service can read its user and scopes"
				}
				return ""
			}},
			{Title: "User", Text: func(c session.Claims) string { return c.User }},
			{Title: "Scopes", Text: func(c session.Claims) string { return strings.Join(c.Scopes, ", ") }},
			{Title: "Resource", Text: func(c session.Claims) string { return c.Resource }},
			{Title: "Region", Text: func(c session.Claims) string { return c.Region }},
			{Title: "Issued", Text: func(c session.Claims) string { return show.Time(c.IssuedOn) }},
			{Title: "Expires", Text: func(c session.Claims) string { return show.Until(c.ExpiresOn, c.ReadOn) }},
		},
		Wire: func(c session.Claims) any { return c },
	}
}
