package main_test

import (
	"sync/atomic"

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
	return shellOn(nil, topic)
}

// shellOn is shellIn for a service with options.
func shellOn(options *chattest.Options, topic string) (server *chattest.Server, sh *clitest.Shell, thread string) {
	GinkgoHelper()
	server = chattest.NewServer(GinkgoTB(), api.Watch(options))
	sh = shellOf(server)
	thread = createThread(sh, topic)
	return server, sh.With("ACSCHAT_THREAD", thread), thread
}

// interruptedAt returns options of a service that interrupts the command sent on begun at the nth request of an operation: after the
// request took effect and before it is answered.
func interruptedAt(op chattest.Operation, nth int32, begun <-chan *clitest.Command) *chattest.Options {
	var requests atomic.Int32
	return &chattest.Options{OnRequest: func(q chattest.Request) {
		if q.Operation == op && requests.Add(1) == nth {
			(<-begun).Interrupt()
		}
	}}
}
