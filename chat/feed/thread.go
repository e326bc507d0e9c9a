package feed

import (
	"context"
	"errors"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// thread is a thread of a range. Only the goroutine of the range uses it, except for the fields of Lag.
type thread struct {
	client   *chat.ThreadClient
	position position
	from     Cursor // where it begins if nothing was delivered
	fromNow  bool   // the first read determines the position
	oldest   int64  // the lowest version that the first read may deliver, 0 for any
	caughtUp bool   // one read of this range is complete

	epoch    int       // changes when outcomes of calls in progress are to be ignored
	owned    owned     // with a store
	claims   item      // the record in the store to take
	messages item      // the messages to read
	settings item      // the properties to read
	walk     *walk     // the read of messages in progress, nil for none
	place    *places   // where the walk has a place, nil for none
	full     bool      // the last read had more than one page
	restarts int       // walks in a row that could not be continued
	expected int64     // the highest version that a live source has announced
	active   time.Time // the latest change, as far as known
	listed   time.Time // the latest message in the list of threads
	lastCall time.Time // of messages

	// Guarded by Lag.
	complete time.Time // every change before was yielded
	lagIndex int       // in the heap, from 1; 0 if it is not there
}

// follow adds a thread, from a position. With a store it has to be claimed.
func (r *runner) follow(client *chat.ThreadClient, from Cursor, active time.Time) error {
	t := &thread{client: client, from: from, active: active}
	if err := t.begin(r, from); err != nil {
		return &chat.ArgumentError{Name: "From", Reason: err.Error()}
	}
	now := time.Now()
	t.claims.thread, t.messages.thread, t.settings.thread = t, t, t
	r.threads[client.ThreadID()] = t
	switch {
	case r.options.Store != nil:
		t.claims.put(&r.claims, now)
		return nil
	case now.Sub(active) < longBusy:
		t.messages.put(&r.urgent, now)
	default:
		t.messages.put(&r.routine, now)
	}
	t.enterLag(r, now)
	return nil
}

// begin sets the position.
func (t *thread) begin(r *runner, from Cursor) (err error) {
	t.position, err = from.position(t.client.ThreadID())
	t.fromNow, t.oldest = from == Now, 0
	if r.options.MaxAge > 0 && t.position.newest > 0 {
		t.oldest = time.Now().Add(-r.options.MaxAge).UnixMilli()
	}
	return err
}

// longBusy is how long after a change the first read of a thread is urgent.
const longBusy = 10 * time.Minute

// isOwned reports whether this range reads the thread.
func (t *thread) isOwned(r *runner) bool { return r.options.Store == nil || t.owned.text != "" }

// wake makes the thread due, unless the event is known already.
func (t *thread) wake(r *runner, a announced, now time.Time) {
	if !t.isOwned(r) {
		return
	}
	if a.properties && t.caughtUp {
		t.settings.hasten(&r.properties, now)
	}
	known := a.version <= t.position.horizon() || t.position.hasSeen(a.version)
	if !a.unversed && known {
		return
	}
	t.active = now
	t.expected = max(t.expected, a.version)
	switch {
	case t.walk != nil:
		t.messages.again = true
		return
	case t.isWaiting(r): // it begins with the newest messages
		return
	}
	t.messages.hasten(&r.urgent, latest(now, t.lastCall.Add(r.listSpacing)))
}

// call makes the call of an item. handle gets its error, unless the thread was stopped meanwhile.
func (t *thread) call(ctx context.Context, r *runner, i *item, call func(context.Context) error, handle func(context.Context, time.Time, error) error) {
	epoch := t.epoch
	i.calling = true
	counted := &r.calling
	if i == &t.claims {
		counted = &r.claiming
	}
	r.start(ctx, counted, call, func(ctx context.Context, now time.Time, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case epoch != t.epoch:
			return nil
		}
		i.calling = false
		return handle(ctx, now, err)
	})
}

// reschedule makes the next read of messages due after one that is complete.
func (t *thread) reschedule(r *runner, now time.Time) {
	allowed := t.lastCall.Add(r.listSpacing)
	if t.messages.again || t.walk != nil {
		t.messages.again = t.messages.again && t.walk != nil
		t.messages.put(&r.urgent, latest(now, allowed))
		return
	}
	idle := now.Sub(t.active)
	wait := interval(idle, r.busy, r.options.MaxInterval)
	late := t.expected > t.position.newest && idle < time.Minute // an event is ahead of the listing
	if r.live.isHearing() && !late {
		wait = r.options.MaxInterval
	}
	lane := &r.routine
	if wait < r.options.MaxInterval {
		lane = &r.urgent
	}
	t.messages.put(lane, latest(now.Add(wait), allowed))
}

// failed handles the error of a call. The item is repeated if the error is temporary; otherwise the thread ends. A listing that cannot be
// continued is begun again.
func (t *thread) failed(ctx context.Context, r *runner, i *item, now time.Time, err error) error {
	switch {
	case i == &t.messages && t.walk != nil && cannotContinue(t.walk.next, err):
		t.endWalk(r, now)
		t.restarts++
	case !isTemporary(err):
		return r.ended(ctx, t, err)
	}
	i.failures++
	if i == &t.messages && t.place != nil && i.failures >= placeFailures && len(t.place.waiting) > 0 {
		t.endWalk(r, now)
	}
	failures := i.failures
	if i == &t.messages {
		failures = max(failures, t.restarts)
	}
	delay, lane := backoff(failures, err), &r.routine
	switch i {
	case &t.claims:
		lane = &r.claims
	case &t.settings:
		lane = &r.properties
		if errors.Is(err, chat.ErrThrottled) {
			r.userCalls.hold(now, delay) // it is the limit of the user
		}
	}
	i.put(lane, now.Add(delay))
	r.report(ctx, t.client.ThreadID(), err)
	return nil
}

// deliver yields a change; the position is already the one after it.
func (t *thread) deliver(ctx context.Context, r *runner, c Change) error {
	c.Cursor = t.position.cursor()
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := t.offer(ctx, r, c.Cursor); err != nil {
		return err
	}
	if !r.yield(c, nil) {
		return errStopped
	}
	t.owned.mine = true
	return nil
}

// enterLag begins to measure the lag: the thread is complete up to its position. One that begins at the start has at least the latest message
// that is known.
func (t *thread) enterLag(r *runner, now time.Time) {
	at := t.active
	switch {
	case t.position.newest > 0:
		at = time.UnixMilli(t.position.newest)
	case at.IsZero():
		at = now
	}
	r.options.Lag.reached(t, earliest(at, now))
}

// approach notes how far the first read of the thread has come: every change before a version was yielded.
func (t *thread) approach(r *runner, version int64) {
	if !t.caughtUp {
		r.options.Lag.reached(t, earliest(time.UnixMilli(version), time.Now()))
	}
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
