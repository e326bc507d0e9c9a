package emulator

import (
	"fmt"
	"io"
	"runtime"
	"strings"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// announce tells people how to use the emulator, and programs its address.
func (e *Emulator) announce(o *show.Output, a address) error {
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
	fmt.Fprintf(&b, "\nPrograms connect with\n\n  export %s=%s\n\n", session.ConnectionStringVariable, show.ShellWord(a.ConnectionString))
	fmt.Fprint(&b, e.howToTrust(a))
	fmt.Fprintf(&b, "\nA browser on this machine shows requests and messages at %s/\n", a.Endpoint)
	if e.admin {
		fmt.Fprintf(&b, "\nFaults, the clock and the requests are at %s%s; see --help.\n", a.Endpoint, adminPath)
	}
	fmt.Fprint(&b, "\nPress Ctrl-C to stop.\n")
	_, err := io.WriteString(o.Out, b.String())
	return err
}

// howToTrust has a line for each kind of program.
func (e *Emulator) howToTrust(a address) string {
	switch {
	case e.plain:
		return "The official clients send no token over http: run without --plain for them. This library does:\n\n" +
			"  Go       chat.ClientOptions, identity.ClientOptions: InsecureAllowCredentialWithHTTP: true\n" +
			"  acschat  acschat user create\n"
	case a.CAFile == "":
		return "They must trust the authority that signed " + harmless.Line(e.certFile) + ".\n"
	}
	ca := show.ShellWord(a.CAFile)
	goLine := "SSL_CERT_FILE=" + ca + " go run ."
	if runtime.GOOS == "darwin" { // Go uses the system's authorities only
		goLine = "security add-trusted-cert -k ~/Library/Keychains/login.keychain-db " + ca
	}
	return "and must trust the authority in " + harmless.Line(a.CAFile) + ", which can sign for this machine only:\n\n" +
		"  Go       " + goLine + "\n" +
		"  Node     NODE_EXTRA_CA_CERTS=" + ca + " node app.js\n" +
		"  Python   SSL_CERT_FILE=" + ca + " REQUESTS_CA_BUNDLE=" + ca + " python3 app.py\n" +
		"  acschat  acschat user create --ca-file " + ca + "\n"
}
