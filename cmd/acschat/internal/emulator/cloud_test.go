package emulator_test

import (
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/identity"
)

var _ = Describe("emulator --cloud", func() {
	DescribeTable("creates users and threads of a cloud",
		func(ctx SpecContext, args []string, user, thread string) {
			emulator := emulate(emptyShell(), args...)
			alice := emulator.newUser(ctx)
			Expect(alice.User.ID).To(HavePrefix(user))
			created, err := emulator.chat(alice).CreateThread(ctx, "Plans", nil)
			Expect(err).NotTo(HaveOccurred())
			Expect(created.Thread.ID).To(HavePrefix(thread))
		},
		Entry("the public one by default", nil, "8:acs:", "19:acs"),
		Entry("the public one", []string{"--cloud", "public"}, "8:acs:", "19:acs"),
		Entry("the US government's", []string{"--cloud", "gcch"}, "8:gcch-acs:", "19:gcch:"),
		Entry("the US department of defense's", []string{"--cloud", "dod"}, "8:dod-acs:", "19:dod:"),
	)

	It("keeps the users of other clouds in the data", func(ctx SpecContext) {
		data := filepath.Join(GinkgoT().TempDir(), "data")
		first := emulate(emptyShell(), "--data", data, "--cloud", "gcch")
		alice := first.newUser(ctx)
		Expect(first.stop().Code).To(Equal(0))
		second := emulate(emptyShell(), "--data", data)
		Expect(second.newUser(ctx).User.ID).To(HavePrefix("8:acs:"))
		_, err := second.identities().GetToken(ctx, alice.User, []identity.Scope{identity.ScopeChat}, nil)
		Expect(err).NotTo(HaveOccurred())
	})

	It("completes the clouds", func() {
		Expect(emptyShell().Run("__complete", "emulator", "--cloud", "").Out).To(HavePrefix("public\ngcch\ndod\n"))
	})
})
