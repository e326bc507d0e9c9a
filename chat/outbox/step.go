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
	settleOnly bool
	outcome    *outcome // of the message before, nil for none

	// Set by do.
	next   *attempt      // to be sent now
	wait   time.Duration // until the next message may be sent
	busy   bool          // a caller is enqueuing for the thread
	done   bool          // the job is complete
	fenced bool

	tx Tx      // of do
	s  session // in tx
}

// attempt is a message to be sent.
type attempt struct {
	Entry
	// age is the time since the first attempt whose outcome may be unknown, 0 if there was none.
	age time.Duration
}

func (s *step[Tx]) do(ctx context.Context) error {
	s.next, s.wait, s.busy, s.done, s.fenced = nil, 0, false, false, false
	err := s.box.inTx(ctx, func(tx Tx, in session) error {
		s.tx, s.s = tx, in
		if err := s.check(ctx); err != nil {
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

// check locks the lease of the thread, and finds out whether it is still that of this run.
func (s *step[Tx]) check(ctx context.Context) error {
	var generation int64
	_, err := one(ctx, s.s, []any{&generation}, "SELECT generation FROM chat_outbox_lease WHERE thread_id = $1"+s.box.lockRow, s.job.Args.ThreadID)
	s.fenced = generation != s.generation
	return err
}

// take reads the next message of the thread, and notes an attempt to send it.
func (s *step[Tx]) take(ctx context.Context) error {
	var next *attempt
	var first, notBefore, now int64
	if err := s.s.each(ctx, func(scan func(...any) error) error {
		entry, err := scanEntry(scan, &first, &notBefore, &now)
		next = &attempt{Entry: entry}
		return err
	}, `SELECT `+entryColumns+`, first_attempt, not_before, `+s.box.now+` FROM chat_outbox_message
		WHERE thread_id = $1 AND state = 'pending' ORDER BY seq LIMIT 1`, s.job.Args.ThreadID); err != nil || next == nil {
		return err
	}
	if notBefore > now {
		s.wait = time.Duration(notBefore-now) * time.Microsecond
		return nil
	}
	if first != 0 {
		next.age = max(time.Microsecond, time.Duration(now-first)*time.Microsecond)
	} else if err := changeOne(ctx, s.s, "take a message", `UPDATE chat_outbox_message SET first_attempt = `+s.box.now+`
		WHERE thread_id = $1 AND seq = $2 AND state = 'pending'`, next.ThreadID, next.Seq); err != nil {
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
	case o.state == Sent && s.fenced:
		// The worker that has taken over may have found the message and settled it.
		_, err := s.s.exec(ctx, `UPDATE chat_outbox_message SET state = 'sent', settled_at = `+s.box.now+`, message_id = $3, error = ''`+which,
			o.ThreadID, o.Seq, o.messageID)
		return err
	case s.fenced:
		return nil
	case o.state == Pending:
		return changeOne(ctx, s.s, "postpone a message", `UPDATE chat_outbox_message SET error = $3, failures = failures + $4,
			not_before = `+s.box.now+` + $5, first_attempt = first_attempt * $6`+which,
			o.ThreadID, o.Seq, failure, o.failures, o.wait.Microseconds(), o.unknown)
	}
	return changeOne(ctx, s.s, "settle a message", `UPDATE chat_outbox_message SET state = $3, settled_at = `+s.box.now+`, message_id = $4,
		error = $5, first_attempt = 0`+which, o.ThreadID, o.Seq, string(o.state), o.messageID, failure)
}

// endDrain completes the job of a thread without messages. It locks the row that orders those who enqueue first, and looks for messages
// afterwards: a message that was committed in the meantime is found, and a later one wakes the thread again. If a caller has locked the
// row, it does not wait for it.
func endDrain[Tx any](ctx context.Context, s *step[Tx]) (done bool, err error) {
	free, err := one(ctx, s.s, []any{new(int)}, "SELECT awake FROM chat_outbox_thread WHERE thread_id = $1"+s.box.skipLocked, s.job.Args.ThreadID)
	if err != nil {
		return false, err
	}
	if s.busy = !free; s.busy {
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
	completed, err := river.JobCompleteTx[riverdriver.Driver[Tx]](ctx, s.tx, s.job)
	if err == nil && completed.State != rivertype.JobStateCompleted {
		err = fmt.Errorf("complete the job of a thread: it is %s", completed.State)
	}
	return err
}

// report tells of a message that was settled, after the commit.
func (s *step[Tx]) report(ctx context.Context) {
	o := s.outcome
	if o == nil || o.err == nil {
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
