package outbox

import (
	"context"
	"fmt"

	"github.com/riverqueue/river/rivermigrate"
)

// migrations are the versions of the tables, the first of which is 1. Times are in microseconds since 1970, by the clock of the database;
// first_attempt is the earlier one of that and of the clock of the worker.
//
// A row of chat_outbox_thread is locked by the callers who enqueue, and one of chat_outbox_lease by workers, so that neither waits for the
// other.
var migrations = [][]string{ //nolint:gochecknoglobals // a constant
	{
		`CREATE TABLE chat_outbox_thread (
			thread_id text PRIMARY KEY,
			last_seq  bigint NOT NULL,
			awake     bigint NOT NULL -- 1 if there is a job that looks for messages
		)`,
		`CREATE TABLE chat_outbox_lease (
			thread_id  text PRIMARY KEY,
			generation bigint NOT NULL
		)`,
		`CREATE TABLE chat_outbox_message (
			thread_id     text NOT NULL,
			seq           bigint NOT NULL,
			user_id       text NOT NULL,
			key           text NOT NULL,
			content       text NOT NULL,
			options       text NOT NULL, -- JSON
			state         text NOT NULL,
			enqueued_at   bigint NOT NULL,
			first_attempt bigint NOT NULL DEFAULT 0, -- 0 if the message was certainly not sent
			failures      bigint NOT NULL DEFAULT 0,
			not_before    bigint NOT NULL DEFAULT 0,
			settled_at    bigint NOT NULL DEFAULT 0,
			message_id    text NOT NULL DEFAULT '',
			error         text NOT NULL DEFAULT '', -- JSON
			PRIMARY KEY (thread_id, seq),
			UNIQUE (thread_id, user_id, key)
		)`,
		`CREATE INDEX chat_outbox_message_pending ON chat_outbox_message (thread_id, seq) WHERE state = 'pending'`,
		`CREATE INDEX chat_outbox_message_settled ON chat_outbox_message (state, settled_at)`,
	},
	{
		// 0 if no attempt has failed
		`ALTER TABLE chat_outbox_message ADD COLUMN failing_since bigint NOT NULL DEFAULT 0`,
		`CREATE INDEX chat_outbox_thread_awake ON chat_outbox_thread (thread_id) WHERE awake = 1`,
	},
}

// Migrate creates the tables of the outbox and of River, or brings them to the version of this package. It does nothing if they have it.
// Several processes may call it at the same time. On Postgres it needs two connections, and fails if the pool may not have them.
func (o *Outbox[Tx]) Migrate(ctx context.Context) error {
	if err := o.db.needConnections(2); err != nil {
		return failure("migrate", err)
	}
	err := o.db.inTx(ctx, func(tx Tx, s session) error {
		if err := o.migrateRiver(ctx, tx, s); err != nil {
			return err
		}
		return migrateTables(ctx, s)
	})
	if err != nil {
		return failure("migrate", err)
	}
	return nil
}

// migrateRiver migrates the tables of River. On Postgres some of its migrations cannot share a transaction, so that a lock in tx keeps other
// processes away; the pool needs a second connection then.
func (o *Outbox[Tx]) migrateRiver(ctx context.Context, tx Tx, s session) error {
	migrator, err := rivermigrate.New(o.db.driver, nil)
	if err != nil {
		return err
	}
	if o.db.dialect == &sqlite {
		_, err = migrator.MigrateTx(ctx, tx, rivermigrate.DirectionUp, nil) //nolint:staticcheck // deprecated for what Postgres cannot do
		return err
	}
	if _, err := s.exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended('chat_outbox_migration', 0))"); err != nil {
		return err
	}
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

func migrateTables(ctx context.Context, s session) error {
	if _, err := s.exec(ctx, "CREATE TABLE IF NOT EXISTS chat_outbox_version (version bigint PRIMARY KEY)"); err != nil {
		return err
	}
	var version int
	if _, err := one(ctx, s, []any{&version}, "SELECT coalesce(max(version), 0) FROM chat_outbox_version"); err != nil {
		return err
	}
	for ; version < len(migrations); version++ {
		for _, statement := range migrations[version] {
			if _, err := s.exec(ctx, statement); err != nil {
				return fmt.Errorf("version %d: %w", version+1, err)
			}
		}
		if _, err := s.exec(ctx, "INSERT INTO chat_outbox_version VALUES ($1)", version+1); err != nil {
			return err
		}
	}
	return nil
}
