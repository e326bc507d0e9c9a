package main

import (
	"context"
	"errors"

	"github.com/acschat/acs-chat-go/chat/outbox"
)

const retryHelp = `Makes failed messages pending again. They keep their places in the order of
their threads.

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
	c, err := t.choose("retry", args, retryHelp)
	if err != nil {
		return err
	}
	switch {
	case *c.all && (*c.thread != "" || *c.key != ""):
		return misuse("--all retries the messages of all threads: leave out --thread and --key")
	case !*c.all && *c.thread == "":
		return misuse("which messages? Use --thread ID, with --key KEY for one message, or --all")
	}
	db, err := t.open(ctx, *c.database, false)
	if err != nil {
		return err
	}
	defer db.close()
	threads := []string{*c.thread}
	if *c.all {
		if threads, err = failedThreads(ctx, db); err != nil {
			return advised(err)
		}
	}
	retried := 0
	for _, id := range threads {
		n, err := db.Retry(ctx, id, *c.key)
		if err != nil {
			return advised(err)
		}
		retried += n
	}
	if retried == 0 && !*c.all {
		return errors.New("there is no such failed message: outbox list --state failed shows them")
	}
	return t.showCount(*c.format, "retried", "Messages that are pending again", retried)
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
