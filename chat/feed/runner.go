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
	// The calls to make: reads of messages, those of threads with activity and the usual ones, and reads of properties.
	urgent, routine, properties lane
	urgentInARow                int
	propertiesEvery             time.Duration

	listSpacing time.Duration // between two reads of messages of a thread
	calls       gate          // all calls
	userCalls   gate          // those that are limited per user: of properties, and of the list of threads
	parallel    int
	running     int
	outcomes    chan outcome

	live live
	work sync.WaitGroup
}

// outcome is the result of a call for a thread.
type outcome struct {
	err    error
	handle func(ctx context.Context, now time.Time, err error) error
}

// errStopped ends a range whose loop was left.
var errStopped = errors.New("feed: the loop was left")

// maxUrgentInARow keeps a quarter of the calls for usual reads.
const maxUrgentInARow = 3

func newRunner(client *chat.Client, o Options, yield func(Change, error) bool) *runner {
	return &runner{
		options: o, client: client, yield: yield, threads: map[string]*thread{},
		propertiesEvery: o.MaxInterval,
		listSpacing:     spacing(operations.ListChatMessages, o.Share),
		userCalls:       gate{every: spacing(operations.GetChatThreadProperties, o.Share)},
		parallel:        2, // a read of messages and one of properties
		outcomes:        make(chan outcome),
	}
}

// run runs the range to its end. Its goroutines have ended then.
func (r *runner) run(ctx context.Context) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		cancel()
		for ; r.running > 0; r.running-- {
			<-r.outcomes
		}
		r.work.Wait()
		for _, t := range r.threads {
			r.options.Lag.left(t)
		}
		r.logEnd(ctx, err)
	}()
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
			r.heard()
		case o := <-r.outcomes:
			r.running--
			if err := o.handle(ctx, time.Now(), o.err); err != nil {
				return err
			}
		}
	}
}

// dispatch starts the calls that are due. It returns the time until the next one, and false if only an outcome or an event can cause one.
func (r *runner) dispatch(ctx context.Context) (wait time.Duration, scheduled bool) {
	for now := time.Now(); r.running < r.parallel; now = time.Now() {
		if i := r.pick(now); i != nil {
			r.calls.pass(now)
			i.thread.call(ctx, r, i, now)
			continue
		}
		next := time.Time{}
		consider := func(l *lane, user bool) {
			due, ok := l.due()
			if !ok {
				return
			}
			if user && r.userCalls.next.After(due) {
				due = r.userCalls.next
			}
			if next.IsZero() || due.Before(next) {
				next = due
			}
		}
		consider(&r.urgent, false)
		consider(&r.routine, false)
		consider(&r.properties, true)
		if next.IsZero() {
			return 0, false
		}
		if r.calls.next.After(next) {
			next = r.calls.next
		}
		return time.Until(next), true
	}
	return 0, false
}

// pick takes the next call that is due, nil if there is none.
func (r *runner) pick(now time.Time) *item {
	if !r.calls.isOpen(now) {
		return nil
	}
	urgent, routine := r.urgent.isDue(now), r.routine.isDue(now)
	switch {
	case urgent && (!routine || r.urgentInARow < maxUrgentInARow):
		r.urgentInARow++
		return r.urgent.take()
	case routine:
		r.urgentInARow = 0
		return r.routine.take()
	case r.properties.isDue(now) && r.userCalls.isOpen(now):
		r.userCalls.pass(now)
		return r.properties.take()
	}
	return nil
}

// start makes a call in another goroutine, once and without retries. handle gets its error in the goroutine of the range.
func (r *runner) start(ctx context.Context, call func(context.Context) error, handle func(ctx context.Context, now time.Time, err error) error) {
	r.running++
	ctx = pipeline.WithoutRetries(ctx)
	go func() { r.outcomes <- outcome{call(ctx), handle} }()
}

// heard makes the reads due that live sources have announced.
func (r *runner) heard() {
	threads, all, failed := r.live.take()
	now := time.Now()
	if failed != nil {
		r.report("", failed)
	}
	if all {
		for _, t := range r.threads {
			t.wake(r, announced{unversed: true, properties: true}, now)
		}
		return
	}
	for id, a := range threads {
		if t := r.threads[id]; t != nil {
			t.wake(r, a, now)
		}
	}
}

// report passes an error to the caller and the log.
func (r *runner) report(threadID string, err error) {
	if logger := r.client.Pipeline().Logger(); logger != nil {
		logger.LogAttrs(context.Background(), slog.LevelWarn, "feed call failed", //nolint:forbidigo // there is no caller's context for a log
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
