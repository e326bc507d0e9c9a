package emulator

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/shell"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/trust"
)

// NewTrust returns the command that prints how to trust the authority.
func NewTrust(p cli.Process, o *show.Output) *cobra.Command {
	t := &trustCommand{process: p, output: o, shell: shell.Of(p.SystemOrDefault())}
	cmd := &cobra.Command{
		Use:   "trust",
		Short: "Print how to trust the certificates of the emulator",
		Long: `Print how systems, browsers and programs trust the certificate authority of the
emulator. It is created if there is none yet, and changes nothing else.

The authority is that of your user, in the directory for your configuration: all
emulators of this user share it, so that it is trusted once. It can sign for
localhost, the loopback addresses and the names given with --host, and for names
below them: one for app can also sign for every site under .app. Where a system
is to trust it, choose names that are no public domains. An emulator with
another name creates another authority, which can sign for the earlier names,
too, and says so.`,
		Example: `  acschat emulator trust
  acschat emulator trust --host acs
  acschat emulator trust --output json`,
		Args: flags.TakesNone,
		RunE: func(cmd *cobra.Command, _ []string) error { return t.run(cmd.Context()) },
	}
	t.authority.addFlags(cmd.Flags())
	cmd.Flags().Var(&t.shell, "shell", "write the commands of programs for sh, powershell or cmd")
	flags.CompleteFrom(cmd, "shell", shell.Names()...)
	return cmd
}

type trustCommand struct {
	process   cli.Process
	output    *show.Output
	authority authorityPlace
	shell     shell.Shell
}

// trustHints are the hints as programs read them.
type trustHints struct {
	CAFile   string       `json:"caFile"`
	Systems  []trust.Hint `json:"systems"`
	Browsers []trust.Hint `json:"browsers"`
	Programs []trust.Hint `json:"programs"`
}

func (t *trustCommand) run(ctx context.Context) error {
	if err := t.authority.check(); err != nil {
		return err
	}
	dir, err := t.authority.open(t.process, "")
	if err != nil {
		return err
	}
	a, err := openAuthority(ctx, t.authority, dir)
	if err != nil {
		return err
	}
	if warning := a.warning(); warning != "" {
		fmt.Fprintln(t.output.Err, "acschat: "+harmless.Line(warning))
	}
	reader := trust.Reader{System: t.process.SystemOrDefault(), Shell: t.shell}
	hints := trustHints{a.file(), reader.Systems(a.file()), reader.Browsers(a.file()), reader.Programs(a.file())}
	if t.output.Format != show.Table {
		return t.output.Object(hints)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "The certificate authority of the emulator is in %s\n", harmless.Line(a.file()))
	fmt.Fprintf(&b, "It can sign for %s.\n", strings.Join(permittedHosts(a.self.Leaf), ", "))
	fmt.Fprintf(&b, "Ready files and acschat emulator env name a copy, %s, which stays if another authority replaces this one.\n", harmless.Line(filepath.Base(a.ownFile())))
	for _, part := range []struct {
		title string
		hints []trust.Hint
	}{
		{"Systems: trusted by all programs that use the authorities of the system", hints.Systems},
		{"Browsers", hints.Browsers},
		{"Programs, one at a time", hints.Programs},
	} {
		fmt.Fprintf(&b, "\n%s\n", part.title)
		for _, hint := range part.hints {
			writeHint(&b, hint)
		}
	}
	_, err = io.WriteString(t.output.Out, b.String())
	return err
}

// writeHint writes a hint in several lines: for whom it is, the note, and the commands.
func writeHint(b *strings.Builder, hint trust.Hint) {
	b.WriteString("\n  " + hint.For)
	if hint.Note != "" {
		b.WriteString(": " + harmless.Line(hint.Note))
	}
	b.WriteString("\n")
	for _, command := range hint.Commands {
		b.WriteString("    " + command + "\n")
	}
}
