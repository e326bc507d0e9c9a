// Command outbox sends the messages of an outbox, and shows those that are in it. See the README of the module for how to run it.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process
	code := (&tool{getenv: os.Getenv, stdout: os.Stdout, stderr: os.Stderr}).run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// tool is what a command gets from the operating system.
type tool struct {
	getenv         func(name string) string
	stdout, stderr io.Writer
}
