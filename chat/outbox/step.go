package outbox

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"
)

// step is a transaction between two messages of a thread. It settles the message that was sent and takes the next one, or completes the
// job.
type step[Tx any] struct {
	*run[Tx]

	job        *river.Job[drainArgs]
	generation int64
	checked    time.Time // when the generation was read last
	settleOnly bool
	outcome    *outcome // of the message before, nil for none

	// Set by do.
	next   *attempt      // to be sent now
	wait   time.Duration // until the next message may be sent
	busy   bool          // a caller is enqueuing for the thread
	done   bool          // the job is complete
	fenced bool
	// withdrawn means that Fail has made the message before failed.
	withdrawn bool

	tx Tx      // of do
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

func (s *step[Tx]) do(ctx context.Context) error {
	s.next, s.wait, s.busy, s.done, s.fenced, s.withdrawn = nil, 0, false, false, false, false
	err := s.box.db.inTx(ctx, func(tx Tx, in session) error {
		s.tx, s.s = tx, in
		// The lock on the lease makes a worker that takes over the thread wait for the end of the transaction, which a process that stands
		// still must not delay.
		if err := s.check(ctx, in, s.box.db.lockLease); err != nil {
			return err
		}
		if s.outcome != nil {
			if err := s.settle(ctx); err != nil {
				return err
			}
		}
		if s.fenced || s.settleOnly {
			return nil
		}
		if err := s.take(ctx); err != nil || s.next != nil || s.wait > 0 {
			return err
		}
		done, err := s.drained(ctx, s)
		s.done = done
		return err
	})
	if err == nil && s.fenced {
		err = errFenced
	}
	return err
}

// check finds out whether the lease of the thread is still that of this run.
func (s *step[Tx]) check(ctx context.Context, in session, lock string) error {
	var generation int64
	s.checked = time.Now()
	_, err := one(ctx, in, []any{&generation}, "SELECT generation FROM chat_outbox_lease WHERE thread_id = $1"+lock, s.job.Args.ThreadID)
	s.fenced = generation != s.generation
	return err
}

// maxCheckAge is how long a check is relied on. It is less than takeoverDelay.
const maxCheckAge = 200 * time.Millisecond

// checkAgain is called before each attempt to send. The commit that began the attempt can be long ago: there may have been a search for the
// message, a wait for a token or the limiter, or the process stood still. It returns errFenced if the thread has been taken over since.
func (s *step[Tx]) checkAgain(ctx context.Context) error {
	// The monotonic clock stands still while the machine sleeps.
	if now := time.Now(); max(now.Sub(s.checked), now.Round(0).Sub(s.checked.Round(0))) < maxCheckAge {
		return nil
	}
	if err := s.check(ctx, s.box.db.pool, ""); err != nil {
		return err
	}
	if s.fenced {
		return errFenced
	}
	return nil
}

// take reads the next message of the thread, and notes an attempt to send it.
func (s *step[Tx]) take(ctx context.Context) error {
	var next *attempt
	var first, failing, notBefore, now int64
	if err := s.s.each(ctx, func(scan func(...any) error) error {
		entry, err := scanEntry(scan, &first, &failing, &notBefore, &now)
		next = &attempt{Entry: entry}
		return err
	}, `SELECT `+entryColumns+`, first_attempt, failing_since, not_before, `+s.box.db.now+` FROM chat_outbox_message
		WHERE thread_id = $1 AND state = 'pending' ORDER BY seq LIMIT 1`, s.job.Args.ThreadID); err != nil || next == nil {
		return err
	}
	// A longer wait was stored before the clock was set back.
	if wait := time.Duration(notBefore-now) * time.Microsecond; wait > 0 && wait <= s.options.longestWait() {
		s.wait = wait
		return nil
	}
	if failing != 0 {
		next.failing = time.Duration(now-failing) * time.Microsecond
	}
	// One of the clocks may be set before the message is searched for: the age must not be less than the time that has passed.
	local := time.Now().UnixMicro()
	if first != 0 {
		next.age = max(time.Microsecond, time.Duration(max(now, local)-first)*time.Microsecond)
	} else if err := changeOne(ctx, s.s, "take a message", `UPDATE chat_outbox_message SET first_attempt = $3
		WHERE thread_id = $1 AND seq = $2 AND state = 'pending'`, next.ThreadID, next.Seq, max(1, min(now, local))); err != nil {
		return err
	}
	s.next = next
	return nil
}

// settle stores the outcome of the message before.
func (s *step[Tx]) settle(ctx context.Context) error {
	o := s.outcome
	failure, err := storeError(o.err)
	if err != nil {
		return err
	}
	const which = " WHERE thread_id = $1 AND seq = $2 AND state = 'pending'"
	switch {
	case o.state == Sent: // Fail may have been called meanwhile
		changed, err := s.s.exec(ctx, `UPDATE chat_outbox_message SET state = 'sent', settled_at = `+s.box.db.now+`, message_id = $3,
			error = '', first_attempt = 0 WHERE thread_id = $1 AND seq = $2 AND state <> 'sent'`, o.ThreadID, o.Seq, o.messageID)
		if err == nil && changed != 1 && !s.fenced { // a worker that has taken over may have found the message
			err = fmt.Errorf("%d rows were changed instead of one", changed)
		}
		if err != nil {
			return fmt.Errorf("settle a message: %w", err)
		}
		return nil
	case s.fenced:
		return nil
	case o.state == Pending:
		return s.changePending(ctx, "postpone a message", `UPDATE chat_outbox_message SET error = $3, failures = failures + $4,
			failing_since = CASE WHEN $4 = 0 OR failing_since <> 0 THEN failing_since ELSE `+s.box.db.now+` END,
			not_before = `+s.box.db.now+` + $5, first_attempt = first_attempt * $6`+which,
			failure, o.failures, o.wait.Microseconds(), o.unknown)
	}
	return s.changePending(ctx, "settle a message", `UPDATE chat_outbox_message SET state = 'failed', settled_at = `+s.box.db.now+`,
		error = $3, first_attempt = first_attempt * $4`+which, failure, o.unknown)
}

// changePending changes the message before, unless Fail was called for it while it was sent.
func (s *step[Tx]) changePending(ctx context.Context, what, statement string, args ...any) error {
	args = append([]any{s.outcome.ThreadID, s.outcome.Seq}, args...)
	changed, err := s.s.exec(ctx, statement, args...)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	s.withdrawn = changed == 0
	return nil
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
	if err := s.take(ctx); err != nil || s.next != nil || s.wait > 0 {
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
