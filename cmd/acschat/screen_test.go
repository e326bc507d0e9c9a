//go:build unix

package main_test

import (
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/creack/pty"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

// screen is a terminal of 80 columns that a command runs on.
type screen struct {
	shown    *gbytes.Buffer
	keyboard io.Writer
	cmd      *exec.Cmd
}

// Buffer is all that was written to it, for gbytes.Say.
func (s *screen) Buffer() *gbytes.Buffer { return s.shown }

// on starts a command with stdin, stdout and stderr on a terminal, but for those that redirect puts elsewhere.
func on(s *clitest.Shell, redirect func(*exec.Cmd), args ...string) *screen {
	GinkgoHelper()
	terminal, tty, err := pty.Open()
	Expect(err).NotTo(HaveOccurred())
	Expect(pty.Setsize(terminal, &pty.Winsize{Rows: 24, Cols: 80})).To(Succeed())
	cmd := s.Exec(binary, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
	redirect(cmd)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: cmd.Stdin == tty}
	Expect(cmd.Start()).To(Succeed())
	Expect(tty.Close()).To(Succeed())
	buffer := gbytes.NewBuffer()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(io.MultiWriter(buffer, GinkgoWriter), terminal) // a terminal that is left ends in an error
	}()
	DeferCleanup(func() {
		_ = cmd.Process.Kill()
		_ = terminal.Close()
		<-done
	})
	return &screen{shown: buffer, keyboard: terminal, cmd: cmd}
}

// end waits for the end of the command, and returns the exit code.
func (s *screen) end() int {
	GinkgoHelper()
	_ = s.cmd.Wait() // a code that is not 0 is an error here
	return s.cmd.ProcessState.ExitCode()
}

func (s *screen) types(keys string) {
	GinkgoHelper()
	_, err := io.WriteString(s.keyboard, keys)
	Expect(err).NotTo(HaveOccurred())
}

func nothing(*exec.Cmd) {}

// gap is what stands behind every column, the last one too.
const gap = 2

var _ = Describe("On a terminal", func() {
	var server *chattest.Server
	var alice *clitest.Shell
	var thread string

	BeforeEach(func() { server, alice, thread = shellIn(strings.Repeat("A long topic. ", 20)) })

	Describe("a table", func() {
		It("has a head that stands out", func() {
			s := on(alice, nothing, "participant", "list")
			Eventually(s).Should(gbytes.Say(`\x1b\[1mPARTICIPANT`))
			Expect(s.end()).To(Equal(0))
		})

		DescribeTable("has no colour when none is wanted",
			func(name, value string) {
				s := on(alice.With(name, value), nothing, "participant", "list")
				Eventually(s).Should(gbytes.Say(alice.User.ID))
				Expect(s.end()).To(Equal(0))
				Expect(string(s.shown.Contents())).NotTo(ContainSubstring("\x1b"))
			},
			Entry("NO_COLOR", "NO_COLOR", "1"),
			Entry("a terminal that knows none", "TERM", "dumb"),
		)

		It("cuts the text where the terminal ends, and no id", func() {
			s := on(alice, nothing, "message", "list", "--limit", "1")
			Eventually(s).Should(gbytes.Say(`…\r\n`))
			Expect(s.end()).To(Equal(0))
			message := strings.Split(string(s.shown.Contents()), "\r\n")[1]
			Expect([]rune(message)).To(HaveLen(80 - gap))
			s = on(alice, nothing, "thread", "list")
			Eventually(s).Should(gbytes.Say(thread))
			Expect(s.end()).To(Equal(0))
		})
	})

	Describe("what can't be taken back", func() {
		It("is asked about, and done on yes", func() {
			s := on(alice, nothing, "thread", "delete", thread)
			Eventually(s).Should(gbytes.Say(`Delete thread ` + thread + ` for all participants\? \[y/N\] `))
			s.types("y\n")
			Eventually(s).Should(gbytes.Say("Deleted thread"))
			Expect(s.end()).To(Equal(0))
			Expect(server.Requests(chattest.DeleteChatThread)).To(HaveLen(1))
		})

		DescribeTable("is not done otherwise",
			func(keys, answer string) {
				s := on(alice, nothing, "thread", "delete", thread)
				Eventually(s).Should(gbytes.Say(`\[y/N\] `))
				s.types(keys)
				Eventually(s).Should(gbytes.Say(answer))
				Expect(s.end()).To(Equal(1))
				Expect(server.Requests(chattest.DeleteChatThread)).To(BeEmpty())
			},
			Entry("on no", "n\n", "cancelled"),
			Entry("on nothing", "\n", "cancelled"),
			Entry("on the end of input", "\x04", "cancelled"),
			Entry("on an interrupt", "\x03", "interrupted"),
		)

		It("is not asked about when stdin is no terminal", func() {
			s := on(alice, func(cmd *exec.Cmd) { cmd.Stdin = strings.NewReader("y\n") }, "thread", "delete", thread)
			Eventually(s).Should(gbytes.Say("--yes"))
			Expect(s.end()).To(Equal(2))
		})
	})

	Describe("long work", func() {
		numbered := func() string { return alice.File("history", strings.Fields(strings.Repeat("x ", 12))...) }

		It("shows how far it is, how fast, and how long the limits let the rest take", func() {
			s := on(alice, nothing, "message", "send", "--from", numbered())
			Eventually(s).Should(gbytes.Say(`\(10/12\).* messages, \d+ a minute, \d+s left`))
			s.types("\x03")
			Eventually(s).Should(gbytes.Say(`sent 10 of 12 messages: interrupted`))
			Expect(s.end()).To(Equal(3))
		})

		It("shows it on stderr, when that is a terminal", func() {
			results, err := os.Create(alice.Dir + "/results")
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(results.Close)
			s := on(alice, func(cmd *exec.Cmd) { cmd.Stdout = results }, "message", "send", "--from", numbered(), "--unpaced", "-o", "jsonl")
			Eventually(s).Should(gbytes.Say(`/12\).* messages`))
			Expect(s.end()).To(Equal(0))
			written, err := os.ReadFile(results.Name())
			Expect(err).NotTo(HaveOccurred())
			Expect(strings.Count(string(written), "\n")).To(Equal(12))
		})

		It("shows nothing where results appear on the same terminal", func() {
			s := on(alice, nothing, "message", "send", "--from", numbered(), "--unpaced", "-o", "jsonl")
			Expect(s.end()).To(Equal(0))
			Eventually(s).Should(gbytes.Say(`(?:\{"id":"\d+"\}\r\n){12}`))
			Expect(string(s.shown.Contents())).NotTo(ContainSubstring("/12"))
		})
	})

	It("sends no text when nobody gives one", func() {
		s := on(alice, nothing, "message", "send")
		Eventually(s).Should(gbytes.Say("nothing to send"))
		Expect(s.end()).To(Equal(2))
	})
})
