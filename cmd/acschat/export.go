package main

import (
	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/export"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
)

func newThreadExport(t *tool) *cobra.Command {
	var thread session.ThreadFlag
	x := &export.Export{Grace: t.process.GraceOrDefault()}
	cmd := &cobra.Command{
		Use:   "export THREAD --out DIR",
		Short: "Write a thread to files, and continue an interrupted export",
		Long: `Write a thread to a directory, one JSON object of the service per line:

  thread.jsonl        the thread
  participants.jsonl  the participants
  receipts.jsonl      the read receipts
  messages.jsonl      the messages, including system messages and deleted ones,
                      in the order of the service: the latest change first
  thread.html         with --html: a page without scripts and external files
  manifest.json       the number of objects, size and SHA-256 of each file;
                      it is written last

The export is a snapshot of its start: later messages are not in it. A message
that is edited or deleted meanwhile is in it once, in the old or the new form;
if it has moved in the list, it is at the end.

With --follow, the changes since the start of the export are then appended to
changes.jsonl, one event and its cursor per line, until it is interrupted. The
same command continues after the last line, and skips an export that is
complete. A message has the id of the one in messages.jsonl that it replaces.

After an interrupt, even a kill, the same command of the same user continues
the export without gaps or duplicates. Incomplete files have the suffix .part;
the progress is in export-state.json. The published rate limits allow 200 pages
of 200 messages per minute.`,
		Example: `  acschat thread export 19:… --out release
  acschat thread export 19:… --out release --html && open release/thread.html
  acschat thread export 19:… --out release --output json | \
      jq -r '.files[] | "\(.sha256)  \(.name)"' | (cd release && sha256sum -c)`,
		Args: flags.Takes("thread"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := x.Check(); err != nil {
				return err
			}
			client, err := thread.Client(cmd.Context())
			if err != nil {
				return err
			}
			x.Thread, x.Limiter = client, t.session.Limiter()
			return x.Run(cmd.Context(), &t.output)
		},
	}
	thread.AddTo(cmd, &t.session)
	flags.CompleteArgument(cmd, t.session.CompleteThreads)
	x.AddFlags(cmd, &t.session.Unpaced)
	return cmd
}
