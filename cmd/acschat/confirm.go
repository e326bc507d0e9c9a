package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

// confirmation is the flag of commands that can't be taken back.
type confirmation struct{ yes bool }

func (c *confirmation) addFlag(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&c.yes, "yes", "y", false, "do not ask; needed where nobody can be asked")
}

var errDeclined = errors.New("not done, as you wish")

// ask asks whether to go on, and returns nil if so.
func (c *confirmation) ask(cmd *cobra.Command, question string) error {
	if c.yes {
		return nil
	}
	if !isTerminal(os.Stdin) || !isTerminal(os.Stderr) {
		return misuse("this can't be taken back, and there is no terminal to ask at: confirm with --yes")
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%s [y/N] ", harmless.Line(question))
	for line, err := range lines(cmd.Context(), os.Stdin) {
		if err != nil {
			return err
		}
		switch strings.ToLower(strings.TrimSpace(line)) {
		case "y", "yes":
			return nil
		}
		break
	}
	return errDeclined
}
