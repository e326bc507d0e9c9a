package feed

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/operations"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// runner is one range. Its goroutine decides what to call, takes the outcomes and yields; other goroutines make the calls, and touch nothing
// else.
type runner struct {
	options Options
	client  *chat.Client
	yield   func(Change, error) bool

	threads map[string]*thread
	// The calls to make: claims of threads, lists of threads, reads of messages of threads with activity and the usual ones, and reads of
	// properties.
	claims, lists, urgent, routine, properties lane
	histories, recent                          places
	turn                                       int // of the calls
	userTurn                                   int // of those that are limited per user
	propertiesEvery                            time.Duration

	listSpacing time.Duration // the least between two reads of messages of a thread
	busy        time.Duration // that of a busy thread
	calls       gate          // all calls
	userSpacing time.Duration // the least between two calls that are limited per user, of all replicas
	userCalls   gate          // those that are limited per user: of properties, and of the list of threads
	parallel    int           // calls of the service at the same time
	calling     int           // those under way
	claiming    int           // claims under way: calls of the store alone
	outcomes    chan outcome

	discovery *discovery // nil for a single thread
	replica   *replica   // nil without a store
	replicaID string     // "" before its record is written
	live      live
	work      sync.WaitGroup
}

// outcome is the result of a call for a thread.
type outcome struct {
	counted *int // among which the call was
	err     error
	handle  func(ctx context.Context, now time.Time, err error) error
}

// errStopped ends a range whose loop was left.
var errStopped = errors.New("feed: the loop was left")

// While there are more calls to make than are allowed, one in four is for usual reads, and one in sixteen for properties. Of those that are
// limited per user, one in four is for properties while threads are listed.
const (
	routineTurn    = 4
	propertiesTurn = 16
	userTurn       = 4
)

// maxClaiming is the number of claims at the same time. A slow store delays them, and no calls of the service.
const maxClaiming = 4

func newRunner(client *chat.Client, o Options, yield func(Change, error) bool) *runner {
	if o.Store != nil {
		o.Store = timely{o.Store, max(o.LeaseTime, defaultLeaseTime)}
	}
	r := &runner{
		options: o, client: client, yield: yield, threads: map[string]*thread{},
		propertiesEvery: max(o.MaxInterval, defaultMaxInterval),
		listSpacing:     spacing(operations.ListChatMessages, o.Share),
		userSpacing:     spacing(operations.GetChatThreadProperties, o.Share),
		parallel:        2, // a read of messages and one of properties
		outcomes:        make(chan outcome),
	}
	r.busy, r.userCalls.every = r.listSpacing, r.userSpacing
	if o.Store != nil {
		r.replica = newReplica(o.Store, o.LeaseTime)
	}
	return r
}

// run runs the range to its end. Its goroutines have ended then.
func (r *runner) run(ctx context.Context) (err error) {
	alive, stopReplica := context.WithCancel(context.WithoutCancel(ctx)) // until what was delivered is recorded
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		cancel()
		for r.calling+r.claiming > 0 {
			*(<-r.outcomes).counted--
		}
		r.settleAll(ctx)
		stopReplica()
		r.work.Wait()
		for _, t := range r.threads {
			r.options.Lag.left(t)
		}
		r.logEnd(ctx, err)
	}()
	var changed <-chan struct{}
	if r.replica != nil {
		changed = r.replica.signal
		r.work.Go(func() { r.replica.run(alive) })
	}
	r.live.start(ctx, &r.work, r.options.Listener, r.options.Events)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		wait, scheduled := r.dispatch(ctx)
		if scheduled {
			timer.Reset(wait)
		} else {
			timer.Stop()
		}
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-r.live.signal:
			r.heard(ctx)
		case <-changed:
			if err := r.replicaChanged(ctx); err != nil {
				return err
			}
		case o := <-r.outcomes:
			*o.counted--
			if err := o.handle(ctx, time.Now(), o.err); err != nil {
				return err
			}
		}
	}
}

// dispatch starts the calls that are due. It returns the time until the next one, and false if only an outcome or an event can cause one.
func (r *runner) dispatch(ctx context.Context) (wait time.Duration, scheduled bool) {
	for {
		now := time.Now()
		i := r.pick(now)
		if i == nil {
			break
		}
		r.make(ctx, i, now)
	}
	next := r.next()
	return time.Until(next), !next.IsZero()
}

// mayCall reports whether there is room for another call of the service.
func (r *runner) mayCall() bool { return r.calling < r.parallel }

// mayClaim reports whether there is room for another claim.
func (r *runner) mayClaim() bool { return r.replicaID != "" && r.claiming < maxClaiming }

// next returns when the next call can be made, the zero time if none is scheduled.
func (r *runner) next() (next time.Time) {
	consider := func(l *lane, gates ...*gate) {
		at, ok := l.due()
		for _, g := range gates {
			at = latest(at, g.next)
		}
		if ok && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	if r.mayClaim() {
		consider(&r.claims)
	}
	if r.mayCall() {
		consider(&r.lists, &r.calls, &r.userCalls)
		consider(&r.urgent, &r.calls)
		consider(&r.routine, &r.calls)
		consider(&r.properties, &r.calls, &r.userCalls)
	}
	return next
}

// pick takes the next call that is due, nil if there is none.
func (r *runner) pick(now time.Time) *item {
	switch {
	case r.mayClaim() && r.claims.isDue(now):
		return r.claims.take()
	case !r.mayCall() || !r.calls.isOpen(now):
		return nil
	}
	lists, properties := r.lists.isDue(now) && r.userCalls.isOpen(now), r.properties.isDue(now) && r.userCalls.isOpen(now)
	if lists {
		r.userCalls.pass(now)
		if properties {
			r.userTurn++
		}
		if properties && r.userTurn%userTurn == 0 {
			return r.properties.take()
		}
		return r.lists.take()
	}
	urgent, routine := r.urgent.isDue(now), r.routine.isDue(now)
	r.turn++
	switch {
	case properties && (!urgent && !routine || r.turn%propertiesTurn == 0):
		r.userCalls.pass(now)
		return r.properties.take()
	case routine && (!urgent || r.turn%routineTurn == 0):
		return r.routine.take()
	case urgent:
		return r.urgent.take()
	}
	return nil
}

// make makes the call of an item.
func (r *runner) make(ctx context.Context, i *item, now time.Time) {
	t := i.thread
	switch {
	case t == nil:
		r.calls.pass(now)
		r.discovery.list(ctx, r)
	case i == &t.claims:
		t.claim(ctx, r)
	case i == &t.settings:
		r.calls.pass(now)
		t.readProperties(ctx, r)
	default:
		r.calls.pass(now)
		t.lastCall = now
		t.readMessages(ctx, r, now)
	}
}

// start makes a call in another goroutine, once and without retries. counted is the number of such calls under way. handle gets its error in
// the goroutine of the range.
func (r *runner) start(ctx context.Context, counted *int, call func(context.Context) error, handle func(ctx context.Context, now time.Time, err error) error) {
	*counted++
	ctx = pipeline.WithoutRetries(ctx)
	go func() { r.outcomes <- outcome{counted, call(ctx), handle} }()
}

// heard makes the reads due that live sources have announced.
func (r *runner) heard(ctx context.Context) {
	threads, all, failed := r.live.take()
	now := time.Now()
	if failed != nil {
		r.report(ctx, "", failed)
	}
	if all {
		for _, t := range r.threads {
			if r.discovery != nil && t.messages.lane == &r.routine { // the list of threads tells which are urgent
				t.messages.hasten(&r.routine, now)
				continue
			}
			t.wake(r, announced{unversed: true, properties: true}, now)
		}
		r.discover(now)
		return
	}
	for id, a := range threads {
		if t := r.threads[id]; t != nil {
			t.wake(r, a, now)
			continue
		}
		if d := r.discovery; d != nil && (d.isNews(id) || a.joined) {
			r.discover(now)
		}
	}
}

// report passes an error to the caller and the log.
func (r *runner) report(ctx context.Context, threadID string, err error) {
	if logger := r.client.Pipeline().Logger(); logger != nil {
		logger.LogAttrs(ctx, slog.LevelWarn, "feed call failed",
			slog.String("thread", pipeline.LogLine(threadID)), slog.String("error", logLine(err)))
	}
	if r.options.OnError != nil {
		r.options.OnError(threadID, err)
	}
}

// logEnd logs the end of the range.
func (r *runner) logEnd(ctx context.Context, err error) {
	logger := r.client.Pipeline().Logger()
	if logger == nil || err == errStopped { //nolint:errorlint // it is never wrapped
		return
	}
	level := slog.LevelWarn
	if errors.Is(err, context.Canceled) {
		level = slog.LevelInfo
	}
	logger.LogAttrs(ctx, level, "feed ended", slog.String("error", logLine(err)))
}
