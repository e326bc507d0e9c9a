package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/outbox"
)

const listHelp = `Shows the messages of an outbox, by thread and in the order in which they are
sent. The text of a message is shown with --output json only.

Usage:
  outbox list [flags]

Examples:
  outbox list --database sqlite:shop.db --state failed
  outbox list --thread 19:… --output json | jq '.[].error'

Flags:
  --database URL       the database [$DATABASE_URL]: outbox help
  --state STATE        pending, sent or failed
  --thread ID          messages of one thread
  --limit N            the most messages, 0 for all (default 100)
  -o, --output FORMAT  table, json, or jsonl: one object per line
`

const listPage = 500

func (t *tool) list(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("list", flag.ContinueOnError)
	var (
		from   = addDatabase(f)
		state  = f.String("state", "", "")
		thread = f.String("thread", "", "")
		limit  = f.Int("limit", 100, "")
		format = addFormat(f)
	)
	if err := t.parse(f, args, listHelp); err != nil {
		return err
	}
	states := []outbox.State{"", outbox.Pending, outbox.Sent, outbox.Failed}
	switch {
	case !slices.Contains(states, outbox.State(*state)):
		return misuse("--state must be pending, sent or failed")
	case *limit < 0:
		return misuse("--limit must not be negative")
	}
	db, err := t.open(ctx, *from, false)
	if err != nil {
		return err
	}
	defer db.close()
	entries, more, err := entriesOf(ctx, db, outbox.ListOptions{State: outbox.State(*state), ThreadID: *thread}, *limit)
	if err != nil {
		return advised(err)
	}
	if err := t.show(*format, entries); err != nil || *format != formatTable {
		return err
	}
	counts, err := db.Counts(ctx)
	if err != nil {
		return err
	}
	if more {
		fmt.Fprintln(t.stderr, "outbox: there are more messages: --limit 0 shows all")
	}
	fmt.Fprintf(t.stderr, "outbox: in all threads %d pending, %d sent, %d failed\n", counts[outbox.Pending], counts[outbox.Sent], counts[outbox.Failed])
	return nil
}

// entriesOf reads the messages page by page, up to a limit, 0 for none. more reports whether there are others.
func entriesOf(ctx context.Context, db *database, options outbox.ListOptions, limit int) (entries []outbox.Entry, more bool, err error) {
	for {
		options.Limit = listPage
		if limit > 0 {
			options.Limit = min(listPage, limit+1-len(entries))
		}
		page, err := db.List(ctx, &options)
		if err != nil {
			return nil, false, err
		}
		entries = append(entries, page...)
		if limit > 0 && len(entries) > limit {
			return entries[:limit], true, nil
		}
		if len(page) < options.Limit {
			return entries, false, nil
		}
		last := page[len(page)-1]
		options.AfterThread, options.AfterSeq = last.ThreadID, last.Seq
	}
}

// show prints messages.
func (t *tool) show(format string, entries []outbox.Entry) error {
	if format != formatTable {
		objects := make([]any, len(entries))
		for i, e := range entries {
			objects[i] = objectOf(e)
		}
		return t.writeJSON(format, objects)
	}
	rows := [][]string{{"THREAD", "SEQ", "STATE", "USER", "KEY", "ENQUEUED", "SETTLED", "FAILURES", "MESSAGE", "ERROR"}}
	for _, e := range entries {
		rows = append(rows, []string{
			e.ThreadID, strconv.FormatInt(e.Seq, 10), string(e.State), e.User.RawID(), e.Key, timeText(e.EnqueuedOn), timeText(e.SettledOn),
			strconv.Itoa(e.Failures), e.MessageID, errorText(e.Err),
		})
	}
	return t.writeTable(rows)
}

// entryObject is a message in JSON.
type entryObject struct {
	ThreadID          string            `json:"threadId"`
	Seq               int64             `json:"seq"`
	State             outbox.State      `json:"state"`
	User              string            `json:"user"`
	Key               string            `json:"key"`
	Content           string            `json:"content"`
	Type              chat.MessageType  `json:"type,omitempty"`
	SenderDisplayName string            `json:"senderDisplayName,omitempty"`
	Metadata          map[string]string `json:"metadata,omitempty"`
	EnqueuedOn        time.Time         `json:"enqueuedOn"`
	SettledOn         time.Time         `json:"settledOn,omitzero"`
	MessageID         string            `json:"messageId,omitempty"`
	Failures          int               `json:"failures"`
	Error             string            `json:"error,omitempty"`
	Status            int               `json:"status,omitempty"` // of the response that is the error
}

func objectOf(e outbox.Entry) entryObject {
	o := entryObject{
		ThreadID: e.ThreadID, Seq: e.Seq, State: e.State, User: e.User.RawID(), Key: e.Key, Content: e.Content, Type: e.Type,
		SenderDisplayName: e.SenderDisplayName, Metadata: e.Metadata, EnqueuedOn: e.EnqueuedOn, SettledOn: e.SettledOn,
		MessageID: e.MessageID, Failures: e.Failures, Error: errorText(e.Err),
	}
	if service, ok := errors.AsType[*chat.Error](e.Err); ok {
		o.Status = service.StatusCode
	}
	return o
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return oneLine(err.Error())
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format(time.DateTime)
}
