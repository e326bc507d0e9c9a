package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/realtime"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

func newListen(t *tool) *cobra.Command {
	var thread session.ThreadFlag
	var forward forwarding
	cmd := &cobra.Command{
		Use:   "listen [THREAD]",
		Short: "Print events as they happen",
		Long: `Print what happens in your threads, or in one of them, as it happens: messages,
typing, read receipts, threads and participants. It ends with an interrupt.

Lost connections are reported on stderr, and from when on events may be
missing: message list --start-time reads on from there. Microsoft documents the
channel for browsers and apps only, and its protocol not at all: it was tried
against the emulator, never against the live service.

With --forward-to, events are delivered to a program on this machine as Event
Grid does: after its handshake, each at least once, again after a failure. They
are those of the thread level, such as ChatMessageReceivedInThread: a program
that handles only the user level, such as ChatMessageReceived, does nothing with
them. The answers are printed in place of the events.`,
		Example: `  acschat listen
  acschat listen --as 8:acs:… --forward-to http://localhost:3000/events
  acschat listen --thread 19:… --output jsonl | jq -r .message.content.message`,
		Args: flags.Takes("thread"),
		RunE: func(cmd *cobra.Command, _ []string) error { return t.listen(cmd, thread.Named(), &forward) },
	}
	forward.addFlags(cmd)
	thread.AddTo(cmd, &t.session)
	flags.CompleteArgument(cmd, t.session.CompleteThreads)
	return cmd
}

// listen prints or forwards the events of a thread, or of all for "", until it is interrupted.
func (t *tool) listen(cmd *cobra.Command, thread string, forward *forwarding) error {
	client, err := t.session.Chat(cmd.Context())
	if err != nil {
		return err
	}
	if forward.url == "" && cmd.Flags().Changed("forward-schema") {
		return cli.Misuse("--forward-schema needs --forward-to")
	}
	if thread != "" { // the connection is that of the user: for a misspelt id it would be silent
		if _, err := client.ThreadClient(thread).GetProperties(cmd.Context()); err != nil {
			return err
		}
	}
	ctx, fail := context.WithCancelCause(cmd.Context())
	defer fail(nil)
	connection := connectionReport{cmd: cmd}
	out := show.NewListing(&t.output, eventView())
	handle := func(event events.Event) error { return out.Write([]events.Event{event}) }
	if forward.url != "" {
		add, wait, err := forward.start(ctx, t, &connection, fail)
		if err != nil {
			return err
		}
		defer wait()
		defer fail(nil)
		handle = add
	}
	listener, err := realtime.Listen(ctx, client, &realtime.Options{OnStateChange: connection.changed})
	if err != nil {
		return err
	}
	defer listener.Close()
	stop := context.AfterFunc(ctx, func() { listener.Close() })
	defer stop()
	for event, err := range listener.Events() {
		if err != nil {
			return err
		}
		if gap, ok := event.(events.Gap); ok {
			connection.say("events since %s may be missing", gap.LastHeard.Format(time.RFC3339))
			continue
		}
		if thread != "" && event.EventHeader().ThreadID != thread {
			continue
		}
		if err := handle(event); err != nil {
			return err
		}
	}
	if cmd.Context().Err() != nil {
		return nil // an interrupt is the normal end
	}
	return context.Cause(ctx)
}

// connectionReport reports the state of the connection on stderr.
type connectionReport struct {
	cmd *cobra.Command
	mu  sync.Mutex // guards stderr
}

func (r *connectionReport) changed(change realtime.StateChange) {
	switch {
	case change.State == realtime.StateListening:
		r.say("listening")
	case change.RetryIn > 0:
		r.say("connecting again in %s: %s", change.RetryIn.Round(time.Millisecond), harmless.Line(change.Cause.Error()))
	}
}

func (r *connectionReport) say(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintf(r.cmd.ErrOrStderr(), "acschat: "+format+"\n", args...)
}
