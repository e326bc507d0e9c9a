package main

import (
	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/doctor"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
)

func newDoctor(t *tool) *cobra.Command {
	var thread session.ThreadFlag
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Find out why a request fails",
		Long: `Check what a call needs, in this order, and explain what fails, with evidence
and what to do: the endpoint, its host name, the connection, TLS and the
certificate, the clocks of this machine and of the service, the token, a cheap
call and, with --thread, whether you are a participant of that thread.

It changes nothing. A request without a token tests the connection; the call
has the token and, if something is refused, so do a few reads that tell causes
apart. A connection string issues a token for an hour.

The exit code is 0 if everything works, 1 if a check fails, and 2 if no user is
set, so that nothing is checked. No secret is printed: the output can be shared.`,
		Example: `  acschat doctor
  acschat doctor --thread 19:…
  acschat doctor --output json | jq -r '.causes[].kind'`,
		Args: flags.TakesNone,
		RunE: func(cmd *cobra.Command, _ []string) error {
			x, err := doctor.New(cmd.Context(), &t.session, thread.Named(), &t.output)
			if err != nil {
				return err
			}
			return x.Run(cmd.Context())
		},
	}
	thread.AddTo(cmd, &t.session)
	return cmd
}
