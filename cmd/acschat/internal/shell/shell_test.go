package shell_test

import (
	"os"
	"os/exec"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/shell"
)

var _ = Describe("Commands of a shell", func() {
	DescribeTable("are for the shell of the system",
		func(system string, want shell.Shell) { Expect(shell.Of(system)).To(Equal(want)) },
		Entry("Linux", "linux", shell.POSIX),
		Entry("macOS", "darwin", shell.POSIX),
		Entry("Windows", "windows", shell.PowerShell),
	)

	const connection = "endpoint=https://127.0.0.1:8443/;accesskey=a+b/c="

	DescribeTable("set and remove environment variables",
		func(s shell.Shell, set, unset, with string) {
			Expect(s.Setting("CONNECTION", connection)).To(Equal(set))
			Expect(s.Unsetting("CONNECTION")).To(Equal(unset))
			Expect(s.With("node app.js", shell.Variable{Name: "A", Value: "1"}, shell.Variable{Name: "B", Value: "two words"})).To(Equal(with))
		},
		Entry("in sh", shell.POSIX, "export CONNECTION='"+connection+"'", "unset CONNECTION", "A=1 B='two words' node app.js"),
		Entry("in PowerShell", shell.PowerShell, "$env:CONNECTION = '"+connection+"'", "Remove-Item Env:CONNECTION -ErrorAction Ignore",
			"$env:A = '1'; $env:B = 'two words'; node app.js"),
		Entry("in the command prompt", shell.Cmd, `set "CONNECTION=`+connection+`"`, `set "CONNECTION="`,
			`set "A=1" && set "B=two words" && node app.js`),
	)

	DescribeTable("quote a word if necessary",
		func(s shell.Shell, text, want string) { Expect(s.Word(text)).To(Equal(want)) },
		Entry("sh: a plain path", shell.POSIX, "/home/ana/ca.pem", "/home/ana/ca.pem"),
		Entry("sh: a space", shell.POSIX, "/home/ana/the ca.pem", "'/home/ana/the ca.pem'"),
		Entry("sh: a quote", shell.POSIX, "ana's", `'ana'\''s'`),
		Entry("sh: a backslash", shell.POSIX, `a\b`, `'a\b'`),
		Entry("sh: a control character", shell.POSIX, "a\x1bb", "'a^[b'"),
		Entry("sh: nothing", shell.POSIX, "", "''"),
		Entry("PowerShell: a plain path", shell.PowerShell, `C:\Users\ana\ca.pem`, `C:\Users\ana\ca.pem`),
		Entry("PowerShell: a space", shell.PowerShell, `C:\Users\Ana B\ca.pem`, `'C:\Users\Ana B\ca.pem'`),
		Entry("PowerShell: quotes", shell.PowerShell, "Ana's ‘b’", "'Ana''s ‘‘b’’'"),
		Entry("PowerShell: a variable", shell.PowerShell, "$HOME", "'$HOME'"),
		Entry("the command prompt: a plain path", shell.Cmd, `C:\Users\ana\ca.pem`, `C:\Users\ana\ca.pem`),
		Entry("the command prompt: a space", shell.Cmd, `C:\Users\Ana B\ca.pem`, `"C:\Users\Ana B\ca.pem"`),
		Entry("the command prompt: an operator", shell.Cmd, `C:\a&b`, `"C:\a&b"`),
	)

	It("are selected by name in a flag", func() {
		var s shell.Shell
		for _, name := range shell.Names() {
			Expect(s.Set(name)).To(Succeed())
			Expect(s.String()).To(Equal(name))
		}
		Expect(s.Set("fish")).To(MatchError("must be one of sh, powershell, cmd"))
	})

	DescribeTable("work in the shell itself",
		func(s shell.Shell, path string, args ...string) {
			self, err := os.Executable()
			Expect(err).NotTo(HaveOccurred())
			values := []string{connection, `C:\Users\Ana B\ca.pem`, "it's & $HOME ; (1) ^ | > x", "/home/ana/ca.pem"}
			var commands []string
			for _, value := range values {
				commands = append(commands, s.Setting("ACSCHAT_SHELL_TEST", value), call(s, self))
			}
			commands = append(commands, s.Unsetting("ACSCHAT_SHELL_TEST"), call(s, self))
			script := GinkgoT().TempDir() + string(os.PathSeparator) + "script" + args[0]
			text := strings.Join(commands, "\r\n") + "\r\n"
			if s == shell.POSIX {
				text = strings.ReplaceAll(text, "\r\n", "\n")
			}
			Expect(os.WriteFile(script, []byte(text), 0o600)).To(Succeed())
			command := exec.Command(path, append(args[1:], script)...)
			command.Env = append(os.Environ(), "ACSCHAT_SHELL_PRINT=1", "ACSCHAT_SHELL_TEST=before")
			out, err := command.CombinedOutput()
			Expect(err).NotTo(HaveOccurred(), string(out))
			var printed []string
			for line := range strings.Lines(string(out)) {
				if value, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "value:"); ok {
					printed = append(printed, value)
				}
			}
			Expect(printed).To(Equal(append(values, "")), string(out))
		},
		shellsHere(),
	)
})

// call returns the command that prints the variable: the program is this suite.
func call(s shell.Shell, program string) string {
	command := s.Word(program) + " " + s.Word("-test.run=^TestPrint$")
	if s == shell.PowerShell {
		return "& " + command
	}
	return command
}

// shellsHere returns an entry for each shell of this machine: sh on every system but Windows, PowerShell and the command prompt there.
func shellsHere() []TableEntry {
	var entries []TableEntry
	for _, s := range []struct {
		shell   shell.Shell
		program string
		args    []any // the suffix of a script, and the flags before its name
	}{
		{shell.POSIX, "sh", []any{".sh"}},
		{shell.PowerShell, "powershell", []any{".ps1", "-NoProfile", "-ExecutionPolicy", "Bypass", "-File"}},
		{shell.PowerShell, "pwsh", []any{".ps1", "-NoProfile", "-ExecutionPolicy", "Bypass", "-File"}},
		{shell.Cmd, "cmd", []any{".cmd", "/d", "/q", "/c"}},
	} {
		if path, err := exec.LookPath(s.program); err == nil {
			entries = append(entries, Entry(s.program, append([]any{s.shell, path}, s.args...)...))
		}
	}
	return entries
}
