// Command acschat works on Azure Communication Services chat from a terminal. Run "acschat demo" first: it needs nothing.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(run()) }

// run is the tool from the command line to the exit code. The first interrupt ends the work in good order, the second at once.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	signal.Ignore(syscall.SIGPIPE) // a reader who has gone is an error of the write: see stdout

	t := newTool()
	cmd, err := t.root.ExecuteContextC(ctx)
	return t.report(cmd, err)
}
