package main

import (
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat/redact"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

// report prints an error and what to do about it, and returns the exit code.
func (t *tool) report(cmd *cobra.Command, err error) int {
	switch {
	case err == nil:
		err = t.stdout.Err
	case !t.running:
		err = cli.Misuse("%s", err)
	}
	if err == nil || errors.Is(err, cli.ErrOutputClosed) {
		return cli.ExitDone
	}
	say := func(text string) {
		_, _ = io.WriteString(cmd.ErrOrStderr(), redact.Text(harmless.Text(text))+"\n")
	}
	say("acschat: " + cli.Describe(err))
	if partial, ok := errors.AsType[*cli.PartialError](err); ok {
		for _, line := range partial.Refused {
			say("  " + line)
		}
	}
	if next := nextStep(cmd, err); next != "" {
		say(next)
	}
	return cli.ExitCode(err)
}
