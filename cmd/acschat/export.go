package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/pace"
)

func newThreadExport(t *tool) *cobra.Command {
	var thread threadFlag
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
		Args: takes("thread"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if x.dir == "" {
				return misuse("where to? Name a directory with --out DIR; it is made if it is not there")
			}
			if x.pageSize < 1 || x.pageSize > mostMessages {
				return misuse("--page-size is 1 to %d", mostMessages)
			}
			client, err := t.thread(cmd, thread)
			if err != nil {
				return err
			}
			x.thread = client
			return t.export(cmd, x)
		},
	}
	thread.addTo(cmd, t)
	flags := cmd.Flags()
	flags.Var((*filled)(&x.dir), "out", "`DIR` to write to")
	flags.BoolVar(&x.html, "html", false, "write a page to read as well")
	flags.IntVar(&x.pageSize, "page-size", mostMessages, "`N` messages a request at most")
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
	bulk     *bulk
}

// export runs one to its end, or to where it has to stop.
func (t *tool) export(cmd *cobra.Command, x *export) error {
	resumed, err := x.open()
	if err != nil {
		return err
	}
	x.bulk = &bulk{noun: "messages", batch: x.pageSize, pacer: listingPacer()}
	if resumed {
		if err := t.output.done(cmd, "Going on behind %s.", messages(x.state.Messages)); err != nil {
			return err
		}
	}
	written, err := x.run(cmd.Context(), &t.output)
	x.bulk.progress.end()
	if err != nil {
		return x.stopped(err)
	}
	if t.output.format != formatTable {
		return t.output.object(cmd.OutOrStdout(), written)
	}
	return t.output.done(cmd, "Exported %s of %s to %s.", messages(x.state.Messages), people(x.state.Participants), x.dir)
}

// listingPacer knows the published limits of listing messages, of a user in a thread.
func listingPacer() *pace.Pacer {
	return pace.New(pace.Limit{Count: 50, Per: 10 * time.Second}, pace.Limit{Count: 200, Per: time.Minute})
}

// run does what is left to do. After each step the state says so, and a next run begins behind it.
func (x *export) run(ctx context.Context, o *output) (manifest, error) {
	if !x.state.Begun {
		if err := x.begin(ctx); err != nil {
			return manifest{}, err
		}
	}
	b := x.bulk
	b.total, b.done, b.skip = max(x.state.Total, x.state.Messages), x.state.Messages, x.state.Messages
	b.progress = o.newProgress(b)
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
	if isMisuse(cause) || !x.state.Begun {
		return cause
	}
	err := &partialError{
		summary: "exported " + messages(x.state.Messages) + " so far",
		next:    "The same command goes on from there.",
		cause:   cause,
	}
	if x.state.Total > 0 {
		err.summary = fmt.Sprintf("exported %d of about %s so far", x.state.Messages, messages(x.state.Total))
	}
	if errors.Is(cause, chat.ErrForbidden) || errors.Is(cause, chat.ErrNotFound) {
		err.next = "Once you are in the thread again, the same command goes on from there. Why it is refused: acschat doctor --thread " + x.thread.ThreadID()
	}
	return err
}
