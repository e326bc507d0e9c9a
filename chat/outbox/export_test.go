package outbox

import (
	"context"
	"time"
)

// InTx runs f in a transaction.
func InTx[Tx any](ctx context.Context, o *Outbox[Tx], f func(tx Tx) error) error {
	return o.db.inTx(ctx, func(tx Tx, _ session) error { return f(tx) })
}

// HoldThread locks the rows of a thread as workers do, until f returns.
func HoldThread[Tx any](ctx context.Context, o *Outbox[Tx], threadID string, f func()) error {
	return o.db.inShortTx(ctx, func(_ Tx, s session) error {
		if _, err := o.db.nextGeneration(ctx, s, threadID); err != nil {
			return err
		}
		_, err := one(ctx, s, []any{new(int)}, "SELECT awake FROM chat_outbox_thread WHERE thread_id = $1"+o.db.skipLocked, threadID)
		f()
		return err
	})
}

// ReplaceJob replaces a job as a worker does that takes over its thread.
func ReplaceJob[Tx any](ctx context.Context, w *Worker[Tx], id int64, threadID string) error {
	r := &run[Tx]{Worker: w}
	return w.box.db.inShortTx(ctx, func(tx Tx, s session) error { return r.replaceJob(ctx, tx, s, id, threadID) })
}

// Begin begins a transaction and returns what commits and what rolls it back.
func Begin[Tx any](ctx context.Context, o *Outbox[Tx]) (tx Tx, commit, rollback func() error, err error) {
	tx, err = o.db.begin(ctx)
	return tx, func() error { return o.db.commit(ctx, tx) }, func() error { return o.db.rollback(ctx, tx) }, err
}

// Exec runs a statement, in the transaction if tx is not nil.
func Exec[Tx any](ctx context.Context, o *Outbox[Tx], tx *Tx, statement string, args ...any) (int64, error) {
	if tx != nil {
		return o.db.of(*tx).exec(ctx, statement, args...)
	}
	return o.db.pool.exec(ctx, statement, args...)
}

// Value reads a number.
func Value[Tx any](ctx context.Context, o *Outbox[Tx], query string, args ...any) (n int64, err error) {
	_, err = one(ctx, o.db.pool, []any{&n}, query, args...)
	return n, err
}

// LookFirst makes the worker end the job of a thread in the wrong order: it looks for messages before it locks the row of the thread.
func LookFirst[Tx any](w *Worker[Tx]) {
	w.drained = func(ctx context.Context, s *step[Tx]) (bool, error) {
		if _, err := one(ctx, s.s, []any{new(int)}, "SELECT awake FROM chat_outbox_thread WHERE thread_id = $1"+s.box.db.lockRow,
			s.job.Args.ThreadID); err != nil {
			return false, err
		}
		return true, s.complete(ctx)
	}
}

// LookForStrays makes the worker look more often for jobs that are its own and that it does not work on.
func LookForStrays[Tx any](w *Worker[Tx], interval time.Duration) { w.strayInterval = interval }

// Deafen makes workers of the outbox not notice that their lock is lost.
func Deafen[Tx any](o *Outbox[Tx]) {
	lock := o.db.lock
	o.db.lock = func(ctx context.Context, id string) (processLock, error) {
		l, err := lock(ctx, id)
		return deafLock{l}, err
	}
}

type deafLock struct{ processLock }

func (deafLock) lost() <-chan struct{} { return nil }
