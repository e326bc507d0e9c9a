package main_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

var _ = Describe("user", func() {
	var server *chattest.Server
	var admin *clitest.Shell

	BeforeEach(func() {
		server = chattest.NewServer(GinkgoTB(), api.Watch(nil))
		admin = shellWithKey(server)
	})

	It("creates users", func() {
		Expect(admin.Run("user", "create").OK()).To(MatchRegexp(`^User +8:acs:\S+\n$`))
		var made struct{ Identity struct{ ID string } }
		admin.Run("user", "create", "-o", "json").Into(&made)
		Expect(admin.Run("thread", "list", "--as", made.Identity.ID).Lines()).To(HaveLen(1))
	})

	It("deletes users if confirmed", func() {
		user := server.NewUser()
		admin.Run("user", "delete", user.ID).Ends(2, "--yes")
		Expect(admin.Run("user", "delete", user.ID, "--yes").OK()).To(Equal("Deleted user " + user.ID + ".\n"))
		admin.Run("thread", "list", "--as", user.ID).Ends(1)
		admin.Run("user", "delete", "--yes").Ends(2, "which one?")
		admin.Run("user", "delete", "--user", server.NewUser().ID, "--yes", "-o", "json").OK()
	})
})
