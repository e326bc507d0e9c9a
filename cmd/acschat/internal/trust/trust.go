// Package trust says how systems, programs and browsers trust a certificate authority.
package trust

import "github.com/acschat/acs-chat-go/cmd/acschat/internal/shell"

// Hint says what a group of programs needs to trust an authority.
type Hint struct {
	For      string   `json:"for"`
	Commands []string `json:"commands,omitempty"` // for the shell of the hint, in this order
	Note     string   `json:"note,omitempty"`     // without a full stop
	Brief    bool     `json:"-"`                  // one of those that the emulator prints when it starts
}

// Reader is the person who reads hints: the shell in which they run commands on their system, which is named as in GOOS.
type Reader struct {
	System string
	Shell  shell.Shell
}

// variables are those that programs read when they start.
func (r Reader) variables(command, file string, names ...string) []string {
	set := make([]shell.Variable, len(names))
	for i, name := range names {
		set[i] = shell.Variable{Name: name, Value: file}
	}
	return []string{r.Shell.With(command, set...)}
}

// Programs says how programs trust the authority in a file, one hint for each language.
func (r Reader) Programs(file string) []Hint {
	const (
		system = "uses the authorities of the system, as Go"
		whole  = "the file replaces all other authorities for this run"
	)
	java := Hint{For: "Java", Commands: []string{
		"keytool -importcert -noprompt -cacerts -storepass changeit -alias acschat-emulator -file " + r.Shell.Word(file),
	}, Note: "changes the JDK of this keytool, and may need its owner"}
	hints := []Hint{
		{For: "Go", Brief: true, Commands: append(r.system(file), "go run ."), Note: "uses the authorities of the system"},
		{For: "Node", Brief: true, Commands: r.variables("node app.mjs", file, "NODE_EXTRA_CA_CERTS")},
		{For: "Python", Brief: true, Commands: r.variables("python3 app.py", file, "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"), Note: whole},
		java,
		{For: ".NET", Note: system},
		{For: "acschat", Brief: true, Commands: []string{"acschat user create --ca-file " + r.Shell.Word(file)}},
	}
	switch r.System {
	case "darwin":
	case "windows":
		hints[2].Commands = r.variables("py app.py", file, "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
		hints[3] = Hint{For: "Java", Commands: []string{"java " + r.Shell.Word("-Djavax.net.ssl.trustStoreType=Windows-ROOT") + " -jar app.jar"},
			Note: "then " + system}
	default: // elsewhere Go and .NET read the variable too
		hints[0] = Hint{For: "Go", Brief: true, Commands: r.variables("go run .", file, "SSL_CERT_FILE"), Note: "in addition to the directories of the system"}
		hints[4] = Hint{For: ".NET", Commands: r.variables("dotnet run", file, "SSL_CERT_FILE"), Note: whole}
	}
	return hints
}

// system returns the command with which the system of the reader trusts a file; there is none for all families of Linux.
func (r Reader) system(file string) []string {
	names := map[string]string{"darwin": "macOS", "windows": "Windows"}
	for _, hint := range r.Systems(file) {
		if hint.For == names[r.System] {
			return hint.Commands
		}
	}
	return nil
}

// Systems says how systems trust the authority in a file, for all programs that use the authorities of the system. The commands for
// another system than the reader's are for its usual shell.
func (r Reader) Systems(file string) []Hint {
	unix, windows := shell.POSIX.Word(file), shell.PowerShell.Word(file)
	if r.Shell == shell.Cmd {
		windows = shell.Cmd.Word(file)
	}
	return []Hint{
		{For: "Debian, Ubuntu, Alpine", Commands: []string{
			"sudo cp " + unix + " /usr/local/share/ca-certificates/acschat-emulator.crt", "sudo update-ca-certificates",
		}},
		{For: "Fedora, RHEL", Commands: []string{
			"sudo cp " + unix + " /etc/pki/ca-trust/source/anchors/acschat-emulator.pem", "sudo update-ca-trust",
		}},
		{For: "openSUSE", Commands: []string{"sudo cp " + unix + " /etc/pki/trust/anchors/acschat-emulator.pem", "sudo update-ca-certificates"}},
		{For: "Arch", Commands: []string{"sudo trust anchor --store " + unix}},
		{For: "macOS", Commands: []string{"security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db " + unix}},
		{For: "Windows", Commands: []string{"certutil -user -addstore Root " + windows}},
	}
}

// Browsers says how browsers trust the authority in a file.
func (r Reader) Browsers(file string) []Hint {
	firefox := "Settings, Privacy & Security, View Certificates, Authorities, Import: " + file
	if r.System == "windows" || r.System == "darwin" {
		return []Hint{
			{For: "Chrome, Edge, Safari", Note: "use the authorities of the system: see above"},
			{For: "Firefox", Note: "uses them, too, unless security.enterprise_roots.enabled is off in about:config"},
		}
	}
	return []Hint{
		{For: "Chrome, Chromium, Edge", Commands: []string{
			`mkdir -p "$HOME/.pki/nssdb"`,
			`certutil -d sql:"$HOME/.pki/nssdb" -A -t C,, -n "acschat emulator" -i ` + r.Shell.Word(file),
		}, Note: "certutil is in the package libnss3-tools, nss-tools or nss; restart the browser"},
		{For: "Firefox", Note: firefox},
	}
}
