package outbox

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

const (
	// maxSnooze keeps jobs below the interval of River's scheduler, which runs only in the process that leads.
	maxSnooze = 4 * time.Second
	// maxSlice is how long a thread is sent before others get their turn.
	maxSlice = 30 * time.Second
	// busyDelay is the time after which a thread is looked at again that a caller has locked, and databaseDelay after a failure.
	busyDelay     = 200 * time.Millisecond
	databaseDelay = time.Second
)

// errFenced means that another run has taken over the thread.
var errFenced = errors.New("another worker has taken over the thread")

// drainer sends the messages of a thread in order.
type drainer[Tx any] struct {
	river.WorkerDefaults[drainArgs]

	run *run[Tx]
}

// Work never returns an error, which would count as an attempt of the job, but snoozes.
func (d *drainer[Tx]) Work(ctx context.Context, job *river.Job[drainArgs]) error {
	ended := d.run.working.add(job.ID)
	defer ended()
	pause, err := d.run.drain(ctx, job)
	switch {
	case errors.Is(err, errFenced):
		return nil // the job is not running any more
	case ctx.Err() != nil:
		return d.run.snooze(0)
	case err != nil:
		d.run.options.Logger.ErrorContext(ctx, "outbox: the messages of a thread are delayed",
			slog.String("thread", job.Args.ThreadID), slog.Any("error", err))
		return d.run.snooze(databaseDelay)
	case pause >= 0:
		return d.run.snooze(min(pause, maxSnooze))
	}
	return nil
}

// snooze continues a job after a pause. River adds the pause to the clock of this machine, and compares the sum with that of the database.
func (r *run[Tx]) snooze(pause time.Duration) error {
	return &rivertype.JobSnoozeError{Duration: pause + time.Duration(r.databaseAhead.Load())}
}

// NextRetry is when a job is continued that has panicked, in a function of the options for example.
func (d *drainer[Tx]) NextRetry(*river.Job[drainArgs]) time.Time {
	return time.Now().Add(databaseDelay)
}

// noPause is returned by drain if the job is complete.
const noPause = time.Duration(-1)

// drain sends messages until there are none, and then returns noPause with the job completed. Otherwise the job is to be continued after
// the pause.
func (r *run[Tx]) drain(ctx context.Context, job *river.Job[drainArgs]) (pause time.Duration, err error) {
	generation, err := r.acquire(ctx, job)
	if err != nil {
		return 0, err
	}
	s := &step[Tx]{run: r, job: job, generation: generation}
	for began := time.Now(); ; {
		s.settleOnly = r.isStopping() || time.Since(began) > maxSlice
		if err := s.advance(ctx); err != nil {
			return 0, err
		}
		s.report(ctx)
		s.outcome = nil
		if s.settleOnly {
			return 0, nil
		}
		if s.next == nil {
			if err := s.look(ctx); err != nil {
				return 0, err
			}
		}
		switch {
		case s.done:
			return noPause, nil
		case s.wait > r.options.Patience:
			return s.wait, nil
		case s.wait > 0:
			if err := r.sleep(ctx, s.wait); err != nil {
				return 0, err
			}
		case s.busy:
			return busyDelay, nil
		case s.next != nil:
			if s.outcome = s.send(ctx); errors.Is(s.outcome.err, errFenced) {
				return 0, errFenced
			}
		}
	}
}

// sleep waits, until the worker stops at the longest.
func (r *run[Tx]) sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.stopping:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// acquire begins a generation of the thread, which fences earlier runs. It returns errFenced if the job has been replaced.
func (r *run[Tx]) acquire(ctx context.Context, job *river.Job[drainArgs]) (generation int64, err error) {
	err = r.box.db.inShortTx(ctx, func(_ Tx, s session) error {
		generation, err = r.box.db.nextGeneration(ctx, s, job.Args.ThreadID)
		if err != nil {
			return err
		}
		// Another worker that replaces the job does so with the lease locked.
		var now int64
		running, err := one(ctx, s, []any{&now}, "SELECT "+r.box.db.now+" FROM river_job WHERE id = $1 AND state = 'running'", job.ID)
		if err == nil && !running {
			err = errFenced
		}
		if err == nil {
			r.databaseAhead.Store(int64(time.Until(time.UnixMicro(now))))
		}
		return err
	})
	return generation, err
}

// nextGeneration begins at the time, so that a generation does not return after the lease was pruned.
func (d *dialect) nextGeneration(ctx context.Context, s session, threadID string) (generation int64, err error) {
	_, err = one(ctx, s, []any{&generation}, `INSERT INTO chat_outbox_lease (thread_id, generation) VALUES ($1, `+d.now+`)
		ON CONFLICT (thread_id) DO UPDATE SET generation = chat_outbox_lease.generation + 1 RETURNING generation`, threadID)
	return generation, err
}
