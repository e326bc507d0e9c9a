package main

import (
	"errors"

	"github.com/spf13/cobra"
)

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

// filled is the value of a flag that is refused empty: that is what a variable leaves that is not set, and what the environment
// names must not take its place.
type filled string

func (f *filled) String() string { return string(*f) }
func (f *filled) Type() string   { return "TEXT" }

func (f *filled) Set(text string) error {
	if text == "" {
		return errors.New("it is empty: is the variable set that it comes from?")
	}
	*f = filled(text)
	return nil
}
