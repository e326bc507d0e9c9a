package main

import (
	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/demo"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
)

func newDemo() *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Walk through every chat operation, without any setup",
		Long: `Walk through every chat operation, with the Go code for it. The service runs
inside the tool: no setup is needed, and nothing leaves the process. Every
result is checked; the exit code is 1 if one is wrong.`,
		Example: "  acschat demo",
		Args:    flags.TakesNone,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return demo.Run(cmd.Context(), cmd.OutOrStdout())
		},
	}
}
