package tui_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/tui"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/tui/tuitest"
)

const ctrlC = "\x03"

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

var _ = Describe("Run", func() {
	var server *chattest.Server
	var r *room
	var terminal *tuitest.Terminal
	var before tuitest.Settings
	var options tui.Options

	BeforeEach(func() {
		server = chattest.NewServer(GinkgoTB(), nil)
		r = newRoom(server.Service, "Release 4.2")
		terminal = tuitest.New(GinkgoTB(), 100, 24)
		terminal.Print("$ acschat chat\r\n")
		before = terminal.Settings()
		options = r.options()
		options.Input, options.Output = terminal.TTY(), terminal.TTY()
	})

	type outcome struct {
		unsent []tui.Unsent
		err    error
	}
	run := func(ctx context.Context) chan outcome {
		ended := make(chan outcome, 1)
		go func() {
			unsent, err := tui.Run(ctx, options)
			ended <- outcome{unsent, err}
		}()
		return ended
	}

	It("takes the terminal, and gives it back as it was when the person leaves", func(ctx SpecContext) {
		ended := run(ctx)
		Eventually(terminal.Screen).Should(ContainSubstring("Release 4.2 · 2: Alice (you), Bob"))
		during := terminal.Settings()
		Expect(during.AlternateScreen).To(BeTrue())
		Expect(during).NotTo(Equal(before))
		Expect(during.Line).NotTo(Equal(before.Line))
		terminal.Type(ctrlC)
		Eventually(ended).Should(Receive(Equal(outcome{})))
		Eventually(terminal.Settings).Should(Equal(before))
		Expect(terminal.Screen()).To(HavePrefix("$ acschat chat\n\n"))
	})

	It("gives it back when its context ends, which is no error", func(ctx SpecContext) {
		within, stop := context.WithCancel(ctx)
		ended := run(within)
		Eventually(terminal.Screen).Should(ContainSubstring("The thread begins here."))
		stop()
		Eventually(ended).Should(Receive(Equal(outcome{})))
		Eventually(terminal.Settings).Should(Equal(before))
		Expect(terminal.Screen()).To(HavePrefix("$ acschat chat\n\n"))
	})

	It("returns what was written and not sent", func(ctx SpecContext) {
		server.Fail(chattest.SendChatMessage, chattest.Fault{Status: http.StatusForbidden})
		ended := run(ctx)
		Eventually(terminal.Screen).Should(ContainSubstring("The thread begins here."))
		terminal.Type("important\r")
		Eventually(terminal.Screen).Should(ContainSubstring("✗ Not sent"))
		terminal.Type(ctrlC)
		Eventually(terminal.Screen).Should(ContainSubstring("Leave all the same?"))
		terminal.Type("y")
		var o outcome
		Eventually(ended).Should(Receive(&o))
		Expect(o.err).NotTo(HaveOccurred())
		Expect(o.unsent).To(HaveLen(1))
		Expect(o.unsent[0].ThreadID).To(Equal(r.id))
		Expect(o.unsent[0].Text).To(Equal("important"))
		Expect(o.unsent[0].Reason).To(ContainSubstring("403"))
	})

	It("does not touch the terminal when nobody could chat", func(ctx SpecContext) {
		server.Revoke(r.alice)
		credential, err := chat.NewStaticTokenCredential(server.Token(server.ForeignUser(), 0))
		Expect(err).NotTo(HaveOccurred())
		client, err := chat.NewClient(server.Endpoint(), credential, server.ClientOptions())
		Expect(err).NotTo(HaveOccurred())
		options.Service = tui.Over(client, "")
		_, err = tui.Run(ctx, options)
		Expect(err).To(MatchError(chat.ErrUnauthorized))
		Expect(terminal.Written()).To(BeEmpty())
		Expect(terminal.Settings()).To(Equal(before))
	})

	It("gives the terminal back before it tells of a panic", func() {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), panics+"=1", "TERM=xterm-256color")
		terminal.Run(cmd)
		Eventually(terminal.Written).Should(MatchRegexp(`(?s)\x1b\[\?1049h.*\x1b\[\?1049l.*Run returned: panic: this is a bug\r\n.*buggy\.Messages`))
		Expect(cmd.Wait()).To(Succeed())
		Eventually(terminal.Settings).Should(Equal(before))
	})
})
