//go:build unix

package main_test

import (
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("thread export on a terminal", func() {
	It("shows its progress and clears it at the end", func(ctx SpecContext) {
		server, alice, thread := shellIn("Plans")
		for range 19 {
			_, err := server.Client(alice.User).ThreadClient(thread).SendMessage(ctx, "text", nil)
			Expect(err).NotTo(HaveOccurred())
		}
		args := []string{"thread", "export", "--out", filepath.Join(alice.Dir, "out"), "--page-size", "5"}
		held := server.Fail(chattest.ListChatMessages, chattest.Fault{Nth: 3, Delay: time.Hour})
		screen := on(alice, nothing, args...)
		Eventually(screen).Should(gbytes.Say(`\(10/21\) messages`))
		screen.types("\x03") // Ctrl-C
		Eventually(screen).Should(gbytes.Say(`exported 10 of about 21 messages so far: interrupted`))
		Expect(screen.end()).To(Equal(3))
		held.Remove()

		screen = on(alice, nothing, args...)
		Eventually(screen).Should(gbytes.Say(`Continuing after 10 messages\.`))
		Eventually(screen).Should(gbytes.Say(`\(20/21\) messages`))
		Eventually(screen).Should(gbytes.Say(`\x1b\[2K\r?Exported 21 messages of 1 participant to`))
		Expect(screen.end()).To(BeZero())
	})
})
