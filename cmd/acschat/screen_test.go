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

// screen is an 80-column terminal on which a command runs.
type screen struct {
	shown    *gbytes.Buffer
	keyboard io.Writer
	cmd      *exec.Cmd
}

// Buffer returns everything written to the terminal, for gbytes.Say.
func (s *screen) Buffer() *gbytes.Buffer { return s.shown }

// on starts a command with stdin, stdout and stderr on a terminal, except those that redirect changes.
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
		_, _ = io.Copy(io.MultiWriter(buffer, GinkgoWriter), terminal) // reading a closed terminal returns an error
	}()
	DeferCleanup(func() {
		_ = cmd.Process.Kill()
		_ = terminal.Close()
		<-done
	})
	return &screen{shown: buffer, keyboard: terminal, cmd: cmd}
}

// end waits for the command to end and returns its exit code.
func (s *screen) end() int {
	GinkgoHelper()
	_ = s.cmd.Wait() // a nonzero exit code is an error here
	return s.cmd.ProcessState.ExitCode()
}

func (s *screen) types(keys string) {
	GinkgoHelper()
	_, err := io.WriteString(s.keyboard, keys)
	Expect(err).NotTo(HaveOccurred())
}

func nothing(*exec.Cmd) {}

// gap follows every column, including the last.
const gap = 2

var _ = Describe("On a terminal", func() {
	var server *chattest.Server
	var alice *clitest.Shell
	var thread string

	BeforeEach(func() { server, alice, thread = shellIn(strings.Repeat("A long topic. ", 20)) })

	Describe("a table", func() {
		It("has a bold header", func() {
			s := on(alice, nothing, "participant", "list")
			Eventually(s).Should(gbytes.Say(`\x1b\[1mPARTICIPANT`))
			Expect(s.end()).To(Equal(0))
		})

		DescribeTable("uses no color with",
			func(name, value string) {
				s := on(alice.With(name, value), nothing, "participant", "list")
				Eventually(s).Should(gbytes.Say(alice.User.ID))
				Expect(s.end()).To(Equal(0))
				Expect(string(s.shown.Contents())).NotTo(ContainSubstring("\x1b"))
			},
			Entry("NO_COLOR", "NO_COLOR", "1"),
			Entry("a terminal without colors", "TERM", "dumb"),
		)

		It("truncates text, but not ids, to the width of the terminal", func() {
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

	Describe("an operation that cannot be undone", func() {
		It("asks for confirmation, and proceeds on yes", func() {
			s := on(alice, nothing, "thread", "delete", thread)
			Eventually(s).Should(gbytes.Say(`Delete thread ` + thread + ` for all participants\? \[y/N\] `))
			s.types("y\n")
			Eventually(s).Should(gbytes.Say("Deleted thread"))
			Expect(s.end()).To(Equal(0))
			Expect(server.Requests(chattest.DeleteChatThread)).To(HaveLen(1))
		})

		DescribeTable("is not carried out",
			func(keys, answer string) {
				s := on(alice, nothing, "thread", "delete", thread)
				Eventually(s).Should(gbytes.Say(`\[y/N\] `))
				s.types(keys)
				Eventually(s).Should(gbytes.Say(answer))
				Expect(s.end()).To(Equal(1))
				Expect(server.Requests(chattest.DeleteChatThread)).To(BeEmpty())
			},
			Entry("on no", "n\n", "cancelled"),
			Entry("on an empty line", "\n", "cancelled"),
			Entry("on the end of input", "\x04", "cancelled"),
			Entry("on an interrupt", "\x03", "interrupted"),
		)

		It("does not prompt if stdin is not a terminal", func() {
			s := on(alice, func(cmd *exec.Cmd) { cmd.Stdin = strings.NewReader("y\n") }, "thread", "delete", thread)
			Eventually(s).Should(gbytes.Say("--yes"))
			Expect(s.end()).To(Equal(2))
		})
	})

	Describe("a long operation", func() {
		numbered := func() string { return alice.File("history", strings.Fields(strings.Repeat("x ", 12))...) }

		It("shows its progress, its rate and the time remaining under the rate limits", func() {
			s := on(alice, nothing, "message", "send", "--from", numbered())
			Eventually(s).Should(gbytes.Say(`\(10/12\).* messages, \d+ a minute, \d+s left`))
			s.types("\x03")
			Eventually(s).Should(gbytes.Say(`sent 10 of 12 messages: interrupted`))
			Expect(s.end()).To(Equal(3))
		})

		It("shows progress on stderr if that is a terminal", func() {
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

		It("shows no progress if results go to the same terminal", func() {
			s := on(alice, nothing, "message", "send", "--from", numbered(), "--unpaced", "-o", "jsonl")
			Expect(s.end()).To(Equal(0))
			Eventually(s).Should(gbytes.Say(`(?:\{"id":"\d+"\}\r\n){12}`))
			Expect(string(s.shown.Contents())).NotTo(ContainSubstring("/12"))
		})
	})

	It("does not wait for text from a terminal", func() {
		s := on(alice, nothing, "message", "send")
		Eventually(s).Should(gbytes.Say("nothing to send"))
		Expect(s.end()).To(Equal(2))
	})
})
