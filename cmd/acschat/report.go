package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/redact"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

// The exit codes.
const (
	exitDone    = 0
	exitFailed  = 1
	exitMisuse  = 2
	exitPartial = 3
)

// usageError is a command line that can't be followed, or something that is not set.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func misuse(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// partialError says that a part was done. Its cause is nil where the rest was refused piece by piece.
type partialError struct {
	summary string
	refused []string // what was not done and why, one a line
	next    string   // how to go on; empty where nothing is left to do
	cause   error
}

func (e *partialError) Error() string {
	if e.cause == nil {
		return e.summary
	}
	return e.summary + ": " + inWords(e.cause)
}

func (e *partialError) Unwrap() error { return e.cause }

// advisedError is an error for which a command knows better what to do than its kind tells.
type advisedError struct {
	error
	next string
}

func (e *advisedError) Unwrap() error { return e.error }

// report prints what went wrong and what to do about it, and turns it into the exit code.
func (t *tool) report(cmd *cobra.Command, err error) int {
	switch {
	case err == nil:
		err = t.stdout.failed
	case !t.running:
		err = misuse("%s", err)
	}
	if err == nil || errors.Is(err, errReaderGone) {
		return exitDone
	}
	say := func(text string) { // errors have no secrets, but an argument in the wrong place may be one
		_, _ = io.WriteString(cmd.ErrOrStderr(), redact.Text(harmless.Text(text))+"\n")
	}
	say("acschat: " + inWords(err))
	partial, isPartial := errors.AsType[*partialError](err)
	if isPartial {
		for _, line := range partial.refused {
			say("  " + line)
		}
	}
	if next := nextStep(cmd, err); next != "" {
		say(next)
	}
	switch {
	case isPartial:
		return exitPartial
	case isMisuse(err):
		return exitMisuse
	}
	return exitFailed
}

// inWords is an error for somebody who knows the tool and not its insides.
func inWords(err error) string {
	_, partial := errors.AsType[*partialError](err)
	if errors.Is(err, context.Canceled) && !partial && !errors.Is(err, chat.ErrOutcomeUnknown) {
		return "interrupted"
	}
	return err.Error()
}

func isMisuse(err error) bool {
	_, usage := errors.AsType[*usageError](err)
	_, argument := errors.AsType[*chat.ArgumentError](err)
	return usage || argument
}
