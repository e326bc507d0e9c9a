package main_test

import (
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

// offers returns what the shell is offered for the last word of a command line.
func offers(sh *clitest.Shell, words ...string) []string {
	GinkgoHelper()
	r := sh.Run(append([]string{"__complete"}, words...)...).Ends(0)
	lines := strings.Split(strings.TrimSuffix(r.Out, "\n"), "\n")
	return lines[:len(lines)-1] // the last one is for the shell
}

// usage returns the line of a command's help that lists its arguments.
func usage(sh *clitest.Shell, command string) string {
	GinkgoHelper()
	_, help, _ := strings.Cut(sh.Run(append(strings.Fields(command), "--help")...).OK(), "\nUsage:\n  acschat ")
	line, _, _ := strings.Cut(help, "\n")
	return line
}

var _ = Describe("Completion", func() {
	var server *chattest.Server
	var alice, bob *clitest.Shell
	var thread, message string

	BeforeEach(func() {
		server, alice, thread = shellIn("Plans")
		bob = alice.Member(server, thread, "Bob")
		var sent struct{ ID string }
		alice.Run("message", "send", "Canary is green.", "-o", "json").Into(&sent)
		message = sent.ID
	})

	It("offers threads, messages and users for every argument that names one", func() {
		named := map[string]string{"THREAD": thread + "\tPlans", "MESSAGE": message + "\tCanary is green.", "USER": bob.User.ID + "\tBob"}
		argument := regexp.MustCompile(`^ \[?(THREAD|MESSAGE|USER)\b`)
		var completed []string
		for _, command := range leaves(alice) {
			if first := argument.FindStringSubmatch(strings.TrimPrefix(usage(alice, command), command)); first != nil {
				Expect(offers(alice, append(strings.Fields(command), "")...)).To(ContainElement(named[first[1]]), command)
				completed = append(completed, command)
			}
		}
		Expect(completed).To(ConsistOf(
			"thread get", "thread update", "thread delete", "thread export", "typing", "listen", "chat",
			"message get", "message update", "message delete", "receipt send",
			"participant add", "participant remove", "thread create", "user delete", "token issue", "token revoke",
		))
	})

	DescribeTable("offers values of flags that name a thread, a message or a user",
		func(offer func() string, command ...string) {
			Expect(offers(alice, append(command, "")...)).To(ContainElement(offer()))
		},
		Entry(nil, func() string { return thread + "\tPlans" }, "message", "list", "--thread"),
		Entry(nil, func() string { return thread + "\tPlans" }, "message", "get", "1780000000000", "--thread"),
		Entry(nil, func() string { return message + "\tCanary is green." }, "message", "get", "--message-id"),
		Entry(nil, func() string { return bob.User.ID + "\tBob" }, "participant", "add", "8:acs:x", "--user"),
		Entry(nil, func() string { return bob.User.ID + "\tBob" }, "participant", "remove", "--user"),
		Entry(nil, func() string { return bob.User.ID + "\tBob" }, "thread", "create", "--participant"),
		Entry(nil, func() string { return bob.User.ID + "\tBob" }, "user", "delete", "--user"),
		Entry(nil, func() string { return bob.User.ID + "\tBob" }, "thread", "list", "--as"),
	)

	It("offers nothing after the last argument, and no user twice", func() {
		Expect(offers(alice, "thread", "get", thread, "")).To(BeEmpty())
		Expect(offers(alice, "message", "update", message, "")).To(BeEmpty())
		Expect(offers(alice, "user", "delete", bob.User.ID, "")).To(BeEmpty())
		createThread(alice, "More plans", bob.User.ID+"=Bob")
		Expect(offers(alice, "participant", "add", "")).To(ConsistOf(alice.User.ID, bob.User.ID+"\tBob"))
		Expect(offers(alice, "participant", "add", bob.User.ID+"=Robert", "")).To(ConsistOf(alice.User.ID))
	})

	It("offers the users of the threads of --as with a connection string, and none without a user", func() {
		admin := shellWithKey(server)
		Expect(offers(admin, "user", "delete", "--as", alice.User.ID, "")).To(ContainElement(bob.User.ID + "\tBob"))
		Expect(offers(admin.With("ACSCHAT_USER", alice.User.ID), "token", "revoke", "")).To(ContainElement(bob.User.ID + "\tBob"))
		Expect(offers(admin, "user", "delete", "")).To(BeEmpty())
	})

	It("offers the users of threads that can be read if others cannot", func() {
		createThread(alice, "Other plans")
		server.Fail(chattest.ListChatParticipants, chattest.Fault{Status: 403, Times: 1})
		Expect(offers(alice, "user", "delete", "")).To(ContainElement(bob.User.ID + "\tBob"))
	})

	It("removes control characters from descriptions", func() {
		thread := createThread(alice, "Release\x1b]0;pwned\x07")
		Expect(offers(alice, "message", "list", "--thread", "")).To(ContainElement(thread + "\tRelease^[]0;pwned^G"))
	})
})
