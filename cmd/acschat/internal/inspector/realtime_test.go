package inspector_test

import (
	"net/url"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/realtime"
)

var _ = Describe("Real time on the page", func() {
	var (
		d          *desk
		alice, bob chattest.User
	)

	BeforeEach(func() {
		d = newDesk(nil)
		DeferCleanup(d.Close)
		alice, bob = d.NewUser(), d.NewUser()
	})

	It("has the connections, their registrations and how many events each was sent", func(ctx SpecContext) {
		Expect(d.page("/")).To(ContainSubstring("No client is connected."))
		client := d.Client(alice)
		listener, err := realtime.Listen(ctx, client, nil)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(listener.Close)
		d.thread(alice, "First")
		Eventually(func() string { return d.page("/") }).Should(And(ContainSubstring(">registered<"), ContainSubstring("· 1 sent ·")))
		Expect(d.page("/?user=" + url.QueryEscape(bob.ID))).To(ContainSubstring("No client is connected."))
	})

	It("has the latest events, of the chosen thread and to the chosen user", func() {
		Expect(d.page("/")).To(ContainSubstring("No events yet."))
		first := strings.TrimPrefix(d.thread(alice, "First"), "/chat/threads/")
		d.send(bob, d.thread(bob, "Second"), "x", "")
		Expect(d.page("/")).To(And(ContainSubstring(">chatMessageReceived<"), ContainSubstring("3 of 3"), ContainSubstring("to 1 user<")))
		Expect(d.page("/?thread=" + url.QueryEscape(first))).To(And(ContainSubstring(">chatThreadCreated<"), Not(ContainSubstring(">chatMessageReceived<"))))
		Expect(d.page("/?user=" + url.QueryEscape(alice.ID))).To(And(ContainSubstring(">chatThreadCreated<"), Not(ContainSubstring(">chatMessageReceived<"))))
	})

	It("shows the last 20 events", func() {
		thread := d.thread(alice, "First")
		for range 30 {
			d.send(alice, thread, "x", "")
		}
		Expect(d.page("/")).To(ContainSubstring("20 of 31"))
		Expect(d.Events()).To(HaveLen(31))
	})
})
