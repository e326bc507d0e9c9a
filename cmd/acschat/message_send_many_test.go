package main_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

var _ = Describe("message send --from", func() {
	var server *chattest.Server
	var alice *clitest.Shell
	var thread string

	BeforeEach(func() { server, alice, thread = shellIn("Import") })

	numbered := func(n int) []string {
		var lines []string
		for i := range n {
			lines = append(lines, fmt.Sprintf("message %d", i+1))
		}
		return lines
	}

	sent := func() []string {
		GinkgoHelper()
		return texts(server, alice.User, thread)
	}

	requests := func() []chattest.Request { return server.Requests(chattest.SendChatMessage) }

	It("sends each line, in order", func() {
		file := alice.File("history", "one", "", "two", "  three")
		Expect(alice.Run("message", "send", "--from", file, "--display-name", "Importer").OK()).To(Equal("Sent 3 messages.\n"))
		Expect(sent()).To(HaveExactElements("one", "two", "  three"))
		Expect(requests()[0].Body).To(MatchJSON(`{"content":"one","type":"text","senderDisplayName":"Importer"}`))
	})

	It("reads files of Windows and of spreadsheets", func() {
		file := filepath.Join(alice.Dir, "history")
		Expect(os.WriteFile(file, []byte("\ufeffone\r\n\r\ntwo\r\n"), 0o600)).To(Succeed())
		alice.Run("message", "send", "--from", file).OK()
		Expect(sent()).To(HaveExactElements("one", "two"))
	})

	DescribeTable("rejects a file in another encoding by name",
		func(content string) {
			file := filepath.Join(alice.Dir, "history")
			Expect(os.WriteFile(file, []byte(content), 0o600)).To(Succeed())
			alice.Run("message", "send", "--from", file).Ends(2, "is UTF-16: save it as UTF-8")
			alice.Pipe(content).Run("message", "send", "--from", "-").Ends(2, "stdin is UTF-16")
			Expect(requests()).To(BeEmpty())
		},
		Entry("little endian", "\xff\xfeo\x00n\x00e\x00\n\x00"),
		Entry("big endian", "\xfe\xff\x00o\x00n\x00e\x00\n"),
		Entry("without a byte order mark", "o\x00n\x00e\x00\n\x00"),
	)

	DescribeTable("rejects a file of Office by what it is",
		func(content string) {
			file := filepath.Join(alice.Dir, "history")
			Expect(os.WriteFile(file, []byte(content), 0o600)).To(Succeed())
			alice.Run("message", "send", "--from", file).Ends(2, "history is a document of Office or an archive: save its text as UTF-8")
			Expect(requests()).To(BeEmpty())
		},
		Entry("a workbook", "PK\x03\x04\x14\x00\x06\x00\n"),
		Entry("a workbook of Excel 97", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\n"),
	)

	It("sends the rows of a .csv file as text only with --from-format", func() {
		for _, name := range []string{"history.csv", "HISTORY.TSV"} {
			file := alice.File(name, "content;type", "one;text")
			alice.Run("message", "send", "--from", file).Ends(2, "this is a table: send its rows as text with --from-format lines")
			Expect(requests()).To(BeEmpty())
		}
		file := alice.File("history.csv", "one; two")
		Expect(alice.Run("message", "send", "--from", file, "--from-format", "lines").OK()).To(Equal("Sent 1 message.\n"))
		Expect(sent()).To(HaveExactElements("one; two"))
	})

	It("says that an empty file has no messages", func() {
		Expect(alice.Run("message", "send", "--from", alice.File("history.jsonl", "")).OK()).To(Equal("Sent 0 messages.\n"))
	})

	It("reports up to ten bad lines before it sends anything", func() {
		lines := []string{`{"content":"one"}`}
		for range 12 {
			lines = append(lines, `{"content":""}`)
		}
		r := alice.Run("message", "send", "--from", alice.File("history.jsonl", lines...)).
			Ends(2, "history.jsonl: more than 10 lines are invalid\n", "\n  line 2: there is no content\n", "\n  line 11: there is no content\n")
		Expect(r.Err).NotTo(ContainSubstring("line 12:"))
		alice.Run("message", "send", "--from", alice.File("history.jsonl", lines[:3]...)).
			Ends(2, "history.jsonl: 2 lines are invalid\n", "\n  line 3: there is no content\n")
		Expect(requests()).To(BeEmpty())
	})

	DescribeTable("does not send JSON as text",
		func(lines ...string) {
			alice.Run("message", "send", "--from", alice.File("history.txt", lines...)).Ends(2, "history.txt, line 1: this is JSON", "--from-format jsonl", "--from-format lines")
			Expect(requests()).To(BeEmpty())
			alice.Run("message", "send", "--from", alice.File("history.txt", lines...), "--from-format", "lines").OK()
		},
		Entry("an object", `{"content":"one"}`),
		Entry("an array", `[`, `{"content":"one"}`, `]`),
	)

	It("sends the objects of a .jsonl file, and uses flags as defaults", func() {
		file := alice.File("history.jsonl",
			`{"content":"<b>one</b>","type":"html","senderDisplayName":"Bob","metadata":{"n":"1"}}`, `{"content":"two\nlines"}`)
		alice.Run("message", "send", "--from", file, "--display-name", "Importer", "--metadata", "n=0").OK()
		messages, err := server.Client(alice.User).ThreadClient(thread).ListMessages(nil).Collect(GinkgoTB().Context(), 2)
		Expect(err).NotTo(HaveOccurred())
		Expect(messages).To(HaveExactElements(
			And(HaveField("Content.Message", "two\nlines"), HaveField("Type", chat.MessageTypeText), HaveField("SenderDisplayName", "Importer"),
				HaveField("Metadata", map[string]string{"n": "0"})),
			And(HaveField("Content.Message", "<b>one</b>"), HaveField("Type", chat.MessageTypeHTML), HaveField("SenderDisplayName", "Bob"),
				HaveField("Metadata", map[string]string{"n": "1"})),
		))
	})

	It("prints ids as JSON", func() {
		file := alice.File("history", "one", "two")
		lines := alice.Run("message", "send", "--from", file, "-o", "jsonl").Lines()
		Expect(lines).To(HaveEach(MatchRegexp(`^\{"id":"\d+"\}$`)))
		Expect(lines).To(HaveLen(2))
		var array []struct{ ID string }
		alice.Run("message", "send", "--from", file, "-o", "json").Into(&array)
		Expect(array).To(HaveLen(2))
	})

	It("sends lines as they arrive on stdin", func() {
		stdin, keyboard := io.Pipe()
		alice.Stdin = stdin
		session := alice.Start("message", "send", "--from", "-")
		for i, line := range numbered(3) {
			_, err := io.WriteString(keyboard, line+"\n")
			Expect(err).NotTo(HaveOccurred())
			Eventually(requests).Should(HaveLen(i + 1))
		}
		Expect(keyboard.Close()).To(Succeed())
		Expect(alice.Wait(session).OK()).To(Equal("Sent 3 messages.\n"))
		Expect(sent()).To(Equal(numbered(3)))
	})

	It("reads objects from stdin with --from-format jsonl", func() {
		alice.Pipe(`{"content":"one"}`).Run("message", "send", "--from", "-", "--from-format", "jsonl").OK()
		Expect(sent()).To(HaveExactElements("one"))
	})

	DescribeTable("finds an error in the last line before it sends the first message",
		func(line, complaint string) {
			alice.Run("message", "send", "--from", alice.File("history.jsonl", `{"content":"one"}`, line)).Ends(2, "history.jsonl, line 2", complaint)
			Expect(requests()).To(BeEmpty())
		},
		Entry("invalid JSON", `{"content":`, "not an object with content"),
		Entry("no content", `{"type":"text"}`, "there is no content"),
		Entry("a bracket between two objects", `{"content":"one"}]{"content":"two"}`, "after top-level value"),
		Entry("a word after the object", `{"content":"one"} two`, "after top-level value"),
		Entry("null", `null`, "there is no content"),
		Entry("an unknown member", `{"content":"x","colour":"red"}`, `unknown field "colour"`),
		Entry("a system message type", `{"content":"x","type":"topicUpdated"}`, "is not text or html"),
		Entry("two objects", `{"content":"x"}{"content":"y"}`, "after top-level value"),
		Entry("a message of a listing", `{"content":{"message":"x"}}`, "metadata: /content has the wrong type"),
		Entry("an array", `[]`, "metadata: the line has the wrong type"),
		Entry("two values of one field", `{"content":"x","content":"y"}`, `duplicate object member name "content"`),
		Entry("two values that differ in case", `{"content":"x","Content":"y"}`, `duplicate object member name "Content"`),
		Entry("half of a surrogate pair", `{"content":"\ud800"}`, "invalid surrogate pair"),
	)

	It("continues after a rejected message, exits with 3, and reports which and why", func() {
		file := alice.File("history", "one", "", strings.Repeat("x", 30<<10), "three")
		r := alice.Run("message", "send", "--from", file).Ends(3, "1 of 3 messages were refused", "number 2, line 3", "413")
		Expect(r.Out).To(Equal("Sent 2 messages.\n"))
		Expect(sent()).To(HaveExactElements("one", "three"))
	})

	It("honors Retry-After and sends no message twice", func() {
		server.Fail(chattest.SendChatMessage, chattest.Fault{Nth: 2, Times: 3, Status: http.StatusTooManyRequests, RetryAfter: 20 * time.Millisecond})
		alice.Run("message", "send", "--from", alice.File("history", numbered(4)...)).OK()
		Expect(sent()).To(Equal(numbered(4)))
		Expect(requests()).To(HaveLen(7))
	})

	It("gives up if the service throttles repeatedly", func() {
		server.Fail(chattest.SendChatMessage, chattest.Fault{Times: -1, Status: http.StatusTooManyRequests, RetryAfter: time.Millisecond})
		alice.Run("message", "send", "--from", alice.File("history", numbered(2)...), "--unpaced").Ends(1, "429", "a rate limit was exceeded", "as the service asks")
		Expect(requests()).To(HaveLen(10))
	})

	It("stops at an error that affects all messages, and resumes from there", func() {
		server.Fail(chattest.SendChatMessage, chattest.Fault{Nth: 3, Status: http.StatusForbidden})
		file := alice.File("history", numbered(5)...)
		r := alice.Run("message", "send", "--from", file).Ends(3, "sent 2 of 5 messages", "403 Forbidden", "Continue with the same command and --skip 2.")
		Expect(r.Out).To(Equal("Sent 2 messages.\n"))
		Expect(alice.Run("message", "send", "--from", file, "--skip", "2").OK()).To(Equal("Sent 3 messages.\n"))
		Expect(sent()).To(Equal(numbered(5)))
		alice.Run("message", "send", "--from", file, "--skip", "6").Ends(2, "--skip 6 is more than the 5")
	})

	It("fails if the first message cannot be sent", func() {
		server.Fail(chattest.SendChatMessage, chattest.Fault{Status: http.StatusForbidden})
		file := alice.File("history", numbered(3)...)
		Expect(alice.Run("message", "send", "--from", file).Ends(1, "403 Forbidden").Out).To(BeEmpty())
		server.Fail(chattest.SendChatMessage, chattest.Fault{Status: http.StatusForbidden})
		Expect(alice.Run("message", "send", "--from", file, "--skip", "2").Ends(1, "403 Forbidden").Out).To(BeEmpty())
	})

	It("stops at an unknown outcome, and says how to check it", func() {
		server.Fail(chattest.SendChatMessage, chattest.Fault{Nth: 2, LoseReply: true})
		alice.Run("message", "send", "--from", alice.File("history", numbered(3)...)).
			Ends(3, "sent 1 of 3 messages", "Number 2 may have been sent", "acschat message list", "--skip 2, otherwise with --skip 1")
		Expect(sent()).To(Equal(numbered(2)))
	})

	It("keeps to the rate limits, and can be interrupted while it waits", func() {
		session := alice.Start("message", "send", "--from", alice.File("history", numbered(12)...))
		Eventually(requests).Should(HaveLen(10)) // the eleventh has to wait for ten seconds
		session.Interrupt()
		r := alice.Wait(session).Ends(3, "sent 10 of 12 messages: interrupted", "--skip 10")
		Expect(r.Out).To(Equal("Sent 10 messages.\n"))
		Expect(sent()).To(Equal(numbered(10)))
	})

	It("lets the current message finish if it is interrupted", func() {
		begun := make(chan *clitest.Command, 1)
		server, alice, thread = shellOn(interruptedAt(chattest.SendChatMessage, 2, begun), "Import")
		alice.Grace = time.Minute
		session := alice.Start("message", "send", "--from", alice.File("history", numbered(5)...), "-o", "jsonl")
		begun <- session
		r := alice.Wait(session).Ends(3, "sent 2 of 5 messages: interrupted", "--skip 2")
		Expect(strings.Count(r.Out, `{"id":`)).To(Equal(2))
		Expect(sent()).To(Equal(numbered(2)))
	})

	It("waits for the current message no longer than the grace period", func() {
		server.Fail(chattest.SendChatMessage, chattest.Fault{Nth: 2, Delay: time.Hour})
		session := alice.Start("message", "send", "--from", alice.File("history", numbered(5)...))
		Eventually(requests).Should(HaveLen(2))
		session.Interrupt()
		alice.Wait(session).Ends(3, "sent 1 of 5 messages", "may or may not have been sent", "--skip 2, otherwise with --skip 1")
	})

	It("ends at once on a second interrupt", func() {
		server.Fail(chattest.SendChatMessage, chattest.Fault{Delay: time.Hour})
		session, err := gexec.Start(alice.Exec(binary, "message", "send", "--from", alice.File("history", numbered(5)...)), GinkgoWriter, GinkgoWriter)
		Expect(err).NotTo(HaveOccurred())
		Eventually(requests).Should(HaveLen(1))
		Eventually(func() int { return session.Signal(syscall.SIGINT).ExitCode() }).Should(Equal(128 + int(syscall.SIGINT)))
	})

	It("sends without waiting with --unpaced", func() {
		Expect(alice.Run("message", "send", "--from", alice.File("history", numbered(40)...), "--unpaced").OK()).To(Equal("Sent 40 messages.\n"))
		Expect(sent()).To(Equal(numbered(40)))
	})
})
