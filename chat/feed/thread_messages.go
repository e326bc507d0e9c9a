package feed

import (
	"context"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// readMessages reads the next page of the walk.
func (t *thread) readMessages(ctx context.Context, r *runner, now time.Time) {
	if t.walk == nil {
		size := smallPage
		if !t.caughtUp || t.full || now.Sub(t.complete) > 2*r.options.MaxInterval {
			size = largePage
		}
		t.walk, t.messages.again = newWalk(now, size), false
	}
	client, options := t.client, chat.ListMessagesOptions{PageSize: t.walk.size, ContinuationToken: t.walk.next}
	single := r.discovery == nil
	var read chat.Page[chat.Message]
	t.call(ctx, r, &t.messages, func(ctx context.Context) (err error) {
		for read, err = range client.ListMessages(&options).Pages(ctx) {
			break
		}
		if err != nil {
			err = endOf(ctx, client, single, err)
		}
		return err
	}, func(ctx context.Context, now time.Time, err error) error {
		if err == nil {
			err = t.took(r, read)
		}
		if err != nil {
			return t.failed(ctx, r, &t.messages, now, err)
		}
		t.messages.failures = 0
		if t.walk.down && !r.placesOf(t, now).enter(t, now) {
			return nil
		}
		return t.unlessLost(r, t.deliverRead(ctx, r))
	})
}

// took takes a page into the walk.
func (t *thread) took(r *runner, read chat.Page[chat.Message]) error {
	w := t.walk
	if !w.down {
		return w.ascend(&t.position, read)
	}
	if !w.begun && len(read.Items) > 0 {
		newest, ok := markOf(read.Items[0])
		if !ok {
			return errVersion
		}
		w.begun = true
		if t.fromNow {
			t.position.newest, t.position.floor = newest.version, newest.version
		}
		t.noteActivity(newest.version)
	}
	t.fromNow = t.fromNow && !w.begun && !read.Last
	oldest := t.oldest
	if t.caughtUp {
		oldest = 0
	}
	if err := w.descend(&t.position, read, oldest); err != nil {
		return err
	}
	if t.position.newest == 0 {
		t.approach(r, w.lowest)
	}
	return nil
}

// noteActivity keeps the time of the newest message. Later, changes are noted when they are read: the clocks may differ.
func (t *thread) noteActivity(version int64) {
	at, now := time.UnixMilli(version), time.Now()
	if at.After(now) || t.caughtUp && version > t.position.newest {
		at = now
	}
	t.active = latest(t.active, at)
}

// deliverRead yields what was read, as far as the walk is on its way up, and schedules the next call.
func (t *thread) deliverRead(ctx context.Context, r *runner) error {
	if !t.walk.down {
		if err := t.deliverInHand(ctx, r); err != nil {
			return err
		}
	}
	for w := t.walk; !w.down; {
		if len(w.pages) == 0 {
			return t.completed(ctx, r)
		}
		messages, ok := w.pop()
		if !ok { // the lowest page is read again, which takes a while
			if err := t.settle(ctx, r); err != nil {
				return err
			}
			break
		}
		for _, m := range messages {
			if err := t.deliverMessage(ctx, r, m); err != nil {
				return err
			}
		}
	}
	t.reschedule(r, time.Now())
	return nil
}

// deliverInHand yields the change that another replica had in hand first, unless its version was replaced.
func (t *thread) deliverInHand(ctx context.Context, r *runner) error {
	hand := t.owned.hand
	if hand == (mark{}) {
		return nil
	}
	t.owned.hand = mark{}
	for _, page := range t.walk.pages {
		for _, m := range page.messages {
			if version, _ := markOf(m); version == hand {
				return t.deliverMessage(ctx, r, m)
			}
		}
	}
	return nil
}

func (t *thread) deliverMessage(ctx context.Context, r *runner, m chat.Message) error {
	version, _ := markOf(m)
	if !t.position.isNew(version) {
		return nil
	}
	t.position.add(version)
	t.approach(r, version.version)
	return t.deliver(ctx, r, Change{Event: eventOf(t.client.ThreadID(), version, m), Message: &m})
}

// unlessLost handles errLost.
func (t *thread) unlessLost(r *runner, err error) error {
	if err == errLost { //nolint:errorlint // it is never wrapped
		t.lose(r, time.Now())
		return nil
	}
	return err
}

// completed ends the walk: every change before it is delivered.
func (t *thread) completed(ctx context.Context, r *runner) error {
	if err := t.settle(ctx, r); err != nil {
		return err
	}
	t.full, t.restarts = t.walk.full, 0
	r.options.Lag.reached(t, t.walk.since)
	now := time.Now()
	t.endWalk(r, now)
	if !t.caughtUp {
		t.caughtUp = true
		if !t.settings.calling {
			t.settings.put(&r.properties, now)
		}
	}
	if t.needsBaseline(r) {
		return nil // the properties are read first
	}
	t.reschedule(r, now)
	return nil
}
