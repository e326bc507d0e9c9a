package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
)

// help makes Cobra's help command reject unknown commands, as nouns do.
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
			return about.RunE(about, rest) // prints its help
		}
		return about.Help()
	}
}

// completion adds examples to Cobra's completion command.
func (t *tool) completion() {
	t.root.InitDefaultCompletionCmd()
	cmd := alone(noun(t.added("completion")))
	cmd.Example = "  source <(acschat completion bash)   # for this shell only"
	for _, shell := range cmd.Commands() {
		shell.Args = flags.TakesNone
		shell.Example = fmt.Sprintf("  acschat completion %s > acschat.%[1]s", shell.Name())
	}
}

// added returns a command that Cobra has added.
func (t *tool) added(name string) *cobra.Command {
	cmd, _, err := t.root.Find([]string{name})
	if err != nil {
		panic(err) // Cobra has not added it
	}
	return cmd
}
