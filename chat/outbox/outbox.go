package outbox

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"github.com/acschat/acs-chat-go/chat"
)

// Outbox contains messages that are to be sent, in a database with transactions of type Tx. It is safe for concurrent use. It does not
// close the database. The zero value is not usable; use one of the constructors. The errors of its methods are those of the database,
// unless they say otherwise, and match [ErrNotMigrated] if it has no tables of the outbox.
type Outbox[Tx any] struct {
	db   *backend[Tx]
	jobs *river.Client[Tx] // only inserts
}

// NewPostgres returns an outbox in a Postgres database, in the schema that is first in the search path of its connections. A nil pool is an
// [*chat.ArgumentError].
func NewPostgres(pool *pgxpool.Pool) (*Outbox[pgx.Tx], error) {
	if pool == nil {
		return nil, &chat.ArgumentError{Name: "pool", Reason: "must not be nil"}
	}
	return newOutbox(pgxBackend(pool, riverpgxv5.New(pool)))
}

// NewDatabaseSQL returns an outbox in a Postgres database over database/sql, as [NewPostgres] does. Workers find new messages by polling
// only. A nil handle and one of a SQLite driver are each an [*chat.ArgumentError].
func NewDatabaseSQL(db *sql.DB) (*Outbox[*sql.Tx], error) {
	if db == nil {
		return nil, &chat.ArgumentError{Name: "db", Reason: "must not be nil"}
	}
	if strings.Contains(strings.ToLower(fmt.Sprintf("%T", db.Driver())), "sqlite") { // without a connection
		return nil, &chat.ArgumentError{Name: "db", Reason: "is of a SQLite driver: use NewSQLite"}
	}
	b := sqlBackend(db, &postgres, riverdatabasesql.New(db), &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	b.lock = func(ctx context.Context, id string) (processLock, error) {
		conn, err := db.Conn(ctx)
		if err != nil {
			return nil, err
		}
		return lockSession(ctx, sqlSession{conn, &postgres}, id, func() {
			// The lock ends with the connection, so that it does not go back to the pool.
			_ = conn.Raw(func(any) error { return driver.ErrBadConn })
			_ = conn.Close()
		})
	}
	return newOutbox(b)
}

// NewSQLite returns an outbox in a SQLite database. It fails with instructions unless the connections of db have the WAL journal mode, a
// busy timeout and immediate transactions; a database in memory must be limited to one connection. With modernc.org/sqlite, open it with
//
//	sql.Open("sqlite", "file:shop.db?_txlock=immediate&_pragma=journal_mode(wal)&_pragma=busy_timeout(10000)")
//
// A nil handle is an [*chat.ArgumentError].
func NewSQLite(db *sql.DB) (*Outbox[*sql.Tx], error) {
	if db == nil {
		return nil, &chat.ArgumentError{Name: "db", Reason: "must not be nil"}
	}
	path, err := checkSQLite(db)
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	b := sqlBackend(db, &sqlite, riversqlite.New(db), nil)
	b.lock = func(context.Context, string) (processLock, error) { return lockFile(path) }
	if path == "" {
		working := new(sync.Mutex)
		b.lock = func(context.Context, string) (processLock, error) { return lockMemory(working) }
	}
	return newOutbox(b)
}

func newOutbox[Tx any](b *backend[Tx]) (*Outbox[Tx], error) {
	jobs, err := river.NewClient(b.driver, &river.Config{Logger: slog.New(slog.DiscardHandler)}) // errors are returned
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	return &Outbox[Tx]{db: b, jobs: jobs}, nil
}
