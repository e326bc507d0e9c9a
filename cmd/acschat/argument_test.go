package main_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

var _ = Describe("The argument or flag that names a resource", func() {
	var server *chattest.Server
	var alice, admin *clitest.Shell

	BeforeEach(func() {
		server, alice, _ = shellIn("Plans")
		admin = shellWithKey(server)
	})

	DescribeTable("is given once and is not empty",
		func(words string, args ...string) {
			before := len(server.Requests())
			for _, sh := range []*clitest.Shell{alice, admin.With("ACSCHAT_USER", alice.User.ID)} {
				Expect(sh.Run(args...).Ends(2, words, "Usage: acschat "+args[0]).Out).To(BeEmpty())
			}
			Expect(server.Requests()).To(HaveLen(before))
		},
		Entry(nil, `the argument "a" and --thread name the same thing: use one of them`, "thread", "get", "a", "--thread", "b"),
		Entry(nil, `the argument "a" and --user name the same thing: use one of them`, "token", "issue", "a", "--user", "b"),
		Entry(nil, "which one? Name it as the argument or with --message-id", "message", "get"),
		Entry(nil, `invalid argument "": it is empty`, "thread", "update", "", "--topic", "x"),
		Entry(nil, `invalid argument "": it is empty`, "thread", "delete", "", "--yes"),
		Entry(nil, `invalid argument "": it is empty`, "message", "delete", "", "--yes"),
		Entry(nil, `invalid argument "": it is empty`, "receipt", "send", ""),
		Entry(nil, `invalid argument "": it is empty`, "token", "issue", ""),
		Entry(nil, `invalid argument "": it is empty`, "user", "delete", "", "--yes"),
		Entry(nil, `--thread" flag: it is empty: is the shell variable set?`, "message", "send", "--thread", "", "x"),
		Entry(nil, `--as" flag: it is empty`, "thread", "list", "--as", ""),
		Entry(nil, `--endpoint" flag: it is empty`, "thread", "list", "--endpoint="),
		Entry(nil, `--out" flag: it is empty`, "token", "issue", "--out", ""),
		Entry(nil, `--out" flag: it is empty`, "thread", "export", "--out", ""),
		Entry(nil, `--from" flag: it is empty`, "message", "send", "--from", "", "x"),
		Entry(nil, `--from" flag: it is empty`, "participant", "add", "--from", "", "8:acs:x"),
		Entry(nil, `--from" flag: it is empty`, "thread", "create", "--from", ""),
		Entry(nil, `--idempotency-token" flag: it is empty`, "thread", "create", "--idempotency-token", ""),
		Entry(nil, `--from-format" flag: it is empty`, "message", "send", "--from", "x", "--from-format", ""),
		Entry(nil, `--forward-schema" flag: it is empty`, "listen", "--forward-to", "http://localhost:1", "--forward-schema", ""),
		Entry(nil, `"" is not a raw id`, "thread", "create", ""),
		Entry(nil, `"" is not a raw id`, "participant", "add", "--user", ""),
		Entry(nil, "acschat user delete takes at most one argument, but got 2", "user", "delete", "a", "b"),
		Entry(nil, "acschat trigger takes at most one argument, but got 2", "trigger", "a", "b"),
	)
})
