package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"
)

// step is between two messages of a thread. It settles the message that was sent and takes the next one, or completes the job.
type step[Tx any] struct {
	*run[Tx]

	job        *river.Job[drainArgs]
	generation int64
	checked    time.Time // when the generation was read last
	settleOnly bool
	outcome    *outcome // of the message before, nil for none

	// Set by advance and look.
	next   *attempt      // to be sent now
	wait   time.Duration // until the next message may be sent
	busy   bool          // a caller is enqueuing for the thread
	done   bool          // the job is complete
	fenced bool
	// withdrawn means that Fail has made the message before failed.
	withdrawn bool

	tx Tx      // of look
	s  session // in tx
}

// attempt is a message to be sent.
type attempt struct {
	Entry
	// age is the time since the first attempt whose outcome may be unknown, 0 if there was none.
	age time.Duration
	// failing is the time since the first attempt that failed, 0 if there was none.
	failing time.Duration
}

// advance settles the message before, and takes the next one if it was never tried and need not wait. Otherwise look finds out what is
// next. Most messages take no more than this one transaction.
func (s *step[Tx]) advance(ctx context.Context) error {
	s.next, s.wait, s.busy, s.done, s.fenced, s.withdrawn = nil, 0, false, false, false, false
	// The lock on the lease makes Fail and a worker that takes over the thread wait for the end of the transaction, which a process that
	// stands still must not delay.
	statements := []statement{s.check(s.box.db.lockLease)}
	settled := s.outcome == nil
	if !settled {
		settle, err := s.settle()
		if err != nil {
			return err
		}
		settle.read = func(scan func(...any) error) error {
			settled = true
			return scan(new(int))
		}
		statements = append(statements, settle)
	}
	if !s.settleOnly {
		statements = append(statements, s.take())
	}
	switch err := s.box.db.together(ctx, statements); {
	case err != nil:
		return err
	case s.fenced:
		return errFenced
	case settled:
	case s.outcome.state == Sent:
		return errors.New("settle a message: no row was changed")
	default:
		s.withdrawn = true
	}
	return nil
}

// look finds out what is next if there was no message to take, and completes the job if no message is left.
func (s *step[Tx]) look(ctx context.Context) error {
	return s.box.db.inTx(ctx, func(tx Tx, in session) error {
		s.tx, s.s = tx, in
		if err := s.check(s.box.db.lockLease).do(ctx, in); err != nil {
			return err
		}
		if s.fenced {
			return errFenced
		}
		found, err := s.peek(ctx)
		if err != nil || found {
			return err
		}
		s.done, err = s.drained(ctx, s)
		return err
	})
}

// check finds out whether the lease of the thread is still that of this run.
func (s *step[Tx]) check(lock string) statement {
	s.checked, s.fenced = time.Now(), true
	return statement{
		text: "SELECT generation FROM chat_outbox_lease WHERE thread_id = $1" + lock, args: []any{s.job.Args.ThreadID},
		read: func(scan func(...any) error) error {
			var generation int64
			err := scan(&generation)
			s.fenced = generation != s.generation
			return err
		},
	}
}

// maxCheckAge is how long a check is relied on. A process that has lost its lock makes its last check within pingInterval, or stops: the
// sum of both is less than takeoverDelay.
const maxCheckAge = 100 * time.Millisecond

// checkAgain is called before each attempt to send. The commit that began the attempt can be long ago: there may have been a search for the
// message, a wait for a token or the limiter, or the process stood still. It returns errFenced if the thread has been taken over since.
func (s *step[Tx]) checkAgain(ctx context.Context) error {
	// The monotonic clock stands still while the machine sleeps.
	if now := time.Now(); max(now.Sub(s.checked), now.Round(0).Sub(s.checked.Round(0))) < maxCheckAge {
		return nil
	}
	if err := s.check("").do(ctx, s.box.db.pool); err != nil {
		return err
	}
	if s.fenced {
		return errFenced
	}
	return nil
}

// pending selects the next message of a thread.
const pending = `thread_id = $1 AND state = 'pending' ORDER BY seq LIMIT 1`

// isOwn ends a condition: the generation of the lease is still $3.
const isOwn = " AND EXISTS (SELECT 1 FROM chat_outbox_lease WHERE thread_id = $1 AND generation = $3)"

// take notes an attempt to send the next message of the thread and reads it, if no attempt was noted before and it need not wait.
func (s *step[Tx]) take() statement {
	db := s.box.db
	return statement{
		text: `UPDATE chat_outbox_message SET first_attempt = ` + db.least + `(` + db.now + `, $2)
			WHERE thread_id = $1 AND seq = (SELECT seq FROM chat_outbox_message WHERE ` + pending + `) AND state = 'pending'
			AND first_attempt = 0 AND NOT (not_before > ` + db.now + ` AND not_before <= ` + db.now + ` + $4)` + isOwn + `
			RETURNING ` + entryColumns + `, 0, failing_since, 0, ` + db.now,
		args: []any{s.job.Args.ThreadID, max(1, time.Now().UnixMicro()), s.generation, s.options.longestWait().Microseconds()},
		read: func(scan func(...any) error) (err error) {
			s.next, err = s.read(scan)
			return err
		},
	}
}

// peek reads the next message of the thread, and reports whether there is one. It leaves one that take can take.
func (s *step[Tx]) peek(ctx context.Context) (found bool, err error) {
	err = s.s.each(ctx, func(scan func(...any) error) error {
		next, err := s.read(scan)
		if found = true; next != nil && next.age > 0 {
			s.next = next
		}
		return err
	}, `SELECT `+entryColumns+`, first_attempt, failing_since, not_before, `+s.box.db.now+` FROM chat_outbox_message WHERE `+pending,
		s.job.Args.ThreadID)
	return found, err
}

// read reads a message, or sets wait and returns nil.
func (s *step[Tx]) read(scan func(...any) error) (*attempt, error) {
	var first, failing, notBefore, now int64
	entry, err := scanEntry(scan, &first, &failing, &notBefore, &now)
	if err != nil {
		return nil, err
	}
	// A longer wait was stored before the clock was set back.
	if wait := time.Duration(notBefore-now) * time.Microsecond; wait > 0 && wait <= s.options.longestWait() {
		s.wait = wait
		return nil, nil //nolint:nilnil // there is nothing to send yet
	}
	next := &attempt{Entry: entry}
	if failing != 0 {
		next.failing = time.Duration(now-failing) * time.Microsecond
	}
	// One of the clocks may be set before the message is searched for: the age must not be less than the time that has passed.
	if first != 0 {
		next.age = max(time.Microsecond, time.Duration(max(now, time.Now().UnixMicro())-first)*time.Microsecond)
	}
	return next, nil
}

// settle stores the outcome of the message before. A row is changed unless the thread has been taken over, or Fail was called for the
// message, which was not sent, meanwhile.
func (s *step[Tx]) settle() (statement, error) {
	const (
		update = "UPDATE chat_outbox_message SET "
		which  = " WHERE thread_id = $1 AND seq = $2"
		still  = which + " AND state = 'pending'" + isOwn + " RETURNING 1"
	)
	o, now := s.outcome, s.box.db.now
	failure, err := storeError(o.err)
	args := []any{o.ThreadID, o.Seq, s.generation, failure, o.unknown}
	switch o.state {
	case Sent: // also after Fail, and if a worker has taken over that has not found the message yet
		return statement{
			text: update + `state = 'sent', settled_at = ` + now + `, message_id = $3, error = '', first_attempt = 0` + which +
				" AND state <> 'sent' RETURNING 1",
			args: []any{o.ThreadID, o.Seq, o.messageID},
		}, nil
	case Pending:
		return statement{
			text: update + `error = $4, first_attempt = first_attempt * $5, not_before = ` + now + ` + $6, failures = failures + $7,
				failing_since = CASE WHEN $7 = 0 OR failing_since <> 0 THEN failing_since ELSE ` + now + ` END` + still,
			args: append(args, o.wait.Microseconds(), o.failures),
		}, err
	}
	return statement{text: update + `state = 'failed', settled_at = ` + now + `, error = $4, first_attempt = first_attempt * $5` + still, args: args}, err
}

// endDrain completes the job of a thread without messages. It locks the row that orders those who enqueue first, and looks for messages
// afterwards: a message that was committed in the meantime is found, and a later one wakes the thread again. If a caller has locked the
// row, it does not wait for it.
func endDrain[Tx any](ctx context.Context, s *step[Tx]) (done bool, err error) {
	var awake int
	const row = "SELECT awake FROM chat_outbox_thread WHERE thread_id = $1"
	free, err := one(ctx, s.s, []any{&awake}, row+s.box.db.skipLocked, s.job.Args.ThreadID)
	if err == nil && !free {
		_, err = one(ctx, s.s, []any{&awake}, row, s.job.Args.ThreadID)
	}
	switch {
	case err != nil:
		return false, err
	case awake == 0: // this job was started again in River's user interface, after it or another one had completed
		return true, s.completeJob(ctx)
	case !free:
		s.busy = true
		return false, nil
	}
	if found, err := s.peek(ctx); err != nil || found {
		return false, err
	}
	return true, s.complete(ctx)
}

// complete completes the job, with the row of the thread locked.
func (s *step[Tx]) complete(ctx context.Context) error {
	if err := changeOne(ctx, s.s, "end the job of a thread", "UPDATE chat_outbox_thread SET awake = 0 WHERE thread_id = $1 AND awake = 1",
		s.job.Args.ThreadID); err != nil {
		return err
	}
	return s.completeJob(ctx)
}

func (s *step[Tx]) completeJob(ctx context.Context) error {
	completed, err := river.JobCompleteTx[riverdriver.Driver[Tx]](ctx, s.tx, s.job)
	if err == nil && completed.State != rivertype.JobStateCompleted {
		err = fmt.Errorf("complete the job of a thread: it is %s", completed.State)
	}
	return err
}

// report tells of a message that was settled, after the commit.
func (s *step[Tx]) report(ctx context.Context) {
	o := s.outcome
	if o == nil || o.err == nil || s.withdrawn {
		return
	}
	attributes := []any{slog.String("thread", o.ThreadID), slog.String("key", o.Key), slog.Any("error", o.err)}
	if o.state == Pending {
		s.options.Logger.WarnContext(ctx, "outbox: a message is postponed", append(attributes, slog.Duration("wait", o.wait))...)
		return
	}
	s.options.Logger.ErrorContext(ctx, "outbox: a message has failed", attributes...)
	if s.options.OnFailed != nil {
		failed := o.Entry
		failed.State, failed.Err, failed.SettledOn = o.state, o.err, time.Now().UTC()
		s.options.OnFailed(failed)
	}
}
