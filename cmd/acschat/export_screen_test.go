//go:build unix

package main_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("thread export on a terminal", func() {
	It("shows how far it is, and takes that away in the end", func() {
		c := newConversation(18)
		held := c.Fail(chattest.ListChatMessages, chattest.Fault{Nth: 3, Delay: time.Hour})
		screen := on(c.alice, nothing, c.arguments(c.dir("out"))...)
		Eventually(screen).Should(gbytes.Say(`\(10/21\) messages`))
		screen.types("\x03") // Ctrl-C
		Eventually(screen).Should(gbytes.Say(`exported 10 of about 21 messages so far: interrupted`))
		Expect(screen.end()).To(Equal(3))
		held.Remove()

		screen = on(c.alice, nothing, c.arguments(c.dir("out"))...)
		Eventually(screen).Should(gbytes.Say(`Going on behind 10 messages\.`))
		Eventually(screen).Should(gbytes.Say(`\(20/21\) messages`))
		Eventually(screen).Should(gbytes.Say(`\x1b\[2K\r?Exported 21 messages of 2 participants to`))
		Expect(screen.end()).To(BeZero())
	})
})
