// Package flags has the values of flags, and the rules for arguments, that several commands share.
package flags

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
)

// TakesNone allows no argument. One for a command with subcommands is taken for the name of one.
func TakesNone(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case cmd.HasAvailableSubCommands():
		return UnknownCommand(cmd, args[0])
	}
	return cli.Misuse("%s takes no arguments, but got %q", cmd.CommandPath(), args[0])
}

// TakesOne allows at most one argument.
func TakesOne(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return cli.Misuse("%s takes at most one argument, but got %d", cmd.CommandPath(), len(args))
	}
	return nil
}

// UnknownCommand is the error for a subcommand that a command does not have. It names those that are similar.
func UnknownCommand(cmd *cobra.Command, name string) error {
	return cli.Misuse("%s has no command %q%s", cmd.CommandPath(), name, suggestion(cmd, name, ""))
}

// UnknownFlag adds to the error for a flag that a command does not have those that are similar. It returns other errors as they are.
func UnknownFlag(cmd *cobra.Command, err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok || len(unknown.GetSpecifiedName()) == 1 {
		return err
	}
	var names cobra.Command // Cobra finds the similar commands only
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names.AddCommand(&cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}})
		}
	})
	return cli.Misuse("%v%s", err, suggestion(&names, unknown.GetSpecifiedName(), "--"))
}

// suggestion asks whether a similar subcommand was meant; "" if none is similar.
func suggestion(cmd *cobra.Command, name, prefix string) string {
	cmd.SuggestionsMinimumDistance = 2
	similar := cmd.SuggestionsFor(name)
	if len(similar) == 0 {
		return ""
	}
	return ": did you mean " + prefix + strings.Join(similar, " or "+prefix) + "?"
}

// Takes allows one argument, which stands for the flag. Argument and flag together are an error.
func Takes(flag string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := TakesOne(cmd, args); err != nil || len(args) == 0 {
			return err
		}
		value := cmd.Flags().Lookup(flag).Value
		if value.String() != "" {
			return cli.Misuse("the argument %q and --%s name the same thing: use one of them", args[0], flag)
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
