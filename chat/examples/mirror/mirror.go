// Package mirror keeps a copy of a chat thread in a SQL database, SQLite for example: to search it, or to join it with other data.
package mirror

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/feed"
)

const schema = `
CREATE TABLE IF NOT EXISTS messages (
	thread TEXT, id TEXT, version TEXT, type TEXT, sender TEXT, text TEXT, created TIMESTAMP, deleted BOOLEAN, PRIMARY KEY (thread, id)
);
CREATE TABLE IF NOT EXISTS positions (thread TEXT PRIMARY KEY, cursor TEXT);`

const upsert = `INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (thread, id)
	DO UPDATE SET version = excluded.version, text = excluded.text, deleted = excluded.deleted`

const advance = `INSERT INTO positions VALUES (?, ?) ON CONFLICT (thread) DO UPDATE SET cursor = excluded.cursor`

// Thread copies a thread until ctx ends. It continues where an earlier call was, however that one ended: a change and its cursor are
// committed together. Call it in one process at a time. After [feed.ErrCursorTooOld], which means that the user was not in the thread for a
// while, remove the position: the next call copies again what is visible.
func Thread(ctx context.Context, db *sql.DB, thread *chat.ThreadClient) error {
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return fmt.Errorf("create the tables: %w", err)
	}
	var cursor feed.Cursor
	err := db.QueryRowContext(ctx, `SELECT cursor FROM positions WHERE thread = ?`, thread.ThreadID()).Scan(&cursor)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read the position: %w", err)
	}
	for change, err := range feed.Watch(ctx, thread, &feed.Options{From: cursor}) {
		if err != nil {
			return err
		}
		if err := apply(ctx, db, thread.ThreadID(), change); err != nil {
			return fmt.Errorf("apply a change: %w", err)
		}
	}
	return nil
}

func apply(ctx context.Context, db *sql.DB, thread string, change feed.Change) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // without effect after the commit
	if m := change.Message; m != nil {
		sender := ""
		if m.Sender != nil {
			sender = m.Sender.RawID()
		}
		text := m.Content.Message + m.Content.Topic
		_, err = tx.ExecContext(ctx, upsert, thread, m.ID, m.Version, string(m.Type), sender, text, m.CreatedOn, !m.DeletedOn.IsZero())
		if err != nil {
			return err
		}
	}
	if _, err = tx.ExecContext(ctx, advance, thread, string(change.Cursor)); err != nil {
		return err
	}
	return tx.Commit()
}
