package clitest

import (
	"context"
	"io"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega/gbytes"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
)

// Command is a command that runs in this process. It satisfies gexec.Exiter and gbytes.BufferProvider.
type Command struct {
	Out, Err *gbytes.Buffer

	interrupt context.CancelFunc
	code      atomic.Int64 // -1 until it ends
}

func start(tool Tool, p cli.Process) *Command {
	ctx, cancel := context.WithCancel(context.Background())
	c := &Command{Out: gbytes.NewBuffer(), Err: gbytes.NewBuffer(), interrupt: cancel}
	c.code.Store(-1)
	p.Stdout, p.Stderr = io.MultiWriter(c.Out, GinkgoWriter), io.MultiWriter(c.Err, GinkgoWriter)
	go func() {
		defer GinkgoRecover()
		c.code.Store(int64(tool(ctx, p)))
	}()
	return c
}

// Interrupt does what Ctrl-C does.
func (c *Command) Interrupt() *Command {
	c.interrupt()
	return c
}

// ExitCode returns -1 while the command runs.
func (c *Command) ExitCode() int { return int(c.code.Load()) }

// Buffer returns stdout.
func (c *Command) Buffer() *gbytes.Buffer { return c.Out }

func (c *Command) result() Result {
	return Result{string(c.Out.Contents()), string(c.Err.Contents()), c.ExitCode()}
}
