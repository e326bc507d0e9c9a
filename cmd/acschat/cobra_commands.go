package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// help brings Cobra's command for it up to the house: it refuses the name of a command that does not exist, as a noun does.
func (t *tool) help() {
	t.root.InitDefaultHelpCmd()
	cmd := t.added("help")
	cmd.Run = nil
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		about, rest, err := t.root.Find(args)
		if err != nil {
			return err
		}
		about.InitDefaultHelpFlag()
		if about.HasAvailableSubCommands() {
			return about.RunE(about, rest) // a noun, which is its help
		}
		return about.Help()
	}
}

// completion brings Cobra's command for it up to the house: an example for each shell.
func (t *tool) completion() {
	t.root.InitDefaultCompletionCmd()
	cmd := alone(noun(t.added("completion")))
	cmd.Example = "  source <(acschat completion bash)   # this shell; acschat completion bash --help has the lasting way"
	for _, shell := range cmd.Commands() {
		shell.Example = fmt.Sprintf("  acschat completion %s > acschat.%[1]s", shell.Name())
	}
}

// added is a command that Cobra has just made.
func (t *tool) added(name string) *cobra.Command {
	cmd, _, err := t.root.Find([]string{name})
	if err != nil {
		panic(err) // it has not
	}
	return cmd
}
