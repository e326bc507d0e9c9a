package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/emulator"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/shell"
)

func newEmulatorEnv(system string) *cobra.Command {
	var readyFile string
	s := shell.Of(system)
	cmd := &cobra.Command{
		Use:   "env --ready-file FILE",
		Short: "Print shell commands that point the tool at an emulator",
		Long: `Print the shell commands that set the connection string and the certificate
authority of a running emulator, which was started with the same --ready-file.
They are for PowerShell on Windows, and for sh elsewhere, unless --shell says
otherwise.`,
		Example: `  acschat emulator --ready-file ready.json &
  eval "$(acschat emulator env --ready-file ready.json)"
  acschat emulator env --ready-file ready.json | Invoke-Expression  # PowerShell
  acschat user create`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			commands, err := emulator.Environment(s, readyFile)
			if err != nil {
				return err
			}
			_, err = io.WriteString(cmd.OutOrStdout(), commands)
			return err
		},
	}
	cmd.Flags().Var((*flags.Filled)(&readyFile), "ready-file", "the `FILE` that the emulator has written")
	cmd.Flags().Var(&s, "shell", "sh, powershell or cmd")
	flags.CompleteFrom(cmd, "shell", shell.Names()...)
	return cmd
}
