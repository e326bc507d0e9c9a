// Package tui is a chat on a whole terminal: the threads of a user at a side, one of them open, with its history, its people and a
// place to write.
//
// The Model takes messages and makes views, and does nothing else: what it wants to know or to have done it asks for in commands,
// which go through a Service. Text of other people is made harmless where it is drawn: see plain.
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

// Options say whose chat it is, and where.
type Options struct {
	// Service is what the chat works through. It must be set.
	Service Service
	// Self is the user. Nil: not known; then the service alone decides which messages they may change.
	Self chat.Identifier
	// Thread is open at first. Empty: the person chooses one.
	Thread string
	// Interval is between two looks for new messages. 0: two seconds.
	Interval time.Duration
	// Quiet tells the others neither that the user types nor what they have read.
	Quiet bool
}

// Unsent is a message that somebody has written and that is not, or not surely, in the thread.
type Unsent struct {
	ThreadID string
	Text     string
	Reason   string
}

// Run shows the chat on the terminal of the process until the person leaves it or ctx ends, which is no error, and gives the
// terminal back as it was, also after a panic. It returns what was written and has not been sent. It fails as [New] does, before the
// terminal is touched, and when the terminal can't be used.
func Run(ctx context.Context, options Options) ([]Unsent, error) {
	asking, stop := context.WithCancel(ctx)
	defer stop() // requests that are under way end with the chat
	model, err := New(asking, options)
	if err != nil {
		return nil, err
	}
	program := tea.NewProgram(model, tea.WithoutSignalHandler()) // a signal ends ctx
	// Leaving by the program's own way out, instead of having it killed, lets it read what the terminal still answers.
	stay := context.AfterFunc(ctx, program.Quit)
	defer stay()
	_, err = program.Run()
	// Where each screen has a cursor of its own, that of the shell's is left hidden after a suspension.
	_, _ = os.Stdout.WriteString(ansi.SetModeTextCursorEnable)
	if err != nil {
		return model.unsent(), fmt.Errorf("chat: %w", err)
	}
	return model.unsent(), model.broken
}
