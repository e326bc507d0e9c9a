// Package tui is a full-screen chat in a terminal: a list of the user's threads, and one open thread with its history, its
// participants and a line to write in.
//
// The Model handles messages and draws views. It calls the service in commands, through a Service. Text of other users is made safe
// for the terminal where it is drawn.
//
// A live connection says at once what others do. What it says is shown or makes the model poll earlier; polling alone decides what
// has been read, goes on slowly beside the connection, and takes its place without one.
package tui

import (
	"context"
	"fmt"
	"os"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/acschat/acs-chat-go/chat"
)

// Options configure a chat.
type Options struct {
	// Service is required.
	Service Service
	// Self is the user. If it is nil, only the service decides which messages the user may change.
	Self chat.Identifier
	// Thread is opened first. If it is empty, the user chooses one.
	Thread string
	// Interval is how often new messages are polled without a live connection. 0 is two seconds.
	Interval time.Duration
	// Quiet sends no typing notifications and no read receipts.
	Quiet bool
}

// Unsent is a message that was not sent, or may not have been.
type Unsent struct {
	ThreadID string
	Text     string
	Reason   string
}

// Run runs the chat on the terminal of the process until the user leaves it or ctx ends, which is not an error. It restores the
// terminal, even after a panic, and returns the messages that were not sent. It returns the errors of [New], and an error if the
// terminal cannot be used.
func Run(ctx context.Context, options Options) ([]Unsent, error) {
	asking, stop := context.WithCancel(ctx)
	defer stop() // cancels requests in progress
	model, err := New(asking, options)
	if err != nil {
		return nil, err
	}
	defer model.Close()
	program := tea.NewProgram(model, tea.WithoutSignalHandler()) // a signal ends ctx
	// Quit, not a kill, lets the program read the terminal's pending responses.
	stay := context.AfterFunc(ctx, program.Quit)
	defer stay()
	_, err = program.Run()
	// After a suspension, terminals with one cursor per screen hide the shell's.
	_, _ = os.Stdout.WriteString(ansi.SetModeTextCursorEnable)
	if err != nil {
		return model.unsent(), fmt.Errorf("chat: %w", err)
	}
	return model.unsent(), model.broken
}
