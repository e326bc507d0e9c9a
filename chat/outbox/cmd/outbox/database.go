package main

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/limits"
	"github.com/acschat/acs-chat-go/chat/outbox"
)

const databaseVariable = "DATABASE_URL"

const databaseForms = "its forms are postgres://USER:PASSWORD@HOST/DATABASE and sqlite:FILE" //nolint:gosec // no credentials, but where they are written

// database is an outbox, whatever the type of its transactions is.
type database struct {
	box

	close  func()
	worker func(*chat.Fleet, *outbox.Options) (runner, error)
}

type box interface {
	Migrate(context.Context) error
	List(context.Context, *outbox.ListOptions) ([]outbox.Entry, error)
	Counts(context.Context) (map[outbox.State]int, error)
	Retry(ctx context.Context, threadID, key string) (int, error)
	Fail(ctx context.Context, threadID, key string) (int, error)
	RecordSent(context.Context, *limits.Limiter) error
}

type runner interface{ Run(context.Context) error }

func newDatabase[Tx any](o *outbox.Outbox[Tx], closeIt func()) *database {
	return &database{o, closeIt, func(fleet *chat.Fleet, options *outbox.Options) (runner, error) {
		return outbox.NewWorker(o, fleet, options)
	}}
}

func addDatabase(f *flag.FlagSet) *string { return f.String("database", "", "") }

// open opens the database of a URL, or of the environment if it is empty. create makes the file of SQLite.
func (t *tool) open(ctx context.Context, given string, create bool) (*database, error) {
	text := cmp.Or(given, t.getenv(databaseVariable))
	scheme, rest, _ := strings.Cut(text, ":")
	switch {
	case text == "":
		return nil, misuse("no database is set: use --database URL or %s; %s", databaseVariable, databaseForms)
	case scheme == "postgres" || scheme == "postgresql":
		return openPostgres(ctx, text)
	case scheme == "sqlite":
		return openSQLite(strings.TrimPrefix(rest, "//"), create)
	case isFile(text):
		return nil, misuse("the database is a URL: did you mean sqlite:%s?", text)
	}
	return nil, misuse("the URL of the database is not supported: %s", databaseForms) // it may contain a password
}

// minConnections are those of a worker for its lock, for notifications and for the sends in progress.
const minConnections = 10

func openPostgres(ctx context.Context, text string) (*database, error) {
	config, err := pgxpool.ParseConfig(text)
	if err != nil {
		return nil, misuse("the URL of the database is invalid: %v", err)
	}
	if u, err := url.Parse(text); err == nil && !u.Query().Has("pool_max_conns") {
		config.MaxConns = max(config.MaxConns, minConnections)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	o, err := outbox.NewPostgres(pool)
	if err != nil {
		pool.Close()
		return nil, err
	}
	return newDatabase(o, pool.Close), nil
}

// openSQLite opens a file. Only a new one becomes WAL, so that a file of another program is not changed.
func openSQLite(path string, create bool) (*database, error) {
	parameters := "?_txlock=immediate&_pragma=busy_timeout(10000)&mode=rw"
	if !isFile(path) {
		if !create {
			return nil, misuse("there is no file %q: name the database of your program, or create one with outbox work --migrate", path)
		}
		parameters += "c&_pragma=journal_mode(wal)"
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	file := url.URL{Scheme: "file", Path: filepath.ToSlash(absolute)}
	db, err := sql.Open("sqlite", file.String()+parameters)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	closeIt := func() { _ = db.Close() } // nothing is pending
	o, err := outbox.NewSQLite(db)
	if err != nil {
		closeIt()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return newDatabase(o, closeIt), nil
}

func isFile(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
