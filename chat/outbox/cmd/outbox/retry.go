package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"github.com/acschat/acs-chat-go/chat/outbox"
)

const retryHelp = `Makes failed messages pending again. A worker sends them before the other
pending messages of their thread.

Usage:
  outbox retry [flags]

Examples:
  outbox retry --thread 19:… --key order-17
  outbox retry --database sqlite:shop.db --all

Flags:
  --database URL       the database [$DATABASE_URL]: outbox help
  --thread ID          failed messages of this thread
  --key KEY            only those with this key
  --all                failed messages of all threads
  -o, --output FORMAT  table, json or jsonl
`

func (t *tool) retry(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("retry", flag.ContinueOnError)
	var (
		from   = addDatabase(f)
		thread = f.String("thread", "", "")
		key    = f.String("key", "", "")
		all    = f.Bool("all", false, "")
		format = addFormat(f)
	)
	if err := t.parse(f, args, retryHelp); err != nil {
		return err
	}
	switch {
	case *all && (*thread != "" || *key != ""):
		return misuse("--all retries the messages of all threads: leave out --thread and --key")
	case !*all && *thread == "":
		return misuse("which messages? Use --thread ID, with --key KEY for one message, or --all")
	}
	db, err := t.open(ctx, *from, false)
	if err != nil {
		return err
	}
	defer db.close()
	threads := []string{*thread}
	if *all {
		if threads, err = failedThreads(ctx, db); err != nil {
			return advised(err)
		}
	}
	retried := 0
	for _, id := range threads {
		n, err := db.Retry(ctx, id, *key)
		if err != nil {
			return advised(err)
		}
		retried += n
	}
	if retried == 0 && !*all {
		return errors.New("there is no such failed message: outbox list --state failed shows them")
	}
	if *format != formatTable {
		return t.writeJSONObject(*format, map[string]int{"retried": retried})
	}
	_, err = fmt.Fprintf(t.stdout, "Messages that are pending again: %d\n", retried)
	return err
}

// failedThreads returns the threads with failed messages.
func failedThreads(ctx context.Context, db *database) ([]string, error) {
	failed, _, err := entriesOf(ctx, db, outbox.ListOptions{State: outbox.Failed}, 0)
	if err != nil {
		return nil, err
	}
	var threads []string
	for _, e := range failed { // by thread
		if len(threads) == 0 || threads[len(threads)-1] != e.ThreadID {
			threads = append(threads, e.ThreadID)
		}
	}
	return threads, nil
}
