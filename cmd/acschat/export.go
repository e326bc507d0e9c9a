package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/bulk"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/pace"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

func newThreadExport(t *tool) *cobra.Command {
	var thread session.ThreadFlag
	x := &export{}
	cmd := &cobra.Command{
		Use:   "export THREAD --out DIR",
		Short: "Write a thread with all that is in it to files, and go on where it was interrupted",
		Long: `Write a thread to a directory, with the names of the service, one JSON object a line:

  thread.jsonl        the thread itself
  participants.jsonl  who is in it
  receipts.jsonl      how far everybody has read
  messages.jsonl      the messages, those of the service and deleted ones too, as the service lists them: the latest change first
  thread.html         with --html: the conversation as a page to read, which needs nothing else and runs nothing
  manifest.json       how many there are, and the size and SHA-256 of each file; it is written last

The export is of the thread as of its start. Messages that come later are not in it. One that is edited or deleted while it runs is in
it once, as it was or as it has become; where it has moved in the list meanwhile, it stands at the end.

Interrupted, even killed, it goes on with the same command, as the same user, without a gap or a double: the files are those of an
export that nobody interrupted. Until it is complete they have the suffix .part, and export-state.json says how far it is.
It reads no faster than the service's published limits allow, 200 pages of 200 messages a minute.`,
		Example: `  acschat thread export 19:… --out release
  acschat thread export 19:… --out release --html && open release/thread.html
  acschat thread export 19:… --out release --output json | jq -r '.files[] | "\(.sha256)  \(.name)"' | (cd release && sha256sum -c)`,
		Args: flags.Takes("thread"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if x.dir == "" {
				return cli.Misuse("where to? Name a directory with --out DIR; it is made if it is not there")
			}
			if x.pageSize < 1 || x.pageSize > mostMessages {
				return cli.Misuse("--page-size is 1 to %d", mostMessages)
			}
			client, err := thread.Client(cmd.Context())
			if err != nil {
				return err
			}
			x.thread = client
			return t.export(cmd, x)
		},
	}
	thread.AddTo(cmd, &t.session)
	f := cmd.Flags()
	f.Var((*flags.Filled)(&x.dir), "out", "`DIR` to write to")
	f.BoolVar(&x.html, "html", false, "write a page to read as well")
	f.IntVar(&x.pageSize, "page-size", mostMessages, "`N` messages a request at most")
	return cmd
}

// mostMessages is how many the service gives in a page.
const mostMessages = 200

// export is the writing of a thread to a directory, as far as it is.
type export struct {
	thread   *chat.ThreadClient
	dir      string
	html     bool
	pageSize int

	state    exportState
	messages *growingFile
	bulk     *bulk.Work
}

// export runs one to its end, or to where it has to stop.
func (t *tool) export(cmd *cobra.Command, x *export) error {
	resumed, err := x.open()
	if err != nil {
		return err
	}
	x.bulk = &bulk.Work{Grace: t.grace, Noun: "messages", Batch: x.pageSize, Pacer: pace.ListMessages()}
	if resumed {
		if err := t.output.Done("Going on behind %s.", show.Count(x.state.Messages, "message")); err != nil {
			return err
		}
	}
	written, err := x.run(cmd.Context(), &t.output)
	x.bulk.Progress.End()
	if err != nil {
		return x.stopped(err)
	}
	if t.output.Format != show.Table {
		return t.output.Object(written)
	}
	return t.output.Done("Exported %s of %s to %s.", show.Count(x.state.Messages, "message"), show.Count(x.state.Participants, "participant"), x.dir)
}

// run does what is left to do. After each step the state says so, and a next run begins behind it.
func (x *export) run(ctx context.Context, o *show.Output) (manifest, error) {
	if !x.state.Begun {
		if err := x.begin(ctx); err != nil {
			return manifest{}, err
		}
	}
	b := x.bulk
	b.Total, b.Done, b.Skip = max(x.state.Total, x.state.Messages), x.state.Messages, x.state.Messages
	b.Progress = o.NewProgress(b.Noun, b.Total, b.Skip)
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

// stopped says how to go on, where there is something to go on with.
func (x *export) stopped(cause error) error {
	if cli.IsMisuse(cause) || !x.state.Begun {
		return cause
	}
	err := &cli.PartialError{
		Summary: "exported " + show.Count(x.state.Messages, "message") + " so far",
		Next:    "The same command goes on from there.",
		Cause:   cause,
	}
	if x.state.Total > 0 {
		err.Summary = fmt.Sprintf("exported %d of about %s so far", x.state.Messages, show.Count(x.state.Total, "message"))
	}
	if errors.Is(cause, chat.ErrForbidden) || errors.Is(cause, chat.ErrNotFound) {
		err.Next = "Once you are in the thread again, the same command goes on from there. Why it is refused: acschat doctor --thread " + x.thread.ThreadID()
	}
	return err
}
