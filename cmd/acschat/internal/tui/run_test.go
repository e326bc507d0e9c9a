package tui_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/tui"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/tui/tuitest"
)

// panics names the variable that makes the suite the program that panics.
const panics = "TUI_TEST_PANICS"

// panicking chats on stdin and stdout, over a service that has a bug.
func panicking() {
	_, err := tui.Run(context.Background(), tui.Options{Service: buggy{}, Thread: "19:thread"})
	fmt.Println("Run returned:", err)
}

// buggy has no messages, and panics.
type buggy struct{ tui.Service }

func (buggy) Threads(context.Context, string) (chat.Page[chat.ThreadItem], error) {
	return chat.Page[chat.ThreadItem]{Last: true}, nil
}

func (buggy) Topic(context.Context, string) (string, error) { return "Release 4.2", nil }

func (buggy) People(context.Context, string) ([]chat.Participant, error)   { return nil, nil }
func (buggy) Receipts(context.Context, string) ([]chat.ReadReceipt, error) { return nil, nil }

func (buggy) Messages(context.Context, string, string) (chat.Page[chat.Message], error) {
	panic("this is a bug")
}

// What Run does while all is well is held where the tool is, by specs that run it as people do.
var _ = Describe("Run", func() {
	It("gives the terminal back before it tells of a panic", func() {
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
