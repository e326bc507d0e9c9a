package main

import (
	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/shell"
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
		next = nextStep(cmd, err, shell.Of(t.process.SystemOrDefault()))
	}
	return cli.Report(cmd.ErrOrStderr(), err, next)
}
