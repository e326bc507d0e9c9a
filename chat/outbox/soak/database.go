package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/acschat/acs-chat-go/chat/outbox"
)

// database is an empty database with an outbox.
type database[Tx any] struct {
	*outbox.Outbox[Tx]

	inTx func(context.Context, func(Tx) error) error
}

// soakPostgres runs in a schema of its own.
func soakPostgres(ctx context.Context, p *plan) (err error) {
	id := strings.ToLower(rand.Text())
	conn, err := pgx.Connect(ctx, p.Postgres)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	schema := "outbox_soak_" + id
	if _, err := conn.Exec(ctx, "CREATE SCHEMA "+schema); err != nil {
		return err
	}
	defer func() {
		_, dropped := conn.Exec(ctx, "SET client_min_messages = warning; DROP SCHEMA "+schema+" CASCADE")
		err = errors.Join(err, dropped)
	}()
	u, err := url.Parse(p.Postgres)
	if err != nil {
		return err
	}
	query := u.Query()
	query.Set("search_path", schema)
	u.RawQuery = query.Encode()
	pool, err := pgxpool.New(ctx, u.String())
	if err != nil {
		return err
	}
	defer pool.Close()
	box, err := outbox.NewPostgres(pool)
	if err != nil {
		return err
	}
	d := &database[pgx.Tx]{box, func(ctx context.Context, f func(pgx.Tx) error) error { return pgx.BeginFunc(ctx, pool, f) }}
	// The keys expire within seconds.
	return soak(ctx, "Postgres", p, d, &worker{Postgres: u.String(), Redis: p.Redis, RedisPrefix: "acschat:soak:" + id + ":"})
}

// soakSQLite runs in a temporary file.
func soakSQLite(ctx context.Context, p *plan) (err error) {
	dir, err := os.MkdirTemp("", "outbox-soak-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file := filepath.Join(dir, "outbox.db")
	db, err := sql.Open("sqlite", sqliteSource(file))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	box, err := outbox.NewSQLite(db)
	if err != nil {
		return err
	}
	inTx := func(ctx context.Context, f func(*sql.Tx) error) error {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		if err := f(tx); err != nil {
			return errors.Join(err, tx.Rollback())
		}
		return tx.Commit()
	}
	return soak(ctx, "SQLite", p, &database[*sql.Tx]{box, inTx}, &worker{SQLite: file})
}

func sqliteSource(file string) string {
	return fmt.Sprintf("file:%s?_txlock=immediate&_pragma=journal_mode(wal)&_pragma=busy_timeout(20000)&_pragma=synchronous(normal)", file)
}

// fill enqueues the messages, alternately for each thread.
func (d *database[Tx]) fill(ctx context.Context, p *plan, r *room) error {
	const batch = 500 // in a transaction
	if err := d.Migrate(ctx); err != nil {
		return err
	}
	for thread, id := range r.threads {
		keys := p.keys(thread)
		for begin := 0; begin < len(keys); begin += batch {
			if err := d.inTx(ctx, func(tx Tx) error {
				for i := begin; i < min(begin+batch, len(keys)); i++ {
					m := outbox.Message{User: r.users[i%len(r.users)], ThreadID: id, Key: keys[i], Content: keys[i]}
					if err := d.Enqueue(ctx, tx, m); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

// keys are those of a thread, in order. They are also the texts.
func (p *plan) keys(thread int) []string {
	n := p.Messages / p.Threads
	if thread < p.Messages%p.Threads {
		n++
	}
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprintf("%d-%d", thread, i)
	}
	return keys
}
