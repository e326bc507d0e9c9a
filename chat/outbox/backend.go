package outbox

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver"
)

// backend is a database with transactions of type Tx.
type backend[Tx any] struct {
	*dialect

	driver   riverdriver.Driver[Tx]
	pool     session // outside of transactions
	of       func(Tx) session
	begin    func(context.Context) (Tx, error)
	commit   func(context.Context, Tx) error
	rollback func(context.Context, Tx) error
	// together runs statements in a transaction, as inTx does, if possible in a single round trip.
	together func(context.Context, []statement) error
	// connections returns how many connections the pool may have at most, 0 for any number.
	connections func() int
	// lock takes the lock of a working process, see processLock.
	lock func(ctx context.Context, id string) (processLock, error)
}

// inTx runs f in a transaction, which it rolls back if f fails. The transaction reads what others have committed before each statement.
func (b *backend[Tx]) inTx(ctx context.Context, f func(tx Tx, s session) error) error {
	tx, err := b.begin(ctx)
	if err != nil {
		return err
	}
	if err := f(tx, b.of(tx)); err != nil {
		_ = b.rollback(context.WithoutCancel(ctx), tx) // the first error says what is wrong
		return err
	}
	return b.commit(ctx, tx)
}

// inShortTx is inTx for a transaction with locks that others wait for. The database ends it if the process stands still, or its machine is
// gone, which it may notice only hours later.
func (b *backend[Tx]) inShortTx(ctx context.Context, f func(tx Tx, s session) error) error {
	return b.inTx(ctx, func(tx Tx, s session) error {
		if b.limitIdle != "" {
			if _, err := s.exec(ctx, b.limitIdle); err != nil {
				return err
			}
		}
		return f(tx, s)
	})
}

// needConnections fails if the pool may have fewer than n connections, so that a caller would wait for ever. SQLite needs one.
func (b *backend[Tx]) needConnections(n int) error {
	if most := b.connections(); b.dialect == &postgres && most > 0 && most < n {
		return fmt.Errorf("the pool must allow at least %d connections, not %d", n, most)
	}
	return nil
}

func pgxBackend(pool *pgxpool.Pool, driver riverdriver.Driver[pgx.Tx]) *backend[pgx.Tx] {
	return &backend[pgx.Tx]{
		dialect: &postgres,
		driver:  driver,
		pool:    pgxSession{pool},
		of:      func(tx pgx.Tx) session { return pgxSession{tx} },
		begin: func(ctx context.Context) (pgx.Tx, error) {
			return pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
		},
		connections: func() int { return int(pool.Config().MaxConns) },
		commit:      func(ctx context.Context, tx pgx.Tx) error { return tx.Commit(ctx) },
		rollback:    func(ctx context.Context, tx pgx.Tx) error { return tx.Rollback(ctx) },
		// A process that stands still once it has written the batch does not delay its end.
		together: func(ctx context.Context, statements []statement) error {
			var batch pgx.Batch
			batch.Queue("BEGIN ISOLATION LEVEL READ COMMITTED")
			for _, s := range statements {
				batch.Queue(s.text, s.args...).Query(func(rows pgx.Rows) error { return eachOf(rows, s.read) })
			}
			batch.Queue("COMMIT")
			return pool.SendBatch(ctx, &batch).Close() // if one fails, the pool closes the connection
		},
		lock: func(ctx context.Context, id string) (processLock, error) {
			conn, err := pool.Acquire(ctx)
			if err != nil {
				return nil, err
			}
			return lockSession(ctx, pgxSession{conn}, id, func() {
				// The lock ends with the connection, so that it does not go back to the pool.
				_ = conn.Hijack().Close(context.WithoutCancel(ctx))
			})
		},
	}
}

func sqlBackend(db *sql.DB, spoken *dialect, driver riverdriver.Driver[*sql.Tx], options *sql.TxOptions) *backend[*sql.Tx] {
	b := &backend[*sql.Tx]{
		dialect:     spoken,
		driver:      driver,
		pool:        sqlSession{db, spoken},
		of:          func(tx *sql.Tx) session { return sqlSession{tx, spoken} },
		begin:       func(ctx context.Context) (*sql.Tx, error) { return db.BeginTx(ctx, options) },
		connections: func() int { return db.Stats().MaxOpenConnections },
		commit:      func(_ context.Context, tx *sql.Tx) error { return tx.Commit() },
		rollback:    func(_ context.Context, tx *sql.Tx) error { return tx.Rollback() },
	}
	b.together = func(ctx context.Context, statements []statement) error {
		return b.inTx(ctx, func(_ *sql.Tx, s session) error {
			for _, one := range statements {
				if err := one.do(ctx, s); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return b
}
