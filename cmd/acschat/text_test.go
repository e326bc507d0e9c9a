package main_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

var _ = Describe("Text that is not UTF-8", func() {
	const latin1 = "caf\xe9"

	var server *chattest.Server
	var alice *clitest.Shell

	BeforeEach(func() { server, alice, _ = shellIn("Plans") })

	// refused runs a command and expects that it sends no request and reports why.
	refused := func(sh *clitest.Shell, why string, args ...string) {
		GinkgoHelper()
		before := len(server.Requests())
		r := sh.Run(args...).Ends(2, why, "\nUsage: acschat "+args[0])
		Expect(r.Out).To(BeEmpty())
		Expect(server.Requests()).To(HaveLen(before))
	}

	DescribeTable("is rejected on the command line",
		func(why string, args ...string) { refused(alice, why, args...) },
		Entry("as the argument", "acschat: the text is not UTF-8\n", "message", "send", "At", latin1),
		Entry("as --content", `"caf\xe9" for "--content" flag: it is not UTF-8`, "message", "send", "--content", latin1),
		Entry("as the new --content", `--content" flag: it is not UTF-8`, "message", "update", "1780000000000", "--content", latin1),
		Entry("as metadata", `--metadata" flag: it is not UTF-8`, "message", "send", "--metadata", "place="+latin1, "x"),
		Entry("as the display name of a sender", `--display-name" flag: it is not UTF-8`, "message", "send", "--display-name", latin1, "x"),
		Entry("as the display name of a typing indicator", `--display-name" flag: it is not UTF-8`, "typing", "send", "--display-name", latin1),
		Entry("as the display name of a participant", `--display-name" flag: it is not UTF-8`, "participant", "add", "8:acs:x", "--display-name", latin1),
		Entry("as the display name after a user", `"8:acs:x=caf\xe9" is not UTF-8`, "participant", "add", "8:acs:x="+latin1),
		Entry("as a topic", `--topic" flag: it is not UTF-8`, "thread", "create", "--topic", latin1),
		Entry("as the new topic", `--topic" flag: it is not UTF-8`, "thread", "update", "19:x", "--topic", latin1),
	)

	DescribeTable("is rejected in a file, with the line number, before anything is sent",
		func(name string, lines []string, args ...string) {
			file := alice.File(name, lines...)
			refused(alice, "acschat: "+file+", line 3: it is not UTF-8\n", append(args, "--from", file)...)
		},
		Entry("of lines", "history", []string{"one", "", latin1, "four"}, "message", "send"),
		Entry("of objects", "history.jsonl", []string{`{"content":"one"}`, "", `{"content":"` + latin1 + `"}`}, "message", "send"),
		Entry("of people", "people.csv", []string{"id,name", "8:acs:a,Ana", "8:acs:b," + latin1}, "participant", "add"),
	)

	It("is rejected from stdin, with the line number", func() {
		refused(alice.Pipe("one\n"+latin1), "acschat: stdin, line 2: it is not UTF-8\n", "message", "send")
		refused(alice.Pipe(latin1), "acschat: stdin, line 1: it is not UTF-8\n", "message", "send", "--content", "-")
		refused(alice.Pipe(latin1), "acschat: stdin, line 1: it is not UTF-8\n", "message", "update", "1780000000000", "--content", "-")
		refused(alice.Pipe(latin1+"\ntwo"), "acschat: stdin, line 1: it is not UTF-8\n", "message", "send", "--from", "-")
	})

	It("stops messages that are sent as they arrive on stdin", func() {
		alice.Pipe("one\n"+latin1+"\nthree").Run("message", "send", "--from", "-").Ends(3, "sent 1 messages: stdin, line 2: it is not UTF-8", "--skip 1")
		Expect(server.Requests(chattest.SendChatMessage)).To(HaveLen(1))
	})
})
