package limits

import (
	"context"
	"slices"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// Allowance is what is left of a limit.
type Allowance struct {
	Window
	// Left is the number of requests that may be sent now.
	Left int
	// Wait is the time until one may be sent, 0 if Left is not 0.
	Wait time.Duration
}

// Budget returns what is left of each limit of a request, nil if it has none. Requests in progress are counted, those that wait are not.
// The error is that of the store.
func (l *Limiter) Budget(ctx context.Context, request chat.LimitedRequest) ([]Allowance, error) {
	windows := l.windows(request)
	if len(windows) == 0 {
		return nil, nil
	}
	counted, err := l.store.Look(ctx, windows)
	if err != nil {
		return nil, err
	}
	var budget []Allowance
	for i, w := range windows {
		a := Allowance{Window: w, Left: max(0, w.Most-len(counted[i]))}
		if a.Left == 0 {
			a.Wait = counted[i][len(counted[i])-w.Most]
		}
		budget = append(budget, a)
	}
	return budget, nil
}

// Plan is how long a number of requests takes.
type Plan struct {
	// Wait is the least time until the last of the requests may be sent.
	Wait time.Duration
	// Limit is the one that the last request waits for, the zero value if Wait is 0.
	Limit Limit
}

// Plan returns how long n further requests take that are sent as soon as the limits allow, and answered at once. It does not count
// requests that wait. 0 or fewer take no time. A million requests are planned in a fraction of a second; the error is that of ctx or of the
// store.
func (l *Limiter) Plan(ctx context.Context, request chat.LimitedRequest, n int) (Plan, error) {
	windows := l.windows(request)
	if len(windows) == 0 {
		return Plan{}, nil
	}
	counted, err := l.store.Look(ctx, windows)
	if err != nil {
		return Plan{}, err
	}
	return schedule(ctx, windows, counted, n)
}

// schedule plans n requests in windows, given how long the requests in each of them continue to count. It changes counted. The error is
// that of the context.
func schedule(ctx context.Context, windows []Window, counted [][]time.Duration, n int) (plan Plan, err error) {
	for i := range n {
		if i%1024 == 1023 && ctx.Err() != nil {
			return Plan{}, ctx.Err()
		}
		at := plan.Wait
		for i, w := range windows {
			if surplus := len(counted[i]) - w.Most; surplus >= 0 && counted[i][surplus] > at {
				at, plan.Limit = counted[i][surplus], w.Limit
			}
		}
		plan.Wait = at
		for i, w := range windows {
			place, _ := slices.BinarySearch(counted[i], at+w.Per+1)
			counted[i] = slices.Insert(counted[i], place, at+w.Per)
			if surplus := len(counted[i]) - w.Most; surplus > 0 { // the others do not matter any more
				counted[i] = counted[i][surplus:]
			}
		}
	}
	return plan, nil
}
