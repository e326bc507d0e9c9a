package emulator

import (
	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// NewCheck returns the command that checks an emulator.
func NewCheck(p cli.Process) *cobra.Command {
	r := &remote{process: p}
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check that an emulator is ready",
		Long: `Check that an emulator can serve requests: the exit status is 0 if it can. It is
the health check of a container whose image has no shell.`,
		Example: `  acschat emulator check
  acschat emulator check --ready-file /run/acs/ready.json`,
		Args: flags.TakesNone,
		RunE: func(cmd *cobra.Command, _ []string) error { return r.check(cmd.Context()) },
	}
	r.addFlags(cmd)
	return cmd
}

// NewDump returns the command that writes the state of an emulator down.
func NewDump(p cli.Process, o *show.Output) *cobra.Command {
	r := &remote{process: p}
	cmd := &cobra.Command{
		Use:   "dump",
		Short: "Write the state of an emulator down as a seed",
		Long: `Write the users and threads of an emulator that runs with --admin as YAML, or
with --output json as JSON. Another one can begin from either: acschat emulator
--seed FILE.`,
		Example: `  acschat emulator dump > seed.yaml
  acschat emulator dump --output json > seed.json`,
		Args: flags.TakesNone,
		RunE: func(cmd *cobra.Command, _ []string) error { return r.dump(cmd.Context(), o) },
	}
	r.addFlags(cmd)
	return cmd
}
