//go:build unix

package tui_test

import (
	"os"
	"os/exec"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/tui/tuitest"
)

// The specs of the chat command cover the rest of Run.
var _ = Describe("Run", func() {
	It("restores the terminal before it reports a panic", func() {
		terminal := tuitest.New(GinkgoTB(), 100, 24)
		before := terminal.Settings()
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), panics+"=1", "TERM=xterm-256color")
		terminal.Run(cmd)
		Expect(terminal.Wait(cmd)).To(Equal(0))
		Expect(terminal.Written()).To(MatchRegexp(`(?s)\x1b\[\?1049h.*\x1b\[\?1049l.*Run returned: panic: this is a bug\r\n.*buggy\.Messages`))
		Expect(terminal.Settings()).To(Equal(before))
	})
})
