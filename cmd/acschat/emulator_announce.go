package main

import (
	"fmt"
	"io"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// announce tells people how to use the emulator, and programs where it is.
func (e *emulator) announce(cmd *cobra.Command, o *show.Output, p place) error {
	if o.Format != show.Table {
		return o.Object(p)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Chat and identity of Azure Communication Services, on this machine: %s\n", p.Endpoint)
	if e.data == "" {
		fmt.Fprint(&b, "All of it is gone when this ends; --data DIR keeps it.\n")
	} else {
		fmt.Fprintf(&b, "All of it is kept in %s\n", harmless.Line(e.data))
	}
	fmt.Fprintf(&b, "\nPrograms find it by\n\n  export %s=%s\n\n", session.ConnectionStringVariable, show.ShellWord(p.ConnectionString))
	fmt.Fprint(&b, e.howToTrust(p))
	fmt.Fprintf(&b, "\nA browser on this machine sees what goes on at %s/\n", p.Endpoint)
	if e.admin {
		fmt.Fprintf(&b, "\nFaults, the clock and what was asked are at %s%s; --help says how.\n", p.Endpoint, adminPath)
	}
	fmt.Fprint(&b, "\nCtrl-C ends it.\n")
	_, err := io.WriteString(cmd.OutOrStdout(), b.String())
	return err
}

// howToTrust has a line for each kind of program.
func (e *emulator) howToTrust(p place) string {
	switch {
	case e.plain:
		return "The official clients send no token over http. For them, leave --plain out. Ours do:\n\n" +
			"  Go       chat.ClientOptions, identity.ClientOptions: InsecureAllowCredentialWithHTTP: true\n" +
			"  acschat  acschat user create\n"
	case p.CAFile == "":
		return "They have to trust whoever vouches for " + harmless.Line(e.certFile) + ".\n"
	}
	ca := show.ShellWord(p.CAFile)
	goLine := "SSL_CERT_FILE=" + ca + " go run ."
	if runtime.GOOS == "darwin" { // where Go asks the system alone
		goLine = "security add-trusted-cert -k ~/Library/Keychains/login.keychain-db " + ca
	}
	return "and have to trust the authority in " + harmless.Line(p.CAFile) + ", which vouches for nothing but this machine:\n\n" +
		"  Go       " + goLine + "\n" +
		"  Node     NODE_EXTRA_CA_CERTS=" + ca + " node app.js\n" +
		"  Python   SSL_CERT_FILE=" + ca + " REQUESTS_CA_BUNDLE=" + ca + " python3 app.py\n" +
		"  acschat  acschat user create --ca-file " + ca + "\n"
}
