// Package cli holds what every command of the tool reports: usage errors, partial failures, and the exit code of each.
package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/redact"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

// The exit codes.
const (
	ExitDone    = 0
	ExitFailed  = 1
	ExitUsage   = 2
	ExitPartial = 3
)

// UsageError is an invalid command line, or a setting that is missing.
type UsageError struct{ text string }

func (e *UsageError) Error() string { return e.text }

// Misuse returns a UsageError.
func Misuse(format string, args ...any) error {
	return &UsageError{fmt.Sprintf(format, args...)}
}

// IsMisuse reports whether err is a UsageError or an argument that the library rejects.
func IsMisuse(err error) bool {
	_, usage := errors.AsType[*UsageError](err)
	_, argument := errors.AsType[*chat.ArgumentError](err)
	return usage || argument
}

// PartialError reports that a part of the work was done.
type PartialError struct {
	Summary string
	Refused []string // what was not done and why, one line each
	Next    string   // how to continue; empty if nothing is left to do
	Cause   error    // nil if only the items in Refused failed
}

func (e *PartialError) Error() string {
	if e.Cause == nil {
		return e.Summary
	}
	return e.Summary + ": " + Describe(e.Cause)
}

func (e *PartialError) Unwrap() error { return e.Cause }

// AdvisedError is an error with advice that is more specific than its kind allows.
type AdvisedError struct {
	Err  error
	Next string // what to do
}

func (e *AdvisedError) Error() string { return e.Err.Error() }
func (e *AdvisedError) Unwrap() error { return e.Err }

// Describe returns the text of an error. A cancelled context is an interrupt.
func Describe(err error) string {
	_, partial := errors.AsType[*PartialError](err)
	if errors.Is(err, context.Canceled) && !partial && !errors.Is(err, chat.ErrOutcomeUnknown) {
		return "interrupted"
	}
	return err.Error()
}

// ExitCode returns the exit code for an error.
func ExitCode(err error) int {
	_, partial := errors.AsType[*PartialError](err)
	switch {
	case err == nil:
		return ExitDone
	case partial:
		return ExitPartial
	case IsMisuse(err):
		return ExitUsage
	}
	return ExitFailed
}

// Process is what a command gets from the operating system.
type Process struct {
	Args           []string
	Getenv         func(name string) string
	Stdin          io.Reader
	Stdout, Stderr io.Writer

	// ConfigDir returns the directory for the configuration of the user, such as ~/.config. Nil means that there is none.
	ConfigDir func() (string, error)

	// System is the operating system of the reader, named as in GOOS. Empty means the one that the tool runs on.
	System string

	// Dial connects to an emulator. Nil means the network of the system.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// Grace is how long work in progress may take after an interrupt. 0 is 3 seconds.
	Grace time.Duration
}

const defaultGrace = 3 * time.Second

// SystemOrDefault returns System, or its default if it is empty.
func (p Process) SystemOrDefault() string { return cmp.Or(p.System, runtime.GOOS) }

// GraceOrDefault returns Grace, or its default if it is 0.
func (p Process) GraceOrDefault() time.Duration { return cmp.Or(p.Grace, defaultGrace) }

// Next returns what to do about a partial failure, an AdvisedError or a usage error of the command at path; "" for other errors.
func Next(err error, path string) string {
	if partial, ok := errors.AsType[*PartialError](err); ok && partial.Next != "" {
		return partial.Next
	}
	if advised, ok := errors.AsType[*AdvisedError](err); ok {
		return advised.Next
	}
	if IsMisuse(err) && !strings.Contains(err.Error(), "\n") { // several lines have said what to do
		return "Usage: " + path + " --help"
	}
	return ""
}

// Report prints an error and what to do next, and returns the exit code.
func Report(w io.Writer, err error, next string) int {
	if err == nil || errors.Is(err, ErrOutputClosed) {
		return ExitDone
	}
	say := func(text string) { // errors contain no secrets, but an argument in the wrong place may
		_, _ = io.WriteString(w, redact.Text(harmless.Text(text))+"\n")
	}
	say("acschat: " + Describe(err))
	if partial, ok := errors.AsType[*PartialError](err); ok {
		for _, line := range partial.Refused {
			say("  " + line)
		}
	}
	if next != "" {
		say(next)
	}
	return ExitCode(err)
}
