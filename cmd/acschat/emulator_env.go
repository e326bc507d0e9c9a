package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/emulator"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/shell"
)

func newEmulatorEnv(p cli.Process) *cobra.Command {
	var readyFile string
	s := shell.Of(p.SystemOrDefault())
	cmd := &cobra.Command{
		Use:   "env",
		Short: "Print shell commands that point the tool at an emulator",
		Long: `Print the shell commands that set the connection string and the certificate
authority of a running emulator: of the one that was started with the same
--ready-file, or of the latest one of your user that was started without. They
are for PowerShell on Windows, and for sh elsewhere, unless --shell says
otherwise. The file of the authority is a copy of ca.pem, which stays if another
authority replaces that.`,
		Example: `  acschat emulator &
  eval "$(acschat emulator env)"
  acschat emulator env | Out-String | Invoke-Expression  # PowerShell
  acschat user create`,
		Args: flags.TakesNone,
		RunE: func(cmd *cobra.Command, _ []string) error {
			commands, err := emulator.Environment(cmd.Context(), p, s, readyFile)
			if err != nil {
				return err
			}
			_, err = io.WriteString(cmd.OutOrStdout(), commands)
			return err
		},
	}
	cmd.Flags().Var((*flags.Filled)(&readyFile), "ready-file", emulator.ReadyFileUsage)
	cmd.Flags().Var(&s, "shell", "sh, powershell or cmd")
	flags.CompleteFrom(cmd, "shell", shell.Names()...)
	return cmd
}
