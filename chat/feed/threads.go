package feed

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/links"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// WatchAll returns an iterator over the changes of all threads of the user of a client, those of each thread in the order of [Watch]. Nil
// options are the zero value.
//
// Threads that are created, or to which the user is added, are found; threads that are deleted or left are dropped, with a call of OnError.
// The list of threads shows where there are new messages. Edits and deletions do not move a thread there: without a live source, the
// threads without activity are read in turn, as often as CallsPerMinute allows but not more often than MaxInterval. A quarter of the calls
// is kept for them while others are busy. Of all threads whose changes take several pages, at most sixteen are read at the same time, so that
// the memory in use does not grow with their number. If changes are missing from the listing of a thread, or older than MaxAge, OnError gets
// [ErrCursorTooOld], and the thread is read again from the start of what is left.
//
// The position of each thread is in Options.Store, so that a later range continues there. Without a store every range begins at From, which
// applies to each thread, also to one that is found later. With [Now] that is the second in which the service answered the first list. It is
// kept in the store: later ranges from Now, and other replicas, begin a thread that the store does not know at the same time. The metadata and
// the retention policy that a thread has when they are read first, which takes minutes with many threads, are not a change then, unless
// the thread was created later.
//
// The range ends with an error, its last value: that of ctx, an [*chat.ArgumentError] for invalid options, or any other permanent error that
// does not concern a single thread. Ranges may run at the same time, but not with the same Lag, Listener or Events.
//
// The API operations are Chat_ListChatThreads and those of Watch.
func WatchAll(ctx context.Context, client *chat.Client, options *Options) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		o, err := options.withDefaults()
		switch {
		case err != nil:
		case client == nil:
			err = &chat.ArgumentError{Name: "client", Reason: "must not be nil"}
		case o.From != Start && o.From != Now && o.From[:1] != timePrefix:
			err = &chat.ArgumentError{Name: "From", Reason: "must be Start, Now or At: a cursor is a position in one thread"}
		default:
			_, err = o.From.position("")
			if err != nil {
				err = &chat.ArgumentError{Name: "From", Reason: err.Error()}
			}
		}
		if err == nil {
			r := newRunner(client, o, yield)
			r.parallel = maxParallel
			r.calls.every = time.Minute / time.Duration(o.CallsPerMinute)
			r.busy = max(r.busy, busyPart*r.calls.every)
			r.propertiesEvery = 5 * o.MaxInterval
			r.discovery = &discovery{from: o.From, dropped: map[string]dropped{}}
			r.discovery.item.put(&r.lists, time.Now())
			err = r.run(ctx)
		}
		if err != nil && err != errStopped { //nolint:errorlint // it is never wrapped
			yield(Change{}, err)
		}
	}
}

// maxParallel is the number of calls that a range over all threads makes at the same time.
const maxParallel = 8

const (
	listInterval = 5 * time.Second  // between two lists of threads, as far as CallsPerMinute allows
	wholeList    = 10 * time.Minute // between two lists to the end
	listPart     = 10               // lists of threads are at most one call in ten
	busyPart     = 4                // and reads of a single busy thread one in four
)

// discovery finds threads, and those with new messages.
type discovery struct {
	item    item
	from    Cursor             // where new threads begin
	dropped map[string]dropped // threads that are left or deleted

	token    string // of the next page, "" to begin
	links    links.Circle
	empty    int       // pages in a row
	again    bool      // list again when the end is reached
	asked    time.Time // the latest list because of an event
	whole    time.Time
	ended    bool                // since whole, a list has reached the end
	unlisted map[string]struct{} // threads of other users, as far as known: live sources have announced them, and they were not in the list
}

// maxUnlisted is the number of threads of other users that are remembered.
const maxUnlisted = 10_000

// isNews reports whether a thread that is not in the list was announced for the first time.
func (d *discovery) isNews(id string) bool {
	if _, known := d.unlisted[id]; known {
		return false
	}
	if d.unlisted == nil || len(d.unlisted) >= maxUnlisted {
		d.unlisted = map[string]struct{}{}
	}
	d.unlisted[id] = struct{}{}
	return true
}

// dropped is a thread that is not read any more, until it is listed with a later message.
type dropped struct {
	last     time.Time // of the messages, as listed
	position Cursor
}

// list reads the next page of the list.
func (d *discovery) list(ctx context.Context, r *runner) {
	options := chat.ListThreadsOptions{ContinuationToken: d.token}
	var read chat.Page[chat.ThreadItem]
	from := d.from
	r.start(ctx, &r.calling, func(ctx context.Context) (err error) {
		listing, serviceTime := pipeline.WithServiceTime(ctx)
		for read, err = range r.client.ListThreads(&options).Pages(listing) {
			break
		}
		if err == nil && from == Now {
			from, err = startOf(ctx, r.options.Store, cmp.Or(serviceTime(), time.Now()))
		}
		return err
	}, func(ctx context.Context, now time.Time, err error) error {
		begin := false
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case cannotContinue(d.token, err):
			d.token, begin = "", true
		case err != nil && (!isTemporary(err) || endsStore(err)):
			return err
		}
		if err != nil {
			d.item.failures++
			delay := backoff(d.item.failures, err)
			if begin {
				delay = max(delay, r.listEvery())
			}
			if errors.Is(err, chat.ErrThrottled) {
				r.userCalls.hold(now, delay)
			}
			d.item.put(&r.lists, now.Add(delay))
			r.report(ctx, "", err)
			return nil
		}
		d.item.failures, d.from = 0, from
		d.took(ctx, r, read, now)
		return nil
	})
}

// took takes a page. The list goes on while there is something new, and from time to time to the end.
func (d *discovery) took(ctx context.Context, r *runner, read chat.Page[chat.ThreadItem], now time.Time) {
	if d.token == "" {
		d.links, d.empty = links.Circle{}, 0
		if now.Sub(d.whole) >= wholeList {
			d.whole, d.ended = now, false
		}
	}
	news := false
	for _, item := range read.Items {
		news = d.see(ctx, r, item, now) || news
	}
	if d.empty++; len(read.Items) > 0 {
		d.empty = 0
	}
	last := read.Last
	switch {
	case last:
	case d.links.Closed(read.ContinuationToken):
		r.report(ctx, "", errRepeatedPage)
		last = true
	case d.empty == maxEmptyPages:
		r.report(ctx, "", errEmptyPages)
		last = true
	}
	if d.ended = d.ended || last; !last && (news || !d.ended || d.empty > 0) {
		d.token = read.ContinuationToken
		d.item.put(&r.lists, now)
		return
	}
	d.token = ""
	every := r.listEvery()
	if r.live.isHearing() {
		every = max(every, r.options.MaxInterval)
	}
	d.item.put(&r.lists, now.Add(every))
	if d.again {
		d.again = false
		r.discover(now)
	}
}

// listEvery is the least time between two lists of threads.
func (r *runner) listEvery() time.Duration { return max(listInterval, listPart*r.calls.every) }

// see takes a thread of the list. It reports whether it is new, or has a new message.
func (d *discovery) see(ctx context.Context, r *runner, item chat.ThreadItem, now time.Time) bool {
	t, last := r.threads[item.ID], item.LastMessageReceivedOn
	active := last
	if active.After(now) {
		active = now
	}
	switch {
	case t != nil && !item.DeletedOn.IsZero():
		t.listed = last
		r.drop(ctx, t, ErrThreadDeleted)
		return true
	case t != nil:
		if !last.After(t.listed) {
			return false
		}
		t.listed = last
		t.wake(r, announced{unversed: true}, now)
		return true
	case !item.DeletedOn.IsZero():
		return false
	}
	before, known := d.dropped[item.ID]
	if known && !last.After(before.last) {
		return false
	}
	delete(d.dropped, item.ID)
	delete(d.unlisted, item.ID)
	if err := r.follow(r.client.ThreadClient(item.ID), cmp.Or(before.position, d.from), active); err != nil {
		r.report(ctx, item.ID, err) // From was checked
		return false
	}
	r.threads[item.ID].listed = last
	return true
}

// startKey is the key of a store for where the first range from [Now] began.
const startKey = "start"

// startOf returns where threads begin that a range from [Now] finds: at a time or, with a store, where the first of its ranges began.
func startOf(ctx context.Context, store Store, now time.Time) (Cursor, error) {
	if store == nil {
		return At(now), nil
	}
	for {
		known, err := store.Load(ctx, startKey)
		if err != nil {
			return "", err
		}
		if known != "" {
			if _, err := Cursor(known).position(""); err != nil || known[:1] != timePrefix {
				return "", badRecord(startKey)
			}
			return Cursor(known), nil
		}
		if ok, err := swapped(ctx, store, startKey, "", string(At(now))); ok || err != nil {
			return At(now), err
		}
	}
}

// discover lists the threads soon: one is unknown, or events are missing.
func (r *runner) discover(now time.Time) {
	switch d := r.discovery; {
	case d == nil:
	case d.item.lane == nil || d.token != "":
		d.again = true
	case d.item.failures == 0:
		if at := latest(now, d.asked.Add(r.listEvery())); at.Before(d.item.due) {
			d.asked = at
			d.item.put(&r.lists, at)
		}
	}
}

// ended handles the end of a thread: of all threads, it is dropped.
func (r *runner) ended(ctx context.Context, t *thread, err error) error {
	_, invalid := errors.AsType[*chat.ArgumentError](err)
	if r.discovery == nil || invalid || errors.Is(err, chat.ErrUnauthorized) || errors.Is(err, chat.ErrClosed) {
		return err
	}
	if errors.Is(err, ErrCursorTooOld) {
		return r.restart(ctx, t, err)
	}
	now := time.Now()
	r.calls.hold(now, 2*r.calls.every) // endOf has made another call
	r.userCalls.hold(now, 2*r.userCalls.every)
	r.drop(ctx, t, err)
	return nil
}

// restart reads what is left of a thread whose history after the position cannot be read.
func (r *runner) restart(ctx context.Context, t *thread, err error) error {
	from := Start
	if r.options.MaxAge > 0 {
		from = At(time.Now().Add(-r.options.MaxAge))
	}
	properties := t.position.properties
	if err := t.begin(r, from); err != nil {
		return err
	}
	t.position.properties = properties
	t.endWalk(r, time.Now())
	t.caughtUp = false
	t.messages.put(&r.urgent, t.lastCall.Add(r.listSpacing))
	r.report(ctx, t.client.ThreadID(), err)
	return nil
}

// drop removes a thread.
func (r *runner) drop(ctx context.Context, t *thread, err error) {
	r.discovery.dropped[t.client.ThreadID()] = dropped{t.listed, t.position.cursor()}
	t.stop(r, time.Now())
	delete(r.threads, t.client.ThreadID())
	r.report(ctx, t.client.ThreadID(), err)
}
