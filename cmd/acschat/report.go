package main

import (
	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
)

// report prints an error and what to do about it, and returns the exit code.
func (t *tool) report(cmd *cobra.Command, err error) int {
	switch {
	case err == nil:
		err = t.stdout.Err
	case !t.running:
		err = cli.Misuse("%s", err)
	}
	next := ""
	if err != nil {
		next = nextStep(cmd, err)
	}
	return cli.Report(cmd.ErrOrStderr(), err, next)
}
