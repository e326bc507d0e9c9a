package main_test

import (
	"math"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

// lines are n texts.
func lines(n int) (texts []string) {
	for i := range n {
		texts = append(texts, strconv.Itoa(i+1))
	}
	return texts
}

var _ = Describe("plan", func() {
	DescribeTable("says how long a job takes, and which limit it waits for",
		func(plan string, args ...string) {
			Expect(emptyShell().Run(append([]string{"plan"}, args...)...).OK()).To(MatchRegexp("^" + plan + "\n$"))
		},
		Entry("few messages", "10 messages: 10 requests, no wait", "send", "--count", "10"),
		Entry("messages within a minute", `20 messages: 20 requests, 10s at least, until [0-9:]{8}\. The limit is 10 in 10s per thread to send, update and delete messages`,
			"send", "--count", "20"),
		Entry("many messages", `10000 messages: 10000 requests, 5h33m at least, until [0-9:]{8}\. The limit is 30 in 1m per thread .*`, "send", "--count", "10000"),
		Entry("messages for days", `100000 messages: 100000 requests, 55h33m at least, until [0-9]{4}-[0-9-]{5} [0-9:]{5}\..*`, "send", "--count", "100000"),
		Entry("an export", `250000 messages: 1250 requests, 6m at least, until [0-9:]{8}\. The limit is 200 in 1m per user and thread to list messages`,
			"export", "--count", "250000"),
		Entry("an export with small pages", `100 messages: 100 requests, 10s at least, .*`, "export", "--count", "100", "--page-size", "1"),
		Entry("no messages", "0 messages: 0 requests, no wait", "send", "--count", "0"),
		Entry("no messages to export", "0 messages: 0 requests, no wait", "export", "--count", "0"),
		Entry("participants", "250 participants: 2 requests, no wait", "participants", "--count", "250"),
	)

	It("counts the messages and participants of files", func() {
		shell := emptyShell()
		file := shell.File("history", lines(35)...)
		Expect(shell.Run("plan", "send", "--from", file).OK()).To(HavePrefix("35 messages: 35 requests, 1m at least"))
		Expect(shell.Run("plan", "send", "--from", file, "--skip", "30").OK()).To(Equal("5 messages: 5 requests, no wait\n"))
		Expect(shell.Pipe("a\nb\n").Run("plan", "send", "--from", "-").OK()).To(Equal("2 messages: 2 requests, no wait\n"))
		Expect(shell.Run("plan", "participants", "--from", shell.File("team", "8:acs:a", "8:acs:b")).OK()).To(Equal("2 participants: 1 request, no wait\n"))
	})

	It("prints JSON", func() {
		Expect(emptyShell().Run("plan", "send", "--count", "31", "-o", "json").OK()).To(And(
			ContainSubstring(`"items": 31`), ContainSubstring(`"requests": 31`), ContainSubstring(`"seconds": 60`), ContainSubstring(`"ends": "`),
			ContainSubstring(`"limit": "30 in 1m per thread to send, update and delete messages"`),
		))
	})

	DescribeTable("ends when it is interrupted, however large the job is",
		func(job string) {
			shell := emptyShell()
			shell.Wait(shell.Start("plan", job, "--count", strconv.Itoa(math.MaxInt)).Interrupt()).Ends(1, "interrupted")
		},
		Entry("messages", "send"),
		Entry("an export", "export"),
		Entry("participants", "participants"),
	)

	DescribeTable("rejects",
		func(message string, args ...string) {
			emptyShell().Run(append([]string{"plan"}, args...)...).Ends(2, message)
		},
		Entry("no number", "Use --from FILE or --count N", "send"),
		Entry("no number of an export", "how many? Use --count N", "export"),
		Entry("two numbers", "choose one", "send", "--from", "x", "--count", "1"),
		Entry("a number and a file, though the number is 0", "choose one", "participants", "--from", "x", "--count", "0"),
		Entry("a skip without a file", "--skip needs --from", "participants", "--count", "5", "--skip", "1"),
		Entry("a page size that is too large", "--page-size is 1 to 200", "export", "--count", "5", "--page-size", "201"),
	)
})

var _ = Describe("A bulk command", func() {
	It("says how long it takes before it starts, if it has to wait", func() {
		server := chattest.NewServer(GinkgoTB(), api.Watch(nil))
		alice := shellOf(server)
		alice.Env["ACSCHAT_THREAD"] = alice.CreateThread(server, "Plan")
		session := alice.Start("message", "send", "--from", alice.File("history", lines(12)...))
		Eventually(func() []chattest.Request { return server.Requests(chattest.SendChatMessage) }).Should(HaveLen(10))
		session.Interrupt()
		r := alice.Wait(session).Ends(3, "interrupted")
		Expect(r.Err).To(MatchRegexp(`^12 messages: 12 requests, 10s at least, until [0-9:]{8}\. The limit is 10 in 10s per thread to send, .*\n`))

		r = alice.Run("message", "send", "--from", alice.File("few", lines(3)...), "--unpaced")
		Expect(r.OK()).To(Equal("Sent 3 messages.\n"))
		Expect(strings.Contains(r.Err, "requests")).To(BeFalse())
	})
})
