package emulator

import (
	"fmt"
	"io"
	"strings"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/shell"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/trust"
)

// announce tells people how to use the emulator and to trust its authority in caFile, and programs its address.
func (e *Emulator) announce(o *show.Output, a address, caFile string) error {
	if o.Format != show.Table {
		return o.Object(a)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Chat and identity of Azure Communication Services, on this machine: %s\n", a.Endpoint)
	if e.data == "" {
		fmt.Fprint(&b, "The data is deleted at the end; --data DIR keeps it.\n")
	} else {
		fmt.Fprintf(&b, "The data is kept in %s\n", harmless.Line(e.data))
	}
	fmt.Fprint(&b, "\nPrograms connect with\n\n", settings(readerOf(e.process), a.ConnectionString), "\n", e.howToTrust(caFile))
	fmt.Fprintf(&b, "\nA browser on this machine shows requests and messages at %s/\n", a.Endpoint)
	if e.admin {
		fmt.Fprintf(&b, "\nFaults, the clock and the requests are at %s%s; see --help.\n", a.Endpoint, adminPath)
	}
	fmt.Fprint(&b, "\nPress Ctrl-C to stop.\n")
	_, err := io.WriteString(o.Out, b.String())
	return err
}

// readerOf returns the person who reads what a process prints.
func readerOf(p cli.Process) trust.Reader {
	return trust.Reader{System: p.SystemOrDefault(), Shell: shell.Of(p.SystemOrDefault())}
}

// settings has the command that sets the connection string, on Windows for each of its shells.
func settings(r trust.Reader, connectionString string) string {
	line := "  " + r.Shell.Setting(session.ConnectionStringVariable, connectionString) + "\n"
	if r.Shell == shell.PowerShell {
		line += "or, in the command prompt,\n  " + shell.Cmd.Setting(session.ConnectionStringVariable, connectionString) + "\n"
	}
	return line
}

// howToTrust has a line for each kind of program.
func (e *Emulator) howToTrust(caFile string) string {
	switch {
	case e.plain:
		return "The official clients send no token over http: run without --plain for them. This library does:\n\n" +
			"  Go       chat.ClientOptions, identity.ClientOptions: InsecureAllowCredentialWithHTTP: true\n" +
			"  acschat  acschat user create\n"
	case caFile == "":
		return "They must trust the authority that signed " + harmless.Line(e.certName) + ".\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "and must trust the authority in %s, which can sign for this machine only:\n\n", harmless.Line(caFile))
	for _, hint := range readerOf(e.process).Programs(caFile) {
		if hint.Brief {
			fmt.Fprintf(&b, "  %-8s %s\n", hint.For, strings.Join(hint.Commands, "; "))
		}
	}
	fmt.Fprint(&b, "\nacschat emulator trust says how browsers, systems and other languages trust it.\n")
	return b.String()
}
