package main

import (
	"cmp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/explain"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/doctor"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/shell"
)

// nextStep is what to do about an error, empty if there is no advice to give.
func nextStep(cmd *cobra.Command, err error, s shell.Shell) string {
	if next := cli.Next(err, cmd.CommandPath()); next != "" || cli.IsMisuse(err) {
		return next
	}
	return explained(cmd, err, s)
}

// explained is the most likely cause of an error and what to do about it, from the error alone. If others are possible, doctor
// finds out which it is. The advice names flags that a command which stands alone does not use.
func explained(cmd *cobra.Command, err error, s shell.Shell) string {
	if cmd.Annotations[standsAlone] != "" {
		return ""
	}
	var none *chat.Client
	causes := none.Explain(cmd.Context(), "", err).Causes
	first := causes[0]
	if first.Kind == explain.Unknown || first.Kind == explain.Canceled {
		return ""
	}
	advice := "Likely cause: " + first.What
	if first.Evidence != "" && !strings.Contains(err.Error(), first.Evidence) {
		advice += "\nEvidence: " + first.Evidence
	}
	advice += "\nWhat to do: " + cmp.Or(doctor.Fix(first.Kind), first.Fix)
	if first.Kind == explain.BadRequest {
		advice += ": " + cmd.CommandPath() + " --help"
	}
	if len(causes) > 1 {
		advice += "\nIt may have other causes. To find out: " + doctorCommand(cmd, s)
	}
	return advice
}

// doctorCommand is the command that examines a refusal, of the user and the thread on the command line. Secrets are left out.
func doctorCommand(cmd *cobra.Command, s shell.Shell) string {
	words := []string{"acschat doctor"}
	for _, name := range []string{"endpoint", "token-file", "as", "ca-file", "thread"} {
		if named := cmd.Flags().Lookup(name); named != nil && named.Value.String() != "" {
			words = append(words, "--"+name, s.Word(named.Value.String()))
		}
	}
	return strings.Join(words, " ")
}
