package main_test

import (
	"encoding/json"
	"os"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

var _ = Describe("Output", func() {
	var server *chattest.Server
	var alice *clitest.Shell
	var thread *chat.ThreadClient

	BeforeEach(func() {
		var id string
		server, alice, id = shellIn("Plans")
		thread = server.Client(alice.User).ThreadClient(id)
	})

	send := func(text, name string) {
		GinkgoHelper()
		_, err := thread.SendMessage(GinkgoTB().Context(), text, &chat.SendMessageOptions{SenderDisplayName: name})
		Expect(err).NotTo(HaveOccurred())
	}

	Context("of untrusted text", func() {
		// It moves the cursor, sets the title, reads the clipboard, begins a sequence with a C1 character and reverses text.
		const evil = "\x1b[2J\x1b]0;title\x07\x1b]52;c;?\x07\u009b31mred\r\nnext\bback\x00\x7f\u202etxt.exe\u2066"

		It("shows control characters instead of passing them to the terminal", func() {
			send(evil, evil)
			Expect(thread.UpdateTopic(GinkgoTB().Context(), evil)).To(Succeed())
			_, err := thread.AddParticipants(GinkgoTB().Context(), []chat.Participant{{Identifier: server.NewUser(), DisplayName: evil}})
			Expect(err).NotTo(HaveOccurred())
			for _, command := range []string{"message list", "message list -o json", "message list -o jsonl", "thread list", "thread list -o json", "thread get", "thread get -o json", "participant list", "participant list -o jsonl"} {
				out := alice.Run(strings.Fields(command)...).OK()
				Expect(out).NotTo(MatchRegexp("[\x00-\x09\x0b-\x1f\x7f\u0080-\u009f\u202a-\u202e\u2066-\u2069]"), command)
			}
		})

		It("stays readable", func() {
			send(evil, "")
			Expect(alice.Run("message", "list", "--limit", "1").OK()).To(ContainSubstring("^[[2J^[]0;title^G^[]52;c;?^G<U+009B>31mred↵next^Hback^@^?<U+202E>txt.exe<U+2066>\n"))
			send("família 👩\u200d💻 می\u200cخواهم 你好", "")
			Expect(alice.Run("message", "list", "--limit", "1").OK()).To(ContainSubstring("família 👩\u200d💻 می\u200cخواهم 你好\n"))
		})

		It("is unchanged as JSON", func() {
			send(evil+"😀\U000e0067<&>", "")
			var messages []struct{ Content struct{ Message string } }
			alice.Run("message", "list", "--limit", "1", "-o", "json").Into(&messages)
			Expect(messages[0].Content.Message).To(Equal(evil + "😀\U000e0067<&>"))
		})
	})

	It("has no colors and no rules if stdout is not a terminal", func() {
		out := alice.With("CLICOLOR_FORCE", "1").Run("thread", "list").OK()
		Expect(out).NotTo(ContainSubstring("\x1b"))
		Expect(out).NotTo(MatchRegexp(`[│─┌┐|+]`))
	})

	It("is not truncated if stdout is not a terminal", func() {
		long := strings.Repeat("long ", 100) + "end"
		send(long, "")
		Expect(alice.With("COLUMNS", "80").Run("message", "list", "--limit", "1").Lines()[1]).To(HaveSuffix(long))
	})

	It("aligns columns across pages", func() {
		for _, name := range []string{"Al", "Al", "Bartholomew", "Al"} {
			send("text", name)
		}
		lines := alice.Run("message", "list", "--limit", "4", "--page-size", "1").Lines()
		Expect(lines).To(HaveLen(5))
		Expect(strings.Index(lines[2], "text")).To(Equal(strings.Index(lines[3], "text")))
		Expect(lines[1:]).To(HaveEach(HaveSuffix("text")))
	})

	It("prints a page before it requests the next one", func() {
		send("one", "")
		send("two", "")
		server.Fail(chattest.ListChatMessages, chattest.Fault{Nth: 2, Delay: time.Hour})
		session := alice.Start("message", "list", "--page-size", "1", "--limit", "2", "-o", "jsonl")
		Eventually(session).Should(gbytes.Say(`"message":"two"`))
		session.Interrupt()
		Expect(alice.Wait(session).Ends(1, "interrupted").Out).NotTo(ContainSubstring("one"))
	})

	It("does not close the array of an incomplete listing", func() {
		send("one", "")
		server.Fail(chattest.ListChatMessages, chattest.Fault{Nth: 2, Status: 403})
		r := alice.Run("message", "list", "--page-size", "1", "-o", "json").Ends(1)
		Expect(json.Valid([]byte(r.Out))).To(BeFalse())
		Expect(r.Out).To(HavePrefix("[\n  {"))
	})

	It("ends without an error message if the pipe is closed", func() {
		for range 12 {
			send(strings.Repeat("x", 1000), "")
		}
		for _, format := range []string{"table", "json", "jsonl"} {
			before := len(server.Requests(chattest.ListChatMessages))
			reader, writer, err := os.Pipe()
			Expect(err).NotTo(HaveOccurred())
			Expect(reader.Close()).To(Succeed())
			cmd := alice.Exec(binary, "message", "list", "--page-size", "1", "-o", format)
			var complaints strings.Builder
			cmd.Stdout, cmd.Stderr = writer, &complaints
			Expect(cmd.Start()).To(Succeed())
			Expect(writer.Close()).To(Succeed())
			Expect(cmd.Wait()).To(Succeed(), complaints.String())
			Expect(complaints.String()).To(BeEmpty())
			Expect(len(server.Requests(chattest.ListChatMessages)) - before).To(BeNumerically("<=", 4))
		}
	})

	It("fails if stdout cannot be written", func() {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(full.Close)
		for _, command := range []string{"thread list", "thread list -o json", "thread", "thread list --help", "version", "demo", "completion bash"} {
			cmd := alice.Exec(binary, strings.Fields(command)...)
			var complaints strings.Builder
			cmd.Stdout, cmd.Stderr = full, &complaints
			Expect(cmd.Run()).To(MatchError("exit status 1"), command)
			Expect(complaints.String()).To(Equal("acschat: write /dev/stdout: no space left on device\n"), command)
		}
	})

	It("has three formats", func() {
		alice.Run("thread", "list", "-o", "xml").Ends(2, "must be one of table, json, jsonl")
	})
})
