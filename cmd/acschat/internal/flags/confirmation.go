package flags

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/input"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// Confirmation is --yes, the flag of commands that cannot be undone.
type Confirmation struct{ yes bool }

// AddTo adds the flag.
func (c *Confirmation) AddTo(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&c.yes, "yes", "y", false, "do not ask; required without a terminal")
}

var errDeclined = errors.New("cancelled")

// Ask asks the question, and returns nil if the answer or the flag is yes.
func (c *Confirmation) Ask(cmd *cobra.Command, question string) error {
	if c.yes {
		return nil
	}
	if !show.IsTerminal(cmd.InOrStdin()) || !show.IsTerminal(cmd.ErrOrStderr()) {
		return cli.Misuse("this cannot be undone, and there is no terminal to ask at: confirm with --yes")
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%s [y/N] ", harmless.Line(question))
	for line, err := range input.Lines(cmd.Context(), input.Stdin, cmd.InOrStdin()) {
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
