package main_test

import (
	. "github.com/onsi/ginkgo/v2"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
	main "github.com/acschat/acs-chat-go/cmd/acschat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

func emptyShell() *clitest.Shell { return clitest.Empty(main.Run) }

func shellOf(server *chattest.Server) *clitest.Shell { return clitest.Of(main.Run, server) }

func shellWithKey(server *chattest.Server) *clitest.Shell { return clitest.WithKey(main.Run, server) }

// shellIn returns a shell of a new user of a new service, with a thread named by the environment.
func shellIn(topic string) (server *chattest.Server, sh *clitest.Shell, thread string) {
	GinkgoHelper()
	server = chattest.NewServer(GinkgoTB(), api.Watch(nil))
	sh = shellOf(server)
	thread = createThread(sh, topic)
	return server, sh.With("ACSCHAT_THREAD", thread), thread
}
