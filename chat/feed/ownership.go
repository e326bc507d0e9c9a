package feed

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"
)

// owned is what a thread has with a store.
type owned struct {
	record record
	text   string // of the record in the store
	hand   mark   // of the change that was in hand when the thread was taken over, the zero value for none
	mine   bool   // the change in the record's hand was yielded here, and the loop has asked for the next one
	by     string // the other replica that owns the thread, "" for none
}

// errLost is the error for a thread that another replica has taken over.
var errLost = errors.New("feed: another replica reads the thread")

// rescan is the time after which the record of a thread that another replica owns is read again.
const rescan = time.Minute

// claim takes the thread from the store, unless a living replica owns it.
func (t *thread) claim(ctx context.Context, r *runner) {
	key, self := t.client.ThreadID(), r.replicaID
	var taken owned
	t.call(ctx, r, &t.claims, func(ctx context.Context) (err error) {
		taken, err = claimed(ctx, r.options.Store, key, self)
		return err
	}, func(ctx context.Context, now time.Time, err error) error {
		switch {
		case t.owned.text != "" || self != r.replicaID: // another claim of it was made meanwhile
			t.lose(r, now)
			return nil
		case err == nil && taken.by == "":
			err = t.resume(r, taken, now)
		}
		switch {
		case endsStore(err):
			return err
		case err != nil:
			return t.failed(ctx, r, &t.claims, now, err)
		case taken.by != "":
			t.owned.by = taken.by
			r.replica.watch(taken.by)
			t.claims.put(&r.claims, now.Add(rescan))
		}
		t.claims.failures = 0
		return nil
	})
}

// claimed makes self the owner of a thread whose owner is gone.
func claimed(ctx context.Context, store Store, key, self string) (owned, error) {
	for {
		text, err := store.Load(ctx, key)
		if err != nil {
			return owned{}, err
		}
		now, err := parseRecord(text)
		if err != nil || !now.isOf(key) {
			return owned{}, badRecord(key)
		}
		if now.owner != "" && now.owner != self {
			alive, err := store.Load(ctx, replicaPrefix+now.owner)
			if err != nil || alive != "" {
				return owned{by: now.owner}, err
			}
		}
		now.owner, now.writes = self, now.writes+1
		if ok, err := swapped(ctx, store, key, text, now.text()); ok || err != nil {
			return owned{record: now, text: now.text()}, err
		}
	}
}

// resume begins to read a thread that was taken from the store, after what was delivered.
func (t *thread) resume(r *runner, taken owned, now time.Time) error {
	t.owned = taken
	if t.begin(r, cmp.Or(taken.record.cursor, t.from)) != nil {
		return badRecord(t.client.ThreadID())
	}
	first := &t.messages
	if taken.record.hand != "" {
		position, err := taken.record.hand.position(t.client.ThreadID())
		if err != nil {
			return badRecord(t.client.ThreadID())
		}
		hand, isMessage := position.added(&t.position)
		if t.owned.hand = hand; !isMessage {
			first = &t.settings // the change in hand is one of the properties: it comes before messages
		}
	}
	if !t.fromNow && t.needsBaseline(r) {
		first = &t.settings
	}
	t.enterLag(r, now)
	if first == &t.settings {
		t.settings.put(&r.properties, now)
		return nil
	}
	t.messages.put(&r.urgent, now)
	return nil
}

// offer records that the change before a cursor is yielded, and that the one before it is delivered. It returns errLost if another replica
// has the thread, and repeats the call while the store fails.
func (t *thread) offer(ctx context.Context, r *runner, hand Cursor) error {
	if r.options.Store == nil {
		return nil
	}
	next := t.owned.delivered()
	next.hand = hand
	return t.save(ctx, r, next)
}

// delivered is the record with the change in hand delivered, if it was yielded here.
func (o *owned) delivered() record {
	next := o.record
	if o.mine {
		next.cursor, next.hand = next.hand, ""
	}
	return next
}

// settleAll records, after the end of the range, which changes in hand were delivered, so that no other replica yields them. ctx may have ended.
func (r *runner) settleAll(ctx context.Context) {
	if r.options.Store == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.options.LeaseTime)
	defer cancel()
	for _, t := range r.threads {
		if t.owned.mine {
			_ = t.save(ctx, r, t.owned.delivered()) // if it fails, another replica has the thread or yields the change again
		}
	}
}

// settle records that everything that was yielded is delivered.
func (t *thread) settle(ctx context.Context, r *runner) error {
	cursor := t.position.cursor()
	if r.options.Store == nil || t.owned.record.cursor == cursor && t.owned.record.hand == "" {
		return nil
	}
	next := t.owned.record
	next.cursor, next.hand = cursor, ""
	return t.save(ctx, r, next)
}

func (t *thread) save(ctx context.Context, r *runner, next record) error {
	next.writes++
	text := next.text()
	for failures := 1; ; failures++ {
		ok, err := swapped(ctx, r.options.Store, t.client.ThreadID(), t.owned.text, text)
		switch {
		case err == nil && ok:
			t.owned.record, t.owned.text, t.owned.mine = next, text, false
			return nil
		case err == nil:
			return errLost
		case ctx.Err() != nil:
			return ctx.Err()
		case endsStore(err):
			return err
		}
		r.report(ctx, t.client.ThreadID(), err)
		select {
		case <-time.After(backoff(min(failures, 3), err)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// lose stops reading the thread, and claims it again when its owner is gone.
func (t *thread) lose(r *runner, now time.Time) {
	t.stop(r, now)
	t.owned, t.caughtUp = owned{}, false
	t.claims.put(&r.claims, now)
}

// stop takes the thread out of the schedule. Outcomes of calls in progress are ignored.
func (t *thread) stop(r *runner, now time.Time) {
	t.epoch++
	for _, i := range []*item{&t.messages, &t.settings, &t.claims} {
		i.remove()
		i.calling = false
	}
	t.endWalk(r, now)
	r.options.Lag.left(t)
}

// replicaChanged handles what the replica has noticed.
func (r *runner) replicaChanged(ctx context.Context) error {
	id, lost, dead, failed := r.replica.take()
	now := time.Now()
	switch {
	case endsStore(failed):
		return failed
	case failed != nil:
		r.report(ctx, "", failed)
	}
	first := r.replicaID == "" && id != ""
	r.replicaID = id
	replicas := r.replica.replicas()
	r.userCalls.every = time.Duration(replicas) * r.userSpacing
	r.live.shared = replicas > 1
	for _, t := range r.threads {
		switch {
		case lost && t.owned.text != "":
			t.lose(r, now)
		case t.owned.text == "" && (first || slices.Contains(dead, t.owned.by)):
			t.owned.by = ""
			t.claims.put(&r.claims, now)
		}
	}
	return nil
}
