package feed

import (
	"container/list"
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
	silent   bool   // the first properties are not delivered
	caughtUp bool   // one read of this range is complete

	epoch    int       // changes when outcomes of calls in progress are to be ignored
	owned    owned     // with a store
	claims   item      // the record in the store to take
	messages item      // the messages to read
	settings item      // the properties to read
	walk     *walk     // the read of messages in progress, nil for none
	again    bool      // read the messages again when it is complete
	full     bool      // the last read had more than one page
	expected int64     // the highest version that a live source has announced
	active   time.Time // the latest change, as far as known
	listed   time.Time // the latest message in the list of threads
	lastCall time.Time // of messages

	// Guarded by Lag.
	complete time.Time // every change before was yielded
	inLag    *list.Element
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
	r.options.Lag.reached(t, now)
	return nil
}

// begin sets the position.
func (t *thread) begin(r *runner, from Cursor) (err error) {
	t.position, err = from.position(t.client.ThreadID())
	t.fromNow, t.silent = from == Now, from == t.from && r.options.From == Now
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
		t.settings.put(&r.properties, now)
	}
	known := a.version <= t.position.horizon() || t.position.hasSeen(a.version)
	if !a.unversed && known {
		return
	}
	t.active = now
	t.expected = max(t.expected, a.version)
	switch {
	case t.walk != nil:
		t.again = true
	case t.messages.lane != nil && t.messages.failures == 0:
		t.messages.put(&r.urgent, latest(now, t.lastCall.Add(r.listSpacing)))
	}
}

// reschedule makes the next read of messages due after one that is complete.
func (t *thread) reschedule(r *runner, now time.Time) {
	earliest := t.lastCall.Add(r.listSpacing)
	if t.again || t.walk != nil {
		t.again = t.again && t.walk != nil
		t.messages.put(&r.urgent, latest(now, earliest))
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
	t.messages.put(lane, latest(now.Add(wait), earliest))
}

// failed handles the error of a call. The item is repeated if the error is temporary; otherwise the thread ends.
func (t *thread) failed(r *runner, i *item, now time.Time, err error) error {
	if !isTemporary(err) {
		return r.ended(t, err)
	}
	i.failures++
	delay, lane := backoff(i.failures, err), &r.routine
	if i == &t.settings {
		lane = &r.properties
		if errors.Is(err, chat.ErrThrottled) {
			r.userCalls.hold(now, delay) // it is the limit of the user
		}
	}
	i.put(lane, now.Add(delay))
	r.report(t.client.ThreadID(), err)
	return nil
}

// deliver yields a change; the position is already the one after it.
func (t *thread) deliver(ctx context.Context, r *runner, c Change) error {
	c.Cursor = t.position.cursor()
	if err := t.offer(ctx, r, c.Cursor); err != nil {
		return err
	}
	if !r.yield(c, nil) {
		return errStopped
	}
	t.owned.mine = true
	return nil
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
