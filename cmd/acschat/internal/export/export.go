// Package export writes a thread to files, and continues an export that was interrupted.
package export

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/limits"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/bulk"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// maxPageSize is the most messages in a page of the service.
const maxPageSize = 200

// Export writes a thread to a directory.
type Export struct {
	Thread  *chat.ThreadClient
	Limiter *limits.Limiter // of the client, nil for none
	Grace   time.Duration   // how long a request may take after an interrupt

	dir      string
	html     bool
	follows  bool
	pageSize int

	state    state
	messages *growingFile
	work     *bulk.Work
}

// AddFlags adds the flags of an export. --unpaced sets unpaced, for the session.
func (x *Export) AddFlags(cmd *cobra.Command, unpaced *bool) {
	f := cmd.Flags()
	f.Var((*flags.Filled)(&x.dir), "out", "`DIR` to write to")
	f.BoolVar(&x.html, "html", false, "write an HTML page too")
	f.BoolVarP(&x.follows, "follow", "f", false, "then go on appending what changes to changes.jsonl")
	f.BoolVar(unpaced, "unpaced", false, "do not wait for the rate limits")
	f.IntVar(&x.pageSize, "page-size", maxPageSize, "at most `N` messages per request")
}

// Check rejects invalid flags.
func (x *Export) Check() error {
	if x.dir == "" {
		return cli.Misuse("where to? Name a directory with --out DIR; it is created if necessary")
	}
	if x.pageSize < 1 || x.pageSize > maxPageSize {
		return cli.Misuse("--page-size is 1 to %d", maxPageSize)
	}
	return nil
}

// Run runs the export to its end, and then follows the thread if that is asked for. If the export is interrupted, the error is a
// PartialError that tells how to continue.
func (x *Export) Run(ctx context.Context, o *show.Output) error {
	release, err := lockDirectory(x.dir)
	if err != nil {
		return err
	}
	defer release()
	if !x.follows {
		_, err := x.export(ctx, o)
		return err
	}
	written, err := x.completed()
	if err == nil && written == nil {
		written, err = x.export(ctx, o)
	}
	if err != nil {
		return err
	}
	return x.follow(ctx, o, *written)
}

// export runs the export to its end.
func (x *Export) export(ctx context.Context, o *show.Output) (*manifest, error) {
	resumed, err := x.open()
	if err != nil {
		return nil, err
	}
	x.work = &bulk.Work{Grace: x.Grace, Noun: "messages", Batch: x.pageSize, Limiter: x.Limiter}
	if resumed {
		if err := o.Done("Continuing after %s.", show.Count(x.state.Messages, "message")); err != nil {
			return nil, err
		}
	}
	written, err := x.run(ctx, o)
	x.work.Progress.End()
	if err != nil {
		return nil, x.stopped(err)
	}
	if o.Format != show.Table {
		return &written, o.Object(written)
	}
	return &written, o.Done("Exported %s of %s to %s.", show.Count(x.state.Messages, "message"), show.Count(x.state.Participants, "participant"), x.dir)
}

// run does the steps that are left. Each step is saved in the state, so that the next run continues after it.
func (x *Export) run(ctx context.Context, o *show.Output) (manifest, error) {
	if !x.state.Begun {
		if err := x.begin(ctx); err != nil {
			return manifest{}, err
		}
	}
	w := x.work
	w.Total, w.Done, w.Skip = max(x.state.Total, x.state.Messages), x.state.Messages, x.state.Messages
	if err := w.Announce(ctx, o, bulk.ListMessages, "message"); err != nil {
		return manifest{}, err
	}
	w.Progress = o.NewProgress(w.Noun, w.Total, w.Skip)
	for !x.state.Listed {
		if err := x.nextPage(ctx); err != nil {
			return manifest{}, err
		}
	}
	if !x.state.CaughtUp {
		if err := x.catchUp(ctx); err != nil {
			return manifest{}, err
		}
	}
	return x.finish()
}

// stopped adds how to continue to an error, if there is something to continue.
func (x *Export) stopped(cause error) error {
	if cli.IsMisuse(cause) || !x.state.Begun {
		return cause
	}
	err := &cli.PartialError{
		Summary: "exported " + show.Count(x.state.Messages, "message") + " so far",
		Next:    "The same command continues the export.",
		Cause:   cause,
	}
	if x.state.Total > 0 {
		err.Summary = fmt.Sprintf("exported %d of about %s so far", x.state.Messages, show.Count(x.state.Total, "message"))
	}
	if errors.Is(cause, chat.ErrForbidden) || errors.Is(cause, chat.ErrNotFound) {
		err.Next = "Once you are in the thread again, the same command continues the export. Why it is refused: acschat doctor --thread " + x.Thread.ThreadID()
	}
	return err
}
