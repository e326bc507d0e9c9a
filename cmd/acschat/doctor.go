package main

import (
	"cmp"
	"errors"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
)

func newDoctor(t *tool) *cobra.Command {
	var thread session.ThreadFlag
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Find out why the service can't be reached, or refuses",
		Long: `Check what a call takes, in the order in which it takes it, and say of what is not right why that may be, with the evidence and what to
do: the form of the endpoint, the name of its host, the connection, TLS and the certificate, the clock of this machine beside that of
the service, the token, a cheap call and, with --thread, whether you are in that thread.

It changes nothing. A request without a token finds the way; with the token go the call and, where something is refused, a few reads that
tell one cause from another. A connection string makes a token for an hour.

The exit code is 0 when all is well and 1 when it is not. No secret is printed: what it says can be shown to others.`,
		Example: `  acschat doctor
  acschat doctor --thread 19:…
  acschat doctor --output json | jq -r '.causes[].kind'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			x, err := t.newExamination(cmd, thread.Named())
			if err != nil {
				return err
			}
			x.run(cmd.Context())
			if err := cmd.Context().Err(); err != nil {
				return err
			}
			return x.conclude()
		},
	}
	thread.AddTo(cmd, &t.session)
	return cmd
}

// newExamination gathers what is to be checked. It fails when somebody has to be told first who it is that asks.
func (t *tool) newExamination(cmd *cobra.Command, threadID string) (*examination, error) {
	endpoint, credential, err := t.session.Credential(cmd.Context())
	x := &examination{output: &t.output, out: cmd.OutOrStdout(), endpoint: endpoint, credential: credential, threadID: threadID}
	if argument, ok := errors.AsType[*chat.ArgumentError](err); ok && endpoint != "" {
		x.tokenErr = argument
	} else if err != nil {
		return nil, err
	}
	if x.transport, err = t.session.ClientOptions(endpoint); err != nil {
		return nil, err
	}
	x.client, x.endpointErr = chat.NewClient(endpoint, cmp.Or(credential, noCredential()), &chat.ClientOptions{
		ClientOptions: x.transport, Logger: t.session.Logger(),
	})
	return x, nil
}
