package main_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("user", func() {
	var server *chattest.Server
	var admin *shell

	BeforeEach(func() {
		server = chattest.NewServer(GinkgoTB(), nil)
		admin = shellWithKey(server)
	})

	It("makes users", func() {
		Expect(admin.run("user", "create").ok()).To(MatchRegexp(`^User +8:acs:\S+\n$`))
		var made struct{ Identity struct{ ID string } }
		admin.run("user", "create", "-o", "json").into(&made)
		Expect(admin.run("thread", "list", "--as", made.Identity.ID).lines()).To(HaveLen(1))
	})

	It("deletes them when confirmed", func() {
		user := server.NewUser()
		admin.run("user", "delete", user.ID).ends(2, "--yes")
		Expect(admin.run("user", "delete", user.ID, "--yes").ok()).To(Equal("Deleted user " + user.ID + ".\n"))
		admin.run("thread", "list", "--as", user.ID).ends(1)
		admin.run("user", "delete", "--yes").ends(2, "which one?")
		admin.run("user", "delete", "--user", server.NewUser().ID, "--yes", "-o", "json").ok()
	})
})
