// Package flags has the values of flags, and the rules for arguments, that several commands share.
package flags

import (
	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
)

// Takes allows one argument, which stands for the flag. Argument and flag together are an error.
func Takes(flag string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := cobra.MaximumNArgs(1)(cmd, args); err != nil || len(args) == 0 {
			return err
		}
		value := cmd.Flags().Lookup(flag).Value
		if value.String() != "" {
			return cli.Misuse("%q and --%s both name one: choose", args[0], flag)
		}
		if err := value.Set(args[0]); err != nil {
			return cli.Misuse("invalid argument %q: %v", args[0], err)
		}
		return nil
	}
}

// Wants is Takes for a value that the command line must name, as the argument or with the flag that az uses instead.
func Wants(flag string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := Takes(flag)(cmd, args); err != nil {
			return err
		}
		if cmd.Flags().Lookup(flag).Value.String() == "" {
			return cli.Misuse("which one? Name it as the argument or with --%s", flag)
		}
		return nil
	}
}
