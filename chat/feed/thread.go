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
	fromNow  bool // the first read determines the position
	silent   bool // the first properties are not delivered
	caughtUp bool // one read of this range is complete

	messages item      // the messages to read
	settings item      // the properties to read
	walk     *walk     // the read of messages in progress, nil for none
	again    bool      // read the messages again when it is complete
	full     bool      // the last read had more than one page
	expected int64     // the highest version that a live source has announced
	active   time.Time // the latest change, as far as known
	lastCall time.Time // of messages

	// Guarded by Lag.
	complete time.Time // every change before was yielded
	inLag    *list.Element
}

// follow adds a thread, from the position of the options.
func (r *runner) follow(client *chat.ThreadClient) error {
	position, err := r.options.From.position(client.ThreadID())
	if err != nil {
		return &chat.ArgumentError{Name: "From", Reason: err.Error()}
	}
	now := time.Now()
	t := &thread{client: client, position: position, fromNow: r.options.From == Now, silent: r.options.From == Now}
	t.messages.thread, t.settings.thread = t, t
	r.threads[client.ThreadID()] = t
	r.options.Lag.reached(t, now)
	t.messages.put(&r.urgent, now)
	return nil
}

// call makes the call of an item.
func (t *thread) call(ctx context.Context, r *runner, i *item, now time.Time) {
	if i == &t.settings {
		t.readProperties(ctx, r)
		return
	}
	t.lastCall = now
	t.readMessages(ctx, r, now)
}

// wake makes the thread due, unless the event is known already.
func (t *thread) wake(r *runner, a announced, now time.Time) {
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
	case t.messages.failures == 0:
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
	wait := interval(idle, r.listSpacing, r.options.MaxInterval)
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

// ended ends the range with the thread.
func (r *runner) ended(_ *thread, err error) error { return err }

// deliver yields a change; the position is already the one after it.
func (t *thread) deliver(r *runner, c Change) error {
	c.Cursor = t.position.cursor()
	if !r.yield(c, nil) {
		return errStopped
	}
	return nil
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
