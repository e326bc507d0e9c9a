package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// sqliteInstructions say how to open a file so that a worker and the program can write at the same time.
const sqliteInstructions = `open it with sql.Open("sqlite", "file:NAME?_txlock=immediate&_pragma=journal_mode(wal)&_pragma=busy_timeout(10000)") of modernc.org/sqlite`

// checkSQLite returns the path of the database, "" for one in memory.
func checkSQLite(db *sql.DB) (path string, err error) {
	ctx := context.Background() //nolint:forbidigo // the constructor takes no context: a file answers at once
	conn, err := db.Conn(ctx)
	if err != nil {
		return "", fmt.Errorf("open the SQLite database: %w", err)
	}
	defer func() { _ = conn.Close() }() // back to the pool
	var journal string
	var timeout int
	if err := conn.QueryRowContext(ctx, "SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&path); err != nil {
		return "", fmt.Errorf("db is not a SQLite database, or cannot be read: %w", err)
	}
	if err := conn.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&journal); err != nil {
		return "", fmt.Errorf("read the journal mode of the SQLite database: %w", err)
	}
	if err := conn.QueryRowContext(ctx, "PRAGMA busy_timeout").Scan(&timeout); err != nil {
		return "", fmt.Errorf("read the busy timeout of the SQLite database: %w", err)
	}
	immediate, err := beginsImmediately(ctx, conn)
	switch {
	case err != nil:
		return "", fmt.Errorf("begin a transaction of the SQLite database: %w", err)
	case path == "" && db.Stats().MaxOpenConnections != 1:
		return "", errors.New("the SQLite database is in memory, so that each connection has another one: call db.SetMaxOpenConns(1), or use a file")
	case path != "" && !strings.EqualFold(journal, "wal"):
		return "", fmt.Errorf("the SQLite database has the journal mode %s instead of wal: %s", journal, sqliteInstructions)
	case timeout <= 0:
		return "", fmt.Errorf("the SQLite connection has no busy timeout: %s", sqliteInstructions)
	case !immediate:
		return "", fmt.Errorf("the transactions of the SQLite connection are not immediate: %s", sqliteInstructions)
	}
	return path, nil
}

// beginsImmediately reports whether a transaction has the write lock from its beginning. SQLite refuses a checkpoint in a transaction that
// has a lock; a deferred one has none before its first statement.
func beginsImmediately(ctx context.Context, conn *sql.Conn) (bool, error) {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer func() { _ = tx.Rollback() }() // it changes nothing
	_, err = tx.ExecContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)")
	return err != nil, nil
}
