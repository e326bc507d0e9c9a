package main

import "github.com/spf13/cobra"

// takes is the rule for the arguments of a command: there may be one, which stands for the flag and is refused beside it.
func takes(flag string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := cobra.MaximumNArgs(1)(cmd, args); err != nil || len(args) == 0 {
			return err
		}
		value := cmd.Flags().Lookup(flag).Value
		if value.String() != "" {
			return misuse("%q and --%s both name one: choose", args[0], flag)
		}
		if err := value.Set(args[0]); err != nil {
			return misuse("invalid argument %q: %v", args[0], err)
		}
		return nil
	}
}

// wants is takes for what has to be named on the command line, by the argument or by the flag that az has in its place.
func wants(flag string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := takes(flag)(cmd, args); err != nil {
			return err
		}
		if cmd.Flags().Lookup(flag).Value.String() == "" {
			return misuse("which one? Name it as the argument or with --%s", flag)
		}
		return nil
	}
}
