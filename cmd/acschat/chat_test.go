//go:build unix

package main_test

import (
	"fmt"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/tui/tuitest"
)

// Keys as terminals send them.
const (
	enter, escape, tab, backspace, up, pageUp, f1, ctrlC, ctrlZ = "\r", "\x1b", "\t", "\x7f", "\x1b[A", "\x1b[5~", "\x1bOP", "\x03", "\x1a"
)

var _ = Describe("chat", func() {
	var server *chattest.Server
	var alice, bob *clitest.Shell
	var thread string
	var bobs *chat.ThreadClient
	var terminal *tuitest.Terminal
	var before tuitest.Settings

	BeforeEach(func() {
		server = chattest.NewServer(GinkgoTB(), api.Watch(nil))
		alice = shellOf(server)
		thread = createThread(alice, "Release 4.2", "--participant", alice.User.ID+"=Alice")
		bob = alice.Member(server, thread, "Bob")
		bobs = server.Client(bob.User).ThreadClient(thread)
		terminal = tuitest.New(GinkgoTB(), 100, 24)
		terminal.Print("$ acschat chat\r\n")
		before = terminal.Settings()
	})

	says := func(format string, args ...any) string {
		GinkgoHelper()
		sent, err := bobs.SendMessage(GinkgoTB().Context(), fmt.Sprintf(format, args...), nil)
		Expect(err).NotTo(HaveOccurred())
		return sent.ID
	}

	start := func(sh *clitest.Shell, args ...string) *exec.Cmd {
		GinkgoHelper()
		cmd := sh.Exec(binary, append([]string{"chat", "--interval", "500ms"}, args...)...)
		if sh == alice || sh == bob {
			cmd.Stdin = nil // the terminal
		}
		terminal.Run(cmd)
		return cmd
	}

	// ends waits for the command to end and expects the terminal's settings to be restored.
	ends := func(cmd *exec.Cmd, code int) string {
		GinkgoHelper()
		Expect(terminal.Wait(cmd)).To(Equal(code), terminal.Screen())
		Expect(terminal.Settings()).To(Equal(before))
		Expect(terminal.Screen()).To(HavePrefix("$ acschat chat\n"))
		for _, secret := range alice.Secrets {
			Expect(terminal.Written()).NotTo(ContainSubstring(secret))
		}
		return terminal.Screen()
	}

	row := func(text string) func() string { return func() string { return terminal.Row(text) } }

	// sent waits until a message is shown, and the response to its send has arrived.
	sent := func(text string) {
		GinkgoHelper()
		Eventually(terminal.Screen).Should(And(MatchRegexp(`you +`+regexp.QuoteMeta(text)), Not(MatchRegexp("… (waiting|sending)"))))
	}

	It("shows a thread, sends, edits and deletes messages, and restores the terminal", func() {
		says("Is the canary green?")
		cmd := start(alice, thread)
		Eventually(row("Is the canary green?")).Should(MatchRegexp(`Bob +Is the canary green\?`))
		Eventually(terminal.Screen).Should(HavePrefix("Release 4.2 · 2: Alice (you), Bob\n"))
		Eventually(func() []chattest.Request { return server.Requests(chattest.SendChatReadReceipt) }).Should(HaveLen(1))

		By("sending")
		terminal.Type("It is red.")
		Eventually(func() []chattest.Request { return server.Requests(chattest.SendTypingNotification) }).Should(HaveLen(1))
		terminal.Type(enter)
		sent("It is red.")
		Eventually(func() []string { return texts(server, bob.User, thread) }).Should(HaveExactElements("Is the canary green?", "It is red."))

		By("editing")
		terminal.Type(up + "e")
		Eventually(row("Editing a message")).ShouldNot(BeEmpty())
		terminal.Type(strings.Repeat(backspace, len("red.")) + "green." + enter)
		Eventually(row("It is green.")).ShouldNot(BeEmpty())
		Eventually(row("(edited)")).ShouldNot(BeEmpty())
		Eventually(func() []string { return texts(server, bob.User, thread) }).Should(HaveExactElements("Is the canary green?", "It is green."))

		By("showing messages that another participant sends, edits and deletes")
		Expect(bobs.SendTypingNotification(GinkgoTB().Context(), nil)).To(Succeed())
		Eventually(row("Bob is typing")).ShouldNot(BeEmpty())
		id := says("Rolling on.")
		Eventually(row("Rolling on.")).Should(MatchRegexp(`Bob +Rolling on\.`))
		Expect(bobs.UpdateMessage(GinkgoTB().Context(), id, chat.MessageUpdate{Content: new("Rolling back.")})).To(Succeed())
		Eventually(row("Rolling back.")).ShouldNot(BeEmpty())
		Expect(bobs.DeleteMessage(GinkgoTB().Context(), id)).To(Succeed())
		Eventually(row("(deleted)")).ShouldNot(BeEmpty())
		Expect(terminal.Row("Rolling")).To(BeEmpty())

		By("deleting")
		terminal.Type(up + up + "d")
		Eventually(row("Delete this message for all participants?")).ShouldNot(BeEmpty())
		terminal.Type("y")
		Eventually(row("It is green.")).Should(BeEmpty())
		Eventually(func() []string { return texts(server, bob.User, thread) }).Should(HaveExactElements("Is the canary green?", "", ""))

		By("showing read receipts")
		Expect(bobs.SendReadReceipt(GinkgoTB().Context(), id)).To(Succeed())
		Eventually(row("✓ read by Bob")).ShouldNot(BeEmpty())

		terminal.Type(ctrlC)
		Expect(strings.TrimSpace(ends(cmd, 0))).To(Equal("$ acschat chat"))
		Expect(server.Connections()).To(BeEmpty())
	})

	It("polls if there is no live connection, and says so", func() {
		server.Fail(chattest.GetRealtimeConfiguration, chattest.Fault{Status: http.StatusForbidden, Times: -1})
		cmd := start(alice, thread)
		Eventually(row("No live connection, polling instead: ")).Should(ContainSubstring("403"))
		says("hello")
		Eventually(row("hello")).Should(MatchRegexp(`Bob +hello`))
		terminal.Type(ctrlC)
		ends(cmd, 0)
	})

	It("scrolls back through the history page by page", func() {
		for i := range 170 {
			says("message %d.", i+1)
		}
		cmd := start(alice, thread)
		Eventually(row("message 170.")).ShouldNot(BeEmpty())
		Eventually(func() string {
			terminal.Type(pageUp)
			return terminal.Row("The thread begins here.")
		}).ShouldNot(BeEmpty())
		Expect(terminal.Row("message 1.")).NotTo(BeEmpty())
		Expect(terminal.Row("message 170.")).To(BeEmpty())
		Expect(server.Requests(chattest.ListChatMessages)).To(ContainElement(HaveField("Target", ContainSubstring("syncState="))))
		terminal.Type(escape)
		Eventually(row("message 170.")).ShouldNot(BeEmpty())
		terminal.Type(ctrlC)
		ends(cmd, 0)
	})

	It("switches threads, and offers a choice if no thread is named", func() {
		lunch := createThread(alice, "Lunch")
		says("hello")
		cmd := start(alice)
		Eventually(row("Choose a thread")).ShouldNot(BeEmpty())
		for terminal.Row("Pizza!") == "" {
			terminal.Type("j")
			if strings.Contains(terminal.Row("▌"), "Lunch") {
				terminal.Type(enter)
				Eventually(terminal.Screen).Should(HavePrefix("Lunch"))
				terminal.Type("Pizza!" + enter)
				Eventually(func() []string { return texts(server, alice.User, lunch) }).Should(HaveExactElements("Pizza!"))
				break
			}
			terminal.Type("k")
		}
		sent("Pizza!")
		terminal.Type(ctrlC)
		ends(cmd, 0)
	})

	It("adapts to the size of the terminal", func() {
		says("a message that is quite long, so that it has to be wrapped on a narrow screen, and is one line on a wide one")
		cmd := start(alice, thread)
		Eventually(row("a message that is quite long")).ShouldNot(BeEmpty())
		terminal.Resize(160, 40)
		Eventually(row("a message that is quite long")).Should(HaveSuffix("one line on a wide one"))
		terminal.Resize(40, 12)
		Eventually(row("one line on")).ShouldNot(ContainSubstring("a message that"))
		Eventually(row("│")).Should(BeEmpty(), "there is no room for the threads")
		terminal.Resize(100, 24)
		Eventually(row("│")).ShouldNot(BeEmpty())
		terminal.Type(ctrlC)
		ends(cmd, 0)
	})

	It("shows a message that could not be sent, and reports it again on exit", func() {
		server.Fail(chattest.SendChatMessage, chattest.Fault{Status: http.StatusForbidden, Times: -1})
		cmd := start(alice, thread)
		Eventually(row("The thread begins here.")).ShouldNot(BeEmpty())
		terminal.Type("important" + enter)
		Eventually(row("✗ Not sent: ")).ShouldNot(BeEmpty())
		terminal.Type(ctrlC)
		Eventually(row("Leave anyway?")).ShouldNot(BeEmpty())
		terminal.Type(ctrlC)
		Expect(ends(cmd, 3)).To(MatchRegexp(`(?s)not sent.*"important": .*403`))
	})

	It("reads keys from the terminal if the token comes from stdin", func() {
		token := alice.Env["AZURE_COMMUNICATION_ACCESS_TOKEN"]
		cmd := start(alice.With("AZURE_COMMUNICATION_ACCESS_TOKEN", "").Pipe(token), thread, "--token-file", "-")
		Eventually(row("The thread begins here.")).ShouldNot(BeEmpty())
		terminal.Type("hello" + enter)
		sent("hello")
		terminal.Type(ctrlC)
		ends(cmd, 0)
	})

	DescribeTable("restores the terminal on a signal",
		func(signal syscall.Signal) {
			cmd := start(alice, thread)
			Eventually(row("The thread begins here.")).ShouldNot(BeEmpty())
			Expect(cmd.Process.Signal(signal)).To(Succeed())
			ends(cmd, 0)
		},
		Entry("SIGTERM", syscall.SIGTERM),
		Entry("an interrupt", syscall.SIGINT),
	)

	It("can be suspended and resumed", func() {
		cmd := start(alice, thread)
		Eventually(row("The thread begins here.")).ShouldNot(BeEmpty())
		terminal.Type(ctrlZ)
		Eventually(terminal.Settings).Should(Equal(before))
		says("meanwhile")
		Eventually(func() string {
			Expect(cmd.Process.Signal(syscall.SIGCONT)).To(Succeed())
			return terminal.Row("meanwhile")
		}).ShouldNot(BeEmpty())
		terminal.Type(ctrlC)
		ends(cmd, 0)
	})

	It("uses no color with NO_COLOR", func() {
		says("hello")
		cmd := start(alice.With("NO_COLOR", "1"), thread)
		Eventually(row("hello")).ShouldNot(BeEmpty())
		terminal.Type(up)
		Eventually(row("hello")).Should(ContainSubstring("▌"))
		terminal.Type(ctrlC)
		ends(cmd, 0)
		Expect(terminal.Written()).NotTo(MatchRegexp(`\x1b\[(?:[0-9]*;)*(?:3[0-7]|4[0-7]|9[0-7]|[34]8)(?:;[0-9]*)*m`))
	})

	It("does not pass control sequences of messages to the terminal", func() {
		says("before \x1b]0;owned\x07\x1b[2J\x1b[?1049l after")
		cmd := start(alice, thread)
		Eventually(row("after")).Should(ContainSubstring(`before ^[]0;owned^G^[[2J^[[?1049l after`))
		Expect(terminal.Settings().AlternateScreen).To(BeTrue())
		terminal.Type(ctrlC)
		ends(cmd, 0)
	})

	It("shows help", func() {
		cmd := start(alice, thread)
		Eventually(row("The thread begins here.")).ShouldNot(BeEmpty())
		terminal.Type(f1)
		Eventually(row("Who is typing is shown")).ShouldNot(BeEmpty())
		terminal.Type(f1)
		Eventually(row("Write a message")).ShouldNot(BeEmpty())
		terminal.Type(ctrlC)
		ends(cmd, 0)
	})

	Describe("if it cannot start", func() {
		DescribeTable("reports why and leaves the terminal alone",
			func(sh func() *clitest.Shell, thread func() string, code int, words string) {
				cmd := start(sh(), thread())
				Expect(ends(cmd, code)).To(ContainSubstring(words))
				Expect(terminal.Written()).NotTo(ContainSubstring("\x1b[?1049h"))
			},
			Entry("an expired token", func() *clitest.Shell {
				token := server.Token(alice.User, -time.Minute)
				return alice.With("AZURE_COMMUNICATION_ACCESS_TOKEN", token)
			}, func() string { return thread }, 1, "the token has expired"),
			Entry("an invalid token", func() *clitest.Shell { return alice.With("AZURE_COMMUNICATION_ACCESS_TOKEN", "nonsense") },
				func() string { return thread }, 2, "token"),
			Entry("a user who is not a participant", func() *clitest.Shell { return shellOf(server) }, func() string { return thread }, 1, "403"),
			Entry("an unknown thread", func() *clitest.Shell { return alice }, func() string { return "19:nonsense" }, 1, "40"),
			Entry("a terminal without a cursor", func() *clitest.Shell { return alice.With("TERM", "dumb") }, func() string { return thread }, 2, "TERM"),
		)

		It("requires a terminal", func() {
			alice.Run("chat", thread).Ends(2, "needs a terminal", "message list --follow")
		})

		DescribeTable("rejects an invalid command line",
			func(words string, args ...string) {
				Expect(ends(start(alice, append([]string{thread}, args...)...), 2)).To(ContainSubstring(words))
			},
			Entry("two threads", "use one of them", "--thread", "19:other"),
			Entry("an interval below the minimum", "at least 500ms", "--interval", "10ms"),
			Entry("--verbose on the same terminal", "2>requests.log", "--verbose"),
		)
	})
})
