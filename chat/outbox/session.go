package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// session runs statements, in a transaction or not. Parameters are $1, $2, … in every database.
type session interface {
	// exec returns how many rows were changed.
	exec(ctx context.Context, statement string, args ...any) (int64, error)
	// each calls read for each row.
	each(ctx context.Context, read func(scan func(...any) error) error, query string, args ...any) error
}

// statement is a query, or changes rows and returns them.
type statement struct {
	text string
	args []any
	read func(scan func(...any) error) error // called for each row
}

func (s statement) do(ctx context.Context, in session) error {
	return in.each(ctx, s.read, s.text, s.args...)
}

// one reads one row into dest, and reports whether there was one.
func one(ctx context.Context, s session, dest []any, query string, args ...any) (found bool, err error) {
	err = s.each(ctx, func(scan func(...any) error) error {
		found = true
		return scan(dest...)
	}, query, args...)
	return found, err
}

// changeOne runs a statement that has to change one row.
func changeOne(ctx context.Context, s session, what, statement string, args ...any) error {
	changed, err := s.exec(ctx, statement, args...)
	if err == nil && changed != 1 {
		err = fmt.Errorf("%d rows were changed instead of one", changed)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// pgxSession is a session of pgx.
type pgxSession struct {
	on interface {
		Exec(context.Context, string, ...any) (pgconn.CommandTag, error)
		Query(context.Context, string, ...any) (pgx.Rows, error)
	}
}

func (s pgxSession) exec(ctx context.Context, statement string, args ...any) (int64, error) {
	tag, err := s.on.Exec(ctx, statement, args...)
	return tag.RowsAffected(), err
}

func (s pgxSession) each(ctx context.Context, read func(func(...any) error) error, query string, args ...any) error {
	rows, err := s.on.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	return eachOf(rows, read)
}

func eachOf(rows pgx.Rows, read func(func(...any) error) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := read(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// sqlSession is a session of database/sql.
type sqlSession struct {
	on interface {
		ExecContext(context.Context, string, ...any) (sql.Result, error)
		QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	}
	dialect *dialect
}

func (s sqlSession) exec(ctx context.Context, statement string, args ...any) (int64, error) {
	result, err := s.on.ExecContext(ctx, s.dialect.parameters(statement), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (s sqlSession) each(ctx context.Context, read func(func(...any) error) error, query string, args ...any) (err error) {
	rows, err := s.on.QueryContext(ctx, s.dialect.parameters(query), args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := read(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
