package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// tool is what the commands share: who works with them, and how results are shown.
type tool struct {
	session session
	output  output
	stdout  stdout

	root    *cobra.Command
	running bool // a command has begun: what came before was the command line's fault
}

// newTool is the whole command tree. Each noun has a file of its own.
func newTool() *tool {
	t := &tool{stdout: stdout{file: os.Stdout}}
	t.root = noun(&cobra.Command{
		Use:   "acschat",
		Short: "Azure Communication Services chat from a terminal",
		Long: `Azure Communication Services chat from a terminal: operate it, debug it, script it.
Unofficial: not made or supported by Microsoft.

Who you are comes from the environment, so that no secret is typed:

  AZURE_COMMUNICATION_ENDPOINT           the resource, https://<resource>.communication.azure.com
  AZURE_COMMUNICATION_ACCESS_TOKEN       a user's token
or
  AZURE_COMMUNICATION_CONNECTION_STRING  the resource and its key, for a token of any user: --as USER
  ACSCHAT_USER                           that user, in place of --as

A token comes before a connection string, and flags come before the environment. ACSCHAT_THREAD stands in for --thread,
ACSCHAT_CA_FILE for --ca-file.

Results go to stdout, as a table for people or with --output json or jsonl for programs, with the names of the service.
Everything else goes to stderr. Exit codes:

  0  done
  1  failed
  2  misuse: the command line is not right, or something is not set
  3  done in part: stderr says what was not done, why, and how to go on`,
		Example: `  acschat demo                                   # every operation, with nothing set up
  acschat emulator                               # a service on this machine, to try the rest on
  acschat thread create --topic "Release 4.2"
  acschat message send --thread 19:… "Canary is green."
  acschat message list --thread 19:… --follow
  acschat chat                                   # threads and messages on the whole terminal
  acschat doctor                                 # what is wrong, when something is`,
		SilenceErrors: true, // report prints them
		SilenceUsage:  true,
	})
	t.root.SetOut(&t.stdout)
	t.root.SetUsageTemplate(usageTemplate)
	t.root.SetGlobalNormalizationFunc(alsoKnownAs)
	t.session.addFlags(t.root.PersistentFlags())
	t.output.addFlags(t.root)

	t.add("chat", "Chat:", newThread(t), newParticipant(t), newMessage(t), newReceipt(t), newTyping(t), newChat(t))
	t.add("identity", "Users and their tokens:", newUser(t), newToken(t))
	t.add("local", "Without Azure:", alone(newDemo()), alone(newEmulator(t)))
	t.add("tool", "The tool:", newDoctor(t), alone(newVersion(t)))
	t.root.SetHelpCommandGroupID("tool")
	t.root.SetCompletionCommandGroupID("tool")
	t.help()
	t.completion()
	t.watch(t.root)
	return t
}

// add puts commands under a heading of the help.
func (t *tool) add(id, title string, commands ...*cobra.Command) {
	t.root.AddGroup(&cobra.Group{ID: id, Title: title})
	for _, c := range commands {
		c.GroupID = id
		t.root.AddCommand(c)
	}
}

// watch notes when a command begins, for every command there is.
func (t *tool) watch(cmd *cobra.Command) {
	if f := cmd.RunE; f != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			t.running = true
			return f(cmd, args)
		}
	}
	for _, c := range cmd.Commands() {
		t.watch(c)
	}
}

// noun makes a command that has others below it, and says so when none of them is named.
func noun(cmd *cobra.Command, verbs ...*cobra.Command) *cobra.Command {
	cmd.Args = cobra.ArbitraryArgs
	cmd.SuggestionsMinimumDistance = 2
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		message := fmt.Sprintf("%s has no command %q", cmd.CommandPath(), args[0])
		if similar := cmd.SuggestionsFor(args[0]); len(similar) > 0 {
			message += ": did you mean " + strings.Join(similar, " or ") + "?"
		}
		return misuse("%s", message)
	}
	cmd.AddCommand(verbs...)
	return cmd
}

const standsAlone = "standsAlone"

// alone keeps the flags about who you are out of the help of a command that does not use them.
func alone(cmd *cobra.Command) *cobra.Command {
	cmd.Annotations = map[string]string{standsAlone: "true"}
	for _, c := range cmd.Commands() {
		alone(c)
	}
	return cmd
}

// alsoKnownAs takes Azure's own names of flags where ours differ.
func alsoKnownAs(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	if name == "access-token" {
		name = "token"
	}
	return pflag.NormalizedName(name)
}

const usageTemplate = `Usage:{{if .HasAvailableSubCommands}}
  {{.CommandPath}} [command]{{else}}
  {{.UseLine}}{{end}}{{if gt (len .Aliases) 0}}

Aliases:
  {{.NameAndAliases}}{{end}}{{if .HasExample}}

Examples:
{{.Example}}{{end}}{{if .HasAvailableSubCommands}}{{$cmds := .Commands}}{{range $group := .Groups}}

{{.Title}}{{range $cmds}}{{if (and (eq .GroupID $group.ID) (or .IsAvailableCommand (eq .Name "help")))}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{if not .AllChildCommandsHaveGroup}}

Commands:{{range $cmds}}{{if (and (eq .GroupID "") (or .IsAvailableCommand (eq .Name "help")))}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

Flags:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if and .HasAvailableInheritedFlags (not (index .Annotations "` + standsAlone + `"))}}

Who you are, and how results are shown:
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableSubCommands}}

Use "{{.CommandPath}} [command] --help" for more about a command.{{end}}
`
