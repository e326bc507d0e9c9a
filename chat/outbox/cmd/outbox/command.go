package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/acschat/acs-chat-go/chat/redact"
)

// The exit codes, which are those of acschat.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

const help = `Sends the messages of an outbox to Azure Communication Services chat, and shows
the messages that are in it.

Usage:
  outbox work     send messages until SIGTERM or an interrupt
  outbox list     show messages, those that failed for example
  outbox retry    send failed messages again
  outbox fail     give up pending messages, which the later ones wait for
  outbox version  print the version, and where the source of River is

The database is --database URL, or DATABASE_URL in the environment, which other
users do not see in the list of processes:

  postgres://USER:PASSWORD@HOST:5432/DATABASE   search_path=SCHEMA selects a
                                                schema, pool_max_conns=N limits
                                                the connections
  sqlite:FILE                                   such as sqlite:shop.db

Exit codes: 0 success, 1 failure, 2 usage error.
Use "outbox COMMAND --help" for more about a command.
`

// usageError is an invalid command line, or a setting that is missing.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func misuse(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// run runs a command line and returns the exit code.
func (t *tool) run(ctx context.Context, args []string) int {
	err := t.dispatch(ctx, args)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return exitDone
	}
	fmt.Fprintln(t.stderr, "outbox: "+oneLine(strings.TrimPrefix(err.Error(), "outbox: ")))
	if _, ok := errors.AsType[*usageError](err); ok {
		return exitUsage
	}
	return exitFailed
}

func (t *tool) dispatch(ctx context.Context, args []string) error {
	name := "help"
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	switch name {
	case "work":
		return t.work(ctx, args)
	case "list":
		return t.list(ctx, args)
	case "retry":
		return t.retry(ctx, args)
	case "fail":
		return t.fail(ctx, args)
	case "version", "--version", "-version":
		return t.version(args)
	case "help", "--help", "-help", "-h":
		_, err := io.WriteString(t.stdout, help)
		return err
	}
	return misuse("there is no command %q: use work, list, retry, fail, version or help", name)
}

// parse parses the flags of a command. With --help it prints the text and returns flag.ErrHelp.
func (t *tool) parse(f *flag.FlagSet, args []string, text string) error {
	f.SetOutput(io.Discard)
	err := f.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		_, failed := io.WriteString(t.stdout, text)
		return cmp.Or(failed, err)
	case err != nil:
		return misuse("%v: outbox %s --help lists the flags", err, f.Name())
	case f.NArg() > 0:
		return misuse("unexpected argument %q: outbox %s --help lists the flags", f.Arg(0), f.Name())
	}
	return nil
}

// oneLine is a text of a database or of the service for a terminal, without secrets.
func oneLine(text string) string {
	return printable(redact.Text(strings.Join(strings.Fields(text), " ")))
}
