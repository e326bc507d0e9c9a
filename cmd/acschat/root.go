package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// tool is what the commands share.
type tool struct {
	session session.Session
	output  show.Output
	stdout  cli.Stdout

	root    *cobra.Command
	process cli.Process
	version bool // --version
	running bool // a command has started; an earlier error is one of the command line
}

// newTool returns the command tree. Each noun has its own file.
func newTool(p cli.Process) *tool {
	t := &tool{stdout: cli.Stdout{Writer: p.Stdout}, process: p}
	t.session.Getenv, t.session.Stdin, t.session.Log = p.Getenv, p.Stdin, p.Stderr
	t.output.Out, t.output.Err = &t.stdout, p.Stderr
	t.root = noun(&cobra.Command{
		Use:   "acschat",
		Short: "Azure Communication Services chat from a terminal",
		Long: `Azure Communication Services chat from a terminal. Unofficial: not made or
supported by Microsoft.

The environment names the user, so that no secret is typed:

  AZURE_COMMUNICATION_ENDPOINT      https://<resource>.communication.azure.com
  AZURE_COMMUNICATION_ACCESS_TOKEN  a user's token
or
  AZURE_COMMUNICATION_CONNECTION_STRING  the resource and its key, to issue a
                                         token for any user: --as USER
  ACSCHAT_USER                           that user, instead of --as

A token takes precedence over a connection string, and flags over the
environment. ACSCHAT_THREAD stands for --thread, ACSCHAT_CA_FILE for --ca-file.

Results are written to stdout: as a table, or with --output json or jsonl in the
service's own form. Everything else is written to stderr. Exit codes:

  0  success
  1  failure
  2  usage error: the command line is invalid, or a setting is missing
  3  partial success: stderr says what was not done, and how to continue`,
		Example: `  acschat demo                       # every operation, without any setup
  acschat emulator                   # a service for the following commands
  acschat thread create --topic "Release 4.2"
  acschat message send --thread 19:… "Canary is green."
  acschat message list --thread 19:… --follow
  acschat listen                     # events as they happen
  acschat chat                       # a full-screen chat
  acschat doctor                     # find out why a request fails`,
		SilenceErrors: true, // report prints them
		SilenceUsage:  true,
	})
	t.root.SetArgs(append([]string{}, p.Args...)) // for nil, cobra reads os.Args
	t.root.SetIn(p.Stdin)
	t.root.SetOut(&t.stdout)
	t.root.SetErr(p.Stderr)
	t.root.SetUsageTemplate(usageTemplate)
	t.root.SetFlagErrorFunc(flags.UnknownFlag)
	t.root.SetGlobalNormalizationFunc(alsoKnownAs)
	t.session.AddFlags(t.root.PersistentFlags())
	flags.Complete(t.root, "as", t.session.CompleteUsers)
	t.output.AddFlags(t.root)

	t.add("chat", "Chat:", newThread(t), newParticipant(t), newMessage(t), newReceipt(t), newTyping(t), newListen(t), newChat(t))
	t.add("identity", "Users and their tokens:", newUser(t), newToken(t))
	t.add("local", "Without Azure:", alone(newDemo()), alone(newEmulator(t)), alone(newTrigger(t)))
	t.add("tool", "The tool:", newDoctor(t), alone(newPlan(t)), alone(newVersion(t)))
	t.root.SetHelpCommandGroupID("tool")
	t.root.SetCompletionCommandGroupID("tool")
	t.root.Flags().BoolVar(&t.version, "version", false, "print the version")
	t.help()
	t.completion()
	t.showVersion()
	t.watch(t.root)
	return t
}

// add adds commands under a heading of the help.
func (t *tool) add(id, title string, commands ...*cobra.Command) {
	t.root.AddGroup(&cobra.Group{ID: id, Title: title})
	for _, c := range commands {
		c.GroupID = id
		t.root.AddCommand(c)
	}
}

// watch records when a command starts.
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

// noun returns a command with subcommands. It shows its help if none is named.
func noun(cmd *cobra.Command, verbs ...*cobra.Command) *cobra.Command {
	cmd.Args = cobra.ArbitraryArgs
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		if instead := cmd.Annotations[insteadOf+args[0]]; instead != "" {
			return cli.Misuse("%s has no command %q: %s", cmd.CommandPath(), args[0], instead)
		}
		return flags.UnknownCommand(cmd, args[0])
	}
	cmd.AddCommand(verbs...)
	return cmd
}

const (
	standsAlone = "standsAlone"
	insteadOf   = "insteadOf " // and the name of a command that a noun does not have: what to do instead
)

// alone omits the flags that name the user from the help of a command that does not use them.
func alone(cmd *cobra.Command) *cobra.Command {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[standsAlone] = "true"
	for _, c := range cmd.Commands() {
		alone(c)
	}
	return cmd
}

// alsoKnownAs accepts the names that az uses for flags.
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
{{.LocalFlags.FlagUsagesWrapped 80 | trimTrailingWhitespaces}}{{end}}{{if and .HasAvailableInheritedFlags (not (index .Annotations "` + standsAlone + `"))}}

User, resource and output:
{{.InheritedFlags.FlagUsagesWrapped 80 | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableSubCommands}}

Use "{{.CommandPath}} [command] --help" for more about a command.{{end}}
`
