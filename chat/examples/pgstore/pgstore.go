// Package pgstore is a store of package feed in PostgreSQL: several processes read the threads of a user together, and what each has delivered
// survives all of them.
//
// The pool must connect to the primary server: a standby returns old texts. After a failover that loses commits, changes may be yielded again.
package pgstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Store is a [feed.Store] in a table. One row replaces another with a single statement, which PostgreSQL makes atomic.
type Store struct {
	pool  *pgxpool.Pool
	table string
}

// Open returns a store in a table, which it creates if it does not exist. The name may have a schema: {"chat", "feed_of_ana"}.
func Open(ctx context.Context, pool *pgxpool.Pool, table pgx.Identifier) (*Store, error) {
	s := &Store{pool: pool, table: table.Sanitize()}
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		// CREATE TABLE IF NOT EXISTS fails if another session creates the table at the same time.
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", s.table); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "CREATE TABLE IF NOT EXISTS "+s.table+" (key text PRIMARY KEY, value text NOT NULL)")
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("create the table of the store: %w", err)
	}
	return s, nil
}

// Load implements [feed.Store].
func (s *Store) Load(ctx context.Context, key string) (value string, err error) {
	err = s.pool.QueryRow(ctx, "SELECT value FROM "+s.table+" WHERE key = $1", key).Scan(&value)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return value, err
}

// Swap implements [feed.Store].
func (s *Store) Swap(ctx context.Context, key, old, replacement string) (bool, error) {
	statement, arguments := "UPDATE "+s.table+" SET value = $3 WHERE key = $1 AND value = $2", []any{key, old, replacement}
	switch {
	case old == "":
		statement, arguments = "INSERT INTO "+s.table+" VALUES ($1, $2) ON CONFLICT DO NOTHING", []any{key, replacement}
	case replacement == "":
		statement, arguments = "DELETE FROM "+s.table+" WHERE key = $1 AND value = $2", []any{key, old}
	}
	done, err := s.pool.Exec(ctx, statement, arguments...)
	return err == nil && done.RowsAffected() == 1, err
}
