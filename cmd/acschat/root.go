package main

import "github.com/spf13/cobra"

// newRoot is the whole tool. Each noun has a file of its own.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "acschat",
		Short:         "Azure Communication Services chat from a terminal",
		Long:          "Azure Communication Services chat from a terminal. Unofficial: not made or supported by Microsoft.",
		Args:          cobra.NoArgs,
		SilenceErrors: true, // main prints them
		SilenceUsage:  true,
	}
	root.AddCommand(newDemo())
	return root
}
