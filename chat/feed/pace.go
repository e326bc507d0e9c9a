package feed

import (
	"slices"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/operations"
)

// spacing is the least time between two calls of an operation that stays within a share of each of its published rates.
func spacing(operationID string, share float64) time.Duration {
	operation, ok := operations.ByID(operationID)
	if !ok {
		panic("feed: unknown operation " + operationID)
	}
	gaps := make([]time.Duration, 0, len(operation.Rates))
	for _, rate := range operation.Rates {
		gaps = append(gaps, time.Duration(float64(rate.Window)/(float64(rate.Most)*share)))
	}
	return slices.Max(gaps)
}

// gate spaces calls.
type gate struct {
	every time.Duration
	next  time.Time
}

func (g *gate) isOpen(now time.Time) bool { return !now.Before(g.next) }

// pass takes the place of one call.
func (g *gate) pass(now time.Time) { g.next = now.Add(g.every) }

// hold closes the gate for a time.
func (g *gate) hold(now time.Time, d time.Duration) {
	if until := now.Add(d); until.After(g.next) {
		g.next = until
	}
}

// interval is the time until a thread is read again that was active a while ago: an eighth of that while.
func interval(idle, least, most time.Duration) time.Duration {
	return max(least, min(idle/8, most))
}
