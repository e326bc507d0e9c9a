package flags

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// Complete completes the values of a flag in the shell.
func Complete(cmd *cobra.Command, flag string, f cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic(err) // the flag does not exist
	}
}

// CompleteFrom completes a flag that takes one of the values.
func CompleteFrom(cmd *cobra.Command, flag string, values ...string) {
	Complete(cmd, flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

// CompleteArgument completes the first argument of a command, the only one that names something.
func CompleteArgument(cmd *cobra.Command, f cobra.CompletionFunc) {
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, text string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return f(cmd, args, text)
	}
}

// CompleteArguments completes every argument of a command, USER or USER=NAME, with what no earlier one names.
func CompleteArguments(cmd *cobra.Command, f cobra.CompletionFunc) {
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, text string) ([]cobra.Completion, cobra.ShellCompDirective) {
		offers, directive := f(cmd, args, text)
		return slices.DeleteFunc(offers, func(offer cobra.Completion) bool {
			id, _, _ := strings.Cut(offer, "\t")
			return slices.ContainsFunc(args, func(arg string) bool { return arg == id || strings.HasPrefix(arg, id+"=") })
		}), directive
	}
}
