package limits

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// Limiter is a [chat.Limiter] for the published limits. It is safe for concurrent use and has no goroutines. A nil Limiter and
// the zero value limit nothing; use [New].
type Limiter struct {
	store  Store
	limits map[string][]Limit // by operation
	onWait func(Wait)

	mu    sync.Mutex // guards lines
	lines map[Window]*line
}

// Options are the optional settings of [New].
type Options struct {
	// Store keeps the windows. Nil means the memory of this process, in which a user or thread that sends nothing is forgotten within
	// ten seconds after its last window has passed. Its errors fail the call, except those after the answer to a request.
	Store Store
	// Adjust is called by New with each published limit and returns the one to keep, for example a share of it or one of a support
	// request. It is called for each operation of a limit, and must return the same each time. A limit whose Most or Per is not positive
	// is dropped: keep a share of at least 1, as in max(1, limit.Most/20). Limits that become the same are one. Nil means the published
	// limits.
	Adjust func(Limit) Limit
	// OnWait is called before a request begins to wait, by its goroutine; calls may be concurrent. The requests behind it wait for it,
	// too. Nil means no calls.
	OnWait func(Wait)
}

// Wait is a request that has to wait.
type Wait struct {
	Request chat.LimitedRequest
	// Limit is the one that the request waits for.
	Limit Limit
	// Delay is the least time until the request is sent.
	Delay time.Duration
}

// New returns a limiter for all clients of one resource. Resources have their own limits: make a limiter for each. Nil options are the zero
// value.
func New(options *Options) *Limiter {
	if options == nil {
		options = &Options{}
	}
	l := &Limiter{
		store: options.Store, limits: published(options.Adjust), onWait: options.OnWait, lines: make(map[Window]*line),
	}
	if l.store == nil {
		l.store = newMemory()
	}
	return l
}

var _ chat.Limiter = (*Limiter)(nil)

// Wait implements [chat.Limiter]. Requests of a thread that count in the same windows are served in the order of their calls; so are
// those of a user, for limits of users. A request without limits is never delayed. Requests whose User is "" count as
// those of one user.
//
// The caller must call answered once, also if the request fails: the request counts until then, and for the length of each window
// after that. The function does not block for longer than the store does.
//
// The error matches [*ExceededError] if the request cannot be sent before the deadline of ctx or within the time of [WithMaxWait]: at once,
// unless the requests before it take longer than they need. Otherwise it is that of ctx or of the store. Nothing is counted then.
func (l *Limiter) Wait(ctx context.Context, request chat.LimitedRequest) (answered func(status int, retryAfter time.Duration), err error) {
	windows := l.windows(request)
	if len(windows) == 0 {
		return func(int, time.Duration) {}, nil
	}
	ticket, err := l.take(ctx, request, windows)
	if err != nil {
		return nil, err
	}
	return func(status int, retryAfter time.Duration) {
		l.settle(ctx, windows, ticket, status, retryAfter)
	}, nil
}

// take counts a request in its windows as soon as they have room, in the order of the line.
func (l *Limiter) take(ctx context.Context, request chat.LimitedRequest, windows []Window) (ticket string, err error) {
	latest := latestOf(ctx)
	var wait time.Duration
	if !l.isWaiting(windows[0]) {
		ticket, wait, err = l.store.Take(ctx, windows)
		if wait == 0 || err != nil {
			return ticket, err
		}
	}
	place := l.join(windows[0])
	defer l.leave(windows[0], place)
	plan, err := l.announce(ctx, request, windows, place.ahead, wait, latest)
	if err != nil {
		return "", err
	}
	if err := place.wait(ctx, latest); errors.Is(err, errTooLate) {
		return "", l.exceeded(ctx, windows, l.position(windows[0], place), 0)
	} else if errors.Is(err, context.DeadlineExceeded) {
		return "", fmt.Errorf("%w: %w", &ExceededError{Limit: plan.Limit}, err)
	} else if err != nil {
		return "", err
	}
	if place.ahead > 0 || l.onWait != nil {
		wait = 0 // it has passed while those ahead waited, or may have while OnWait was called
	}
	for {
		if wait > 0 {
			if latest.isBefore(wait) {
				return "", l.exceeded(ctx, windows, 1, wait)
			}
			if err := sleep(ctx, wait); err != nil {
				return "", err
			}
		}
		if ticket, wait, err = l.store.Take(ctx, windows); wait == 0 || err != nil {
			return ticket, err
		}
	}
}

// announce plans a wait that takes at least a time, reports it, and fails if it does not fit the deadline. Its duration grows with the line.
// It makes no plan that is not needed: the first of a line knows how long it has to wait.
func (l *Limiter) announce(
	ctx context.Context, request chat.LimitedRequest, windows []Window, ahead int, least time.Duration, latest moment,
) (Plan, error) {
	if l.onWait == nil && (latest.IsZero() || ahead == 0 && !latest.isBefore(least)) {
		return Plan{}, nil
	}
	plan, err := l.planWait(ctx, windows, ahead+1, least)
	if err != nil {
		return Plan{}, err
	}
	if plan.Wait > 0 && latest.isBefore(plan.Wait) {
		return Plan{}, &ExceededError{plan.Limit, plan.Wait}
	}
	if l.onWait != nil && plan.Wait > 0 {
		l.onWait(Wait{request, plan.Limit, plan.Wait})
	}
	return plan, nil
}

// exceeded makes the error of a request that has to wait too long, the nth of its line, and for a time at least.
func (l *Limiter) exceeded(ctx context.Context, windows []Window, n int, least time.Duration) error {
	plan, err := l.planWait(ctx, windows, n, least)
	if err != nil {
		return err
	}
	return &ExceededError{plan.Limit, plan.Wait}
}

// planWait plans the wait of the nth request of a line, which takes at least a time. It always names a limit: a window may have got room since.
func (l *Limiter) planWait(ctx context.Context, windows []Window, n int, least time.Duration) (Plan, error) {
	counted, err := l.store.Look(ctx, windows)
	if err != nil {
		return Plan{}, err
	}
	plan, err := schedule(ctx, windows, counted, n)
	plan.Wait = max(plan.Wait, least)
	if plan.Limit == (Limit{}) {
		plan.Limit = windows[0].Limit
	}
	return plan, err
}

// settleTimeout limits the calls of the store for an answer, which do not end with the context of the request.
const settleTimeout = 5 * time.Second

// settle counts a request from its answer on. Its errors are dropped: the store counts the request until its lease ends.
func (l *Limiter) settle(ctx context.Context, windows []Window, ticket string, status int, retryAfter time.Duration) {
	if l.isLocal() {
		_ = l.store.Settle(ctx, windows, ticket)
	} else {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
		defer cancel()
		_ = l.store.Settle(ctx, windows, ticket)
	}
	if status == http.StatusTooManyRequests {
		l.fill(ctx, windows, retryAfter)
	}
}

// maxFill limits what a response can ask for, so that it cannot end the requests of a thread.
const maxFill = 10 * time.Minute

// fill leaves no room in the fullest of the windows, after a 429.
func (l *Limiter) fill(ctx context.Context, windows []Window, retryAfter time.Duration) {
	counted, err := l.store.Look(ctx, windows)
	if err != nil {
		return
	}
	fullest := 0
	for i, w := range windows {
		if len(counted[i])*windows[fullest].Most > len(counted[fullest])*w.Most {
			fullest = i
		}
	}
	d := min(retryAfter, maxFill)
	if d <= 0 {
		d = windows[fullest].Per
	}
	_ = l.store.Fill(ctx, windows[fullest], d)
}

// Record counts a request that was answered at a time, for example one that was sent before the process was restarted. A time in the
// future counts as now. The error is that of the store.
func (l *Limiter) Record(ctx context.Context, request chat.LimitedRequest, answered time.Time) error {
	windows := l.windows(request)
	if len(windows) == 0 {
		return nil
	}
	return l.store.Record(ctx, windows, time.Since(answered))
}

func (l *Limiter) isLocal() bool {
	_, ok := l.store.(*memory)
	return ok
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
