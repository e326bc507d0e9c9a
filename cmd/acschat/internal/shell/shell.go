// Package shell writes commands for the shell of the reader: environment variables and quoted words.
package shell

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

// Shell is a language of commands. As a flag, its value is a name of Names.
type Shell string

// The shells.
const (
	POSIX      Shell = "sh" // also bash and zsh
	PowerShell Shell = "powershell"
	Cmd        Shell = "cmd" // the command prompt of Windows
)

// Names lists the values of the flag.
func Names() []string { return []string{string(POSIX), string(PowerShell), string(Cmd)} }

// Of returns the shell that people use on a system, which is named as in GOOS.
func Of(system string) Shell {
	if system == "windows" {
		return PowerShell
	}
	return POSIX
}

// String implements pflag.Value.
func (s *Shell) String() string { return string(*s) }

// Type implements pflag.Value.
func (s *Shell) Type() string { return "SHELL" }

// Set implements pflag.Value.
func (s *Shell) Set(text string) error {
	if !slices.Contains(Names(), text) {
		return fmt.Errorf("must be one of %s", strings.Join(Names(), ", "))
	}
	*s = Shell(text)
	return nil
}

// Word quotes a text, if necessary, so that the shell passes it on as one argument. The command prompt still replaces %NAME% where a
// variable of that name exists: it has no quotes that prevent it.
func (s Shell) Word(text string) string {
	plain := `^[\w+./:-]+$`
	switch s {
	case POSIX:
		plain = `^[\w%+,./:@-]+$`
	case PowerShell, Cmd:
		plain = `^[\w+./:\\-]+$`
	}
	if regexp.MustCompile(plain).MatchString(text) {
		return text
	}
	return s.quote(harmless.Line(text))
}

func (s Shell) quote(text string) string {
	switch s {
	case PowerShell:
		// Typographic quotes end a text, too.
		return "'" + regexp.MustCompile("['‘’‚‛]").ReplaceAllString(text, "$0$0") + "'"
	case Cmd:
		return `"` + text + `"`
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// Setting returns the command that sets an environment variable for the programs that the shell starts.
func (s Shell) Setting(name, value string) string {
	switch s {
	case PowerShell:
		return "$env:" + name + " = " + s.quote(harmless.Line(value))
	case Cmd:
		return `set "` + name + "=" + harmless.Line(value) + `"`
	}
	return "export " + name + "=" + s.Word(value)
}

// Unsetting returns the command that removes an environment variable, if it exists.
func (s Shell) Unsetting(name string) string {
	switch s {
	case PowerShell:
		return "Remove-Item Env:" + name + " -ErrorAction Ignore"
	case Cmd:
		return `set "` + name + `="`
	}
	return "unset " + name
}

// Variable is an environment variable.
type Variable struct{ Name, Value string }

// With returns a command line that runs a command with environment variables. On Windows they stay set in the shell.
func (s Shell) With(command string, variables ...Variable) string {
	var line strings.Builder
	for _, v := range variables {
		switch s {
		case PowerShell:
			line.WriteString(s.Setting(v.Name, v.Value) + "; ")
		case Cmd:
			line.WriteString(s.Setting(v.Name, v.Value) + " && ")
		default:
			line.WriteString(v.Name + "=" + s.Word(v.Value) + " ")
		}
	}
	return line.String() + command
}
