// Command acschat works on Azure Communication Services chat from a terminal. Run "acschat demo" first: it needs no setup.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
)

func main() {
	p := cli.Process{
		Args: os.Args[1:], Getenv: os.Getenv, ConfigDir: os.UserConfigDir, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
	}
	os.Exit(withSignals(p))
}

// withSignals runs a command line with a context that the first interrupt ends. The second ends the process.
func withSignals(p cli.Process) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	signal.Ignore(syscall.SIGPIPE) // a closed pipe is an error of the write: see cli.Stdout
	return run(ctx, p)
}

// run runs a command line and returns the exit code.
func run(ctx context.Context, p cli.Process) int {
	t := newTool(p)
	cmd, err := t.root.ExecuteContextC(ctx)
	return t.report(cmd, err)
}
