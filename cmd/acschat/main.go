// Command acschat works on Azure Communication Services chat from a terminal. Run "acschat demo" first: it needs no setup.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	p := process{Args: os.Args[1:], Getenv: os.Getenv, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	os.Exit(withSignals(p.run))
}

// withSignals runs f with a context that the first interrupt ends. The second ends the process.
func withSignals(f func(context.Context) int) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	signal.Ignore(syscall.SIGPIPE) // a closed pipe is an error of the write: see cli.Stdout
	return f(ctx)
}

// process is what a command gets from the operating system.
type process struct {
	Args           []string
	Getenv         func(name string) string
	Stdin          io.Reader
	Stdout, Stderr io.Writer
}

// run runs a command line and returns the exit code.
func (p process) run(ctx context.Context) int {
	t := newTool(p)
	cmd, err := t.root.ExecuteContextC(ctx)
	return t.report(cmd, err)
}
