package main

import (
	"context"
	"errors"
)

const failHelp = `Gives up pending messages, so that the later messages of their thread are sent.
They are kept as failed. A message that is being sent can still arrive.

Usage:
  outbox fail [flags]

Examples:
  outbox fail --thread 19:… --key order-17

Flags:
  --database URL       the database [$DATABASE_URL]: outbox help
  --thread ID          the thread
  --key KEY            the pending messages with this key
  --all                all pending messages of the thread
  -o, --output FORMAT  table, json or jsonl
`

func (t *tool) fail(ctx context.Context, args []string) error {
	c, err := t.choose("fail", args, failHelp)
	if err != nil {
		return err
	}
	switch {
	case *c.thread == "" || *c.key == "" && !*c.all:
		return misuse("which messages? Use --thread ID with --key KEY, or with --all for all pending messages of the thread")
	case *c.key != "" && *c.all:
		return misuse("--all gives up all pending messages of the thread: leave out --key")
	}
	db, err := t.open(ctx, *c.database, false)
	if err != nil {
		return err
	}
	defer db.close()
	failed, err := db.Fail(ctx, *c.thread, *c.key)
	if err != nil {
		return advised(err)
	}
	if failed == 0 {
		return errors.New("there is no such pending message: outbox list --state pending shows them")
	}
	return t.showCount(*c.format, "failed", "Messages that are given up", failed)
}
