package main_test

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

// subcommand matches a line of a help text that lists a subcommand.
var subcommand = regexp.MustCompile(`^  ([a-z]+) +\S`)

// below returns the subcommands that the help of a command lists.
func below(sh *clitest.Shell, path ...string) []string {
	GinkgoHelper()
	var names []string
	listing := false
	for line := range strings.Lines(sh.Run(append(path, "--help")...).OK()) {
		switch {
		case strings.HasPrefix(line, "Flags:"):
			return names
		case strings.HasPrefix(line, " "):
			if m := subcommand.FindStringSubmatch(line); listing && m != nil {
				names = append(names, m[1])
			}
		default:
			listing = strings.HasSuffix(line, ":\n") && line != "Usage:\n" && line != "Examples:\n" && line != "Aliases:\n"
		}
	}
	return names
}

var _ = Describe("acschat", func() {
	var sh *clitest.Shell

	BeforeEach(func() { sh = emptyShell() })

	It("has a command for every operation", func() {
		Expect(below(sh)).To(ContainElements("thread", "participant", "message", "receipt", "typing", "user", "token", "demo", "completion", "version"))
		Expect(below(sh, "thread")).To(ContainElements("create", "list", "get", "update", "delete"))
		Expect(below(sh, "participant")).To(ConsistOf("add", "list", "remove"))
		Expect(below(sh, "message")).To(ConsistOf("send", "list", "get", "update", "delete"))
		Expect(below(sh, "receipt")).To(ConsistOf("send", "list"))
		Expect(below(sh, "user")).To(ConsistOf("create", "delete"))
		Expect(below(sh, "token")).To(ConsistOf("issue", "revoke", "show"))
	})

	It("documents every command, with an example that is a valid command", func() {
		var teach func(path ...string)
		teach = func(path ...string) {
			help := sh.Run(append(path, "--help")...).OK()
			explanation, _, found := strings.Cut(help, "\nUsage:\n")
			Expect(found).To(BeTrue(), "%v", path)
			Expect(len(explanation)).To(BeNumerically(">", 60), "%v is not explained", path)
			if path[0] != "help" {
				Expect(help).To(MatchRegexp(`(?s)\nExamples:\n.*acschat `+strings.Join(path, " ")), "%v", path)
			}
			for _, name := range below(sh, path...) {
				teach(append(append([]string(nil), path...), name)...)
			}
		}
		for _, name := range below(sh) {
			teach(name)
		}
	})

	It("fits the help of every command into 80 columns", func() {
		var visit func(path ...string)
		visit = func(path ...string) {
			for line := range strings.Lines(sh.Run(append(path, "--help")...).OK()) {
				Expect(utf8.RuneCountInString(strings.TrimSuffix(line, "\n"))).To(BeNumerically("<=", 80), "%v: %s", path, line)
			}
			for _, name := range below(sh, path...) {
				if name != "completion" { // its help is Cobra's
					visit(append(slices.Clone(path), name)...)
				}
			}
		}
		visit()
	})

	It("prints its help without arguments", func() {
		Expect(sh.Run().OK()).To(Equal(sh.Run("--help").OK()))
		Expect(sh.Run("thread").OK()).To(Equal(sh.Run("thread", "--help").OK()))
		Expect(sh.Run("help", "thread").OK()).To(Equal(sh.Run("thread", "--help").OK()))
		Expect(sh.Run("help", "thread", "list").OK()).To(Equal(sh.Run("thread", "list", "--help").OK()))
		Expect(sh.Run("help", "completion", "bash").OK()).To(Equal(sh.Run("completion", "bash", "--help").OK()))
	})

	It("lists the commands to start with first", func() {
		Expect(sh.Run().OK()).To(And(ContainSubstring("\n  acschat demo  "), ContainSubstring("\n  acschat chat  "), ContainSubstring("\n  acschat doctor  ")))
	})

	DescribeTable("exits with 2 on a usage error and points to the help",
		func(words string, args ...string) {
			r := sh.Run(args...).Ends(2, words, " --help")
			Expect(r.Out).To(BeEmpty())
		},
		Entry("an unknown command", `acschat has no command "thred": did you mean thread?`, "thred"),
		Entry("an unknown subcommand", `acschat thread has no command "lst"`, "thread", "lst"),
		Entry("help about an unknown command", `acschat has no command "thred": did you mean thread?`, "help", "thred"),
		Entry("help about an unknown subcommand", `acschat thread has no command "lst"`, "help", "thread", "lst"),
		Entry("an unknown shell", `acschat completion has no command "tcsh"`, "completion", "tcsh"),
		Entry("an unknown flag", "unknown flag: --nonsense", "thread", "list", "--nonsense"),
		Entry("a misspelt flag", "unknown flag: --limt: did you mean --limit?", "thread", "list", "--limt", "3"),
		Entry("a misspelt flag of all commands", "unknown flag: --otput: did you mean --output?", "thread", "list", "--otput=json"),
		Entry("the beginning of several flags", "unknown flag: --toke: did you mean --token or --token-expires or --token-file?", "thread", "list", "--toke", "x"),
		Entry("a flag without its value", "flag needs an argument", "thread", "list", "--output"),
		Entry("an invalid number", "invalid argument", "thread", "list", "--limit", "many"),
		Entry("a negative limit", "must be a whole number, 0 or more", "message", "list", "--limit", "-1"),
		Entry("a negative limit that overflows", "must be a whole number, 0 or more", "message", "list", "--limit", "-99999999999999999999"),
		Entry("a limit that overflows", `"99999999999999999999" for "--limit" flag: it is too large`, "message", "list", "--limit", "99999999999999999999"),
		Entry("a negative page size", "must be a whole number, 0 or more", "thread", "list", "--page-size", "-1"),
		Entry("a negative number of messages to skip", "must be a whole number, 0 or more", "message", "send", "--from", "x", "--skip", "-1"),
		Entry("a negative number of participants to skip", "must be a whole number, 0 or more", "participant", "add", "--skip", "-1", "8:acs:x"),
		Entry("an invalid time", "must be a time such as", "thread", "list", "--start-time", "yesterday"),
		Entry("too many arguments", "acschat thread get takes at most one argument, but got 2", "thread", "get", "a", "b"),
		Entry("an unexpected argument", `acschat thread list takes no arguments, but got "extra"`, "thread", "list", "extra"),
		Entry("an unexpected argument of a shell", `acschat completion bash takes no arguments, but got "extra"`, "completion", "bash", "extra"),
		Entry("an unknown command of the emulator", `acschat emulator has no command "chek": did you mean check?`, "emulator", "chek"),
		Entry("an unexpected argument of a command of the emulator", `acschat emulator env takes no arguments, but got "extra"`, "emulator", "env", "extra"),
	)

	It("accepts times in several formats", func() {
		for _, text := range []string{"2026-05-04T09:30:00Z", "2026-05-04T09:30:00.5+02:00", "2026-05-04T09:30", "2026-05-04 09:30:00", "2026-05-04", "90m", "7d"} {
			sh.Run("thread", "list", "--start-time", text).Ends(2, "no user is set")
		}
		for _, text := range []string{"-5m", "7", "d", "-7d", ""} {
			sh.Run("thread", "list", "--start-time", text).Ends(2, "must be a time such as")
		}
	})

	It("prints its version", func() {
		Expect(sh.Run("version").OK()).To(And(MatchRegexp(`(?m)^acschat +\S`), MatchRegexp(`(?m)^Go +go1\.`)))
		var build map[string]any
		sh.Run("version", "-o", "json").Into(&build)
		Expect(build).To(And(HaveKey("version"), HaveKey("go"), HaveKey("platform")))
	})

	It("also prints its version with --version", func() {
		Expect(sh.Run("--version").OK()).To(Equal(sh.Run("version").OK()))
		Expect(sh.Run("--version", "-o", "json").OK()).To(Equal(sh.Run("version", "-o", "json").OK()))
	})

	DescribeTable("suggests its own command for one of another tool",
		func(words string, args ...string) { sh.Run(args...).Ends(2, words) },
		Entry(nil, "did you mean issue?", "token", "create"),
		Entry(nil, "the service does not list users", "user", "list"),
		Entry(nil, "did you mean create?", "user", "new"),
	)

	DescribeTable("generates completion scripts",
		func(shell, words string) {
			Expect(sh.Run("completion", shell).OK()).To(ContainSubstring(words))
		},
		Entry(nil, "bash", "__start_acschat"),
		Entry(nil, "zsh", "#compdef acschat"),
		Entry(nil, "fish", "complete -c acschat"),
		Entry(nil, "powershell", "Register-ArgumentCompleter"),
	)

	It("completes output formats, and no threads without credentials", func() {
		Expect(sh.Run("__complete", "thread", "list", "--output", "").Out).To(HavePrefix("table\njson\njsonl\n"))
		Expect(sh.Run("__complete", "message", "send", "--message-type", "").Out).To(HavePrefix("text\nhtml\n"))
		Expect(sh.Run("__complete", "message", "list", "--thread", "").Out).To(Equal(":4\n"))
	})

	It("leaves credential flags out of the help of commands that do not use them", func() {
		Expect(sh.Run("version", "--help").OK()).NotTo(ContainSubstring("--token"))
		Expect(sh.Run("thread", "list", "--help").OK()).To(And(ContainSubstring("--token-file"), ContainSubstring("list of processes")))
	})
})
