package outbox

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	takeoverInterval = 100 * time.Millisecond
	// takeoverDelay is the time for a process that has lost its lock, but lives, to notice that and to end its requests.
	takeoverDelay = 250 * time.Millisecond
	sweepInterval = time.Minute
	// threadPruneInterval is long, since all threads are read.
	threadPruneInterval = time.Hour
	strayInterval       = 5 * time.Second
)

// sweepFirst prepares the start: on SQLite, the lock proves that the running jobs are those of a process that has ended.
func (r *run[Tx]) sweepFirst(ctx context.Context) error {
	if r.box.db.dialect == &sqlite {
		if err := r.replaceJobs(ctx, ""); err != nil {
			return err
		}
	}
	return r.repair(ctx)
}

// sweep takes over threads of workers that have ended, replaces what was lost, and prunes, until the context ends.
func (r *run[Tx]) sweep(ctx context.Context) {
	var all sync.WaitGroup
	if r.box.db.dialect == &postgres {
		all.Go(func() {
			dead := make(map[string]time.Time) // when clients were first seen without a lock
			r.repeat(ctx, func() time.Duration {
				r.logged(ctx, func(ctx context.Context) error { return r.takeOver(ctx, dead) })
				return untilTakeover(dead)
			})
		})
	}
	all.Go(func() {
		var suspects map[int64]bool
		r.repeat(ctx, func() time.Duration {
			r.logged(ctx, func(ctx context.Context) (err error) {
				suspects, err = r.replaceStrays(ctx, suspects)
				return err
			})
			return r.strayInterval
		})
	})
	all.Go(func() {
		r.repeat(ctx, func() time.Duration {
			r.logged(ctx, r.prune)
			r.logged(ctx, r.repair)
			return sweepInterval
		})
	})
	all.Go(func() {
		r.repeat(ctx, func() time.Duration {
			r.logged(ctx, r.pruneThreads)
			return threadPruneInterval
		})
	})
	all.Wait()
}

// repeat calls f, and again after the time it returns, until the context ends.
func (r *run[Tx]) repeat(ctx context.Context, f func() time.Duration) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			timer.Reset(f())
		}
	}
}

// untilTakeover returns when to look for clients without a lock again: at the time at which the first of those seen may be replaced.
func untilTakeover(dead map[string]time.Time) time.Duration {
	d := takeoverInterval
	for _, since := range dead {
		d = min(d, takeoverDelay-time.Since(since))
	}
	return max(d, time.Millisecond)
}

func (r *run[Tx]) logged(ctx context.Context, f func(context.Context) error) {
	if err := f(ctx); err != nil && ctx.Err() == nil {
		r.options.Logger.ErrorContext(ctx, "outbox: maintenance has failed", slog.Any("error", err))
	}
}

// takeOver replaces the jobs of clients whose lock has been free for takeoverDelay. The query takes each lock that is free until it ends:
// shared, so that workers that ask at the same time do not hide it from each other.
func (r *run[Tx]) takeOver(ctx context.Context, dead map[string]time.Time) error {
	seen := make(map[string]bool)
	if err := r.box.db.pool.each(ctx, func(scan func(...any) error) error {
		var client string
		err := scan(&client)
		seen[client] = true
		return err
	}, `SELECT client FROM (SELECT DISTINCT `+r.box.db.ofClient+` AS client FROM river_job WHERE state = 'running' AND queue = $1) AS jobs
		WHERE pg_try_advisory_xact_lock_shared(hashtextextended(client, 0))`, queue); err != nil {
		clear(dead)
		return err
	}
	now := time.Now()
	for client := range dead {
		if !seen[client] {
			delete(dead, client)
		}
	}
	for client := range seen {
		if since, ok := dead[client]; !ok {
			dead[client] = now
		} else if now.Sub(since) >= takeoverDelay {
			delete(dead, client) // if jobs are left, the time begins again
			if err := r.replaceJobs(ctx, client); err != nil {
				return err
			}
		}
	}
	return nil
}

// replaceJobs replaces the running jobs of a client, on SQLite of all clients. The new jobs have not used any attempts. What the old
// client does with the old ones, if it lives, has no effect any more.
func (r *run[Tx]) replaceJobs(ctx context.Context, client string) error {
	return r.box.db.inShortTx(ctx, func(tx Tx, s session) error {
		if r.box.db.dialect == &postgres {
			if _, err := s.exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", client); err != nil {
				return err
			}
		}
		jobs, err := r.runningJobs(ctx, s, client)
		if err != nil {
			return err
		}
		for id, threadID := range jobs {
			if err := r.replaceJob(ctx, tx, s, id, threadID); err != nil {
				return err
			}
		}
		return nil
	})
}

// runningJobs returns the threads of the running jobs of a client, on SQLite of all clients.
func (r *run[Tx]) runningJobs(ctx context.Context, s session, client string) (map[int64]string, error) {
	query, args := "SELECT id, args ->> 'thread_id' FROM river_job WHERE state = 'running' AND queue = $1", []any{queue}
	if r.box.db.dialect == &postgres {
		query, args = query+" AND "+r.box.db.ofClient+" = $2", append(args, client)
	}
	jobs := make(map[int64]string)
	err := s.each(ctx, func(scan func(...any) error) error {
		var id int64
		var threadID string
		err := scan(&id, &threadID)
		jobs[id] = threadID
		return err
	}, query, args...)
	return jobs, err
}

// replaceStrays replaces the jobs that are this client's in the database, but are not worked on: the connection was lost after the jobs
// were fetched and before the answer. suspects are those of the last time; a job that has just been fetched, or has just ended, is only
// a suspect.
func (r *run[Tx]) replaceStrays(ctx context.Context, suspects map[int64]bool) (now map[int64]bool, err error) {
	jobs, err := r.runningJobs(ctx, r.box.db.pool, r.id)
	if err != nil {
		return nil, err
	}
	now = make(map[int64]bool)
	for id, threadID := range jobs {
		switch {
		case r.working.has(id):
		case !suspects[id]:
			now[id] = true
		default:
			if err := r.box.db.inShortTx(ctx, func(tx Tx, s session) error { return r.replaceJob(ctx, tx, s, id, threadID) }); err != nil {
				return nil, err
			}
		}
	}
	return now, nil
}

func (r *run[Tx]) replaceJob(ctx context.Context, tx Tx, s session, id int64, threadID string) error {
	// A worker begins a generation and looks at its job with the lease locked.
	if _, err := one(ctx, s, []any{new(int64)}, "SELECT generation FROM chat_outbox_lease WHERE thread_id = $1"+r.box.db.lockRow, threadID); err != nil {
		return err
	}
	changed, err := s.exec(ctx, "UPDATE river_job SET state = 'cancelled', finalized_at = CURRENT_TIMESTAMP WHERE id = $1 AND state = 'running'", id)
	if err != nil || changed == 0 { // it has just ended, and the generation may be that of a later job
		return err
	}
	if _, err := r.box.db.nextGeneration(ctx, s, threadID); err != nil {
		return err
	}
	return r.box.insertJob(ctx, tx, threadID)
}

// repair gives a job to threads that should have one, for example because it was cancelled in River's user interface, and ends the waits of
// jobs that were inserted or snoozed before a clock was set back.
func (r *run[Tx]) repair(ctx context.Context) error {
	const (
		jobs  = ` EXCEPT SELECT args ->> 'thread_id' FROM river_job WHERE queue = $1 AND state IN ('available', 'pending', 'retryable', 'running', 'scheduled')`
		stray = "SELECT thread_id FROM chat_outbox_thread WHERE awake = 1" + jobs
		still = "SELECT thread_id FROM chat_outbox_thread WHERE awake = 1 AND thread_id = $2" + jobs
	)
	if _, err := r.box.db.pool.exec(ctx, `UPDATE river_job SET state = 'available', scheduled_at = `+r.box.db.jobNow+`
		WHERE queue = $1 AND state IN ('available', 'retryable', 'scheduled') AND scheduled_at > `+r.box.db.jobTooLate, queue); err != nil {
		return err
	}
	var threads []string
	if err := r.box.db.pool.each(ctx, func(scan func(...any) error) error {
		var threadID string
		err := scan(&threadID)
		threads = append(threads, threadID)
		return err
	}, stray, queue); err != nil {
		return err
	}
	for _, threadID := range threads {
		if err := r.box.db.inShortTx(ctx, func(tx Tx, s session) error {
			free, err := one(ctx, s, []any{new(string)}, "SELECT thread_id FROM chat_outbox_thread WHERE thread_id = $1"+r.box.db.skipLocked, threadID)
			if err != nil || !free {
				return err
			}
			isStray, err := one(ctx, s, []any{new(string)}, still, queue, threadID)
			if err != nil || !isStray {
				return err
			}
			return r.box.insertJob(ctx, tx, threadID)
		}); err != nil {
			return err
		}
	}
	return nil
}

// pruneBatch is how many messages a statement deletes: on SQLite it keeps others from writing.
const pruneBatch = 1000

// prune deletes messages that were settled long ago.
func (r *run[Tx]) prune(ctx context.Context) error {
	for _, old := range []struct {
		state State
		keep  time.Duration
	}{{Sent, r.options.KeepSent}, {Failed, r.options.KeepFailed}} {
		for deleted := int64(pruneBatch); old.keep >= 0 && deleted == pruneBatch; {
			var err error
			if deleted, err = r.box.db.pool.exec(ctx, `DELETE FROM chat_outbox_message WHERE (thread_id, seq) IN (
				SELECT thread_id, seq FROM chat_outbox_message WHERE state = $1 AND settled_at < `+r.box.db.now+` - $2
				LIMIT $3`+r.box.db.skipLocked+`)`, string(old.state), old.keep.Microseconds(), pruneBatch); err != nil {
				return err
			}
		}
	}
	return nil
}

// pruneThreads deletes the rows of threads without messages.
func (r *run[Tx]) pruneThreads(ctx context.Context) error {
	for deleted := int64(pruneBatch); deleted == pruneBatch; {
		deleted = 0
		if err := r.box.db.inShortTx(ctx, func(_ Tx, s session) error {
			var threads []string
			if err := s.each(ctx, func(scan func(...any) error) error {
				var threadID string
				err := scan(&threadID)
				threads = append(threads, threadID)
				return err
			}, "SELECT thread_id FROM chat_outbox_thread"+unused+" LIMIT $1"+r.box.db.skipLocked, pruneBatch); err != nil {
				return err
			}
			// The rows are locked now. A message that was committed before that is seen by another statement.
			for _, threadID := range threads {
				changed, err := s.exec(ctx, "DELETE FROM chat_outbox_thread"+unused+" AND thread_id = $1", threadID)
				if err == nil && changed > 0 {
					_, err = s.exec(ctx, "DELETE FROM chat_outbox_lease WHERE thread_id = $1", threadID)
				}
				if err != nil {
					return err
				}
				deleted += changed
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// unused selects threads without job and messages.
const unused = ` WHERE awake = 0 AND NOT EXISTS (SELECT 1 FROM chat_outbox_message AS m WHERE m.thread_id = chat_outbox_thread.thread_id)`
