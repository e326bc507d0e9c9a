package limits

import (
	"context"
	"time"
)

// Store keeps the windows of a [Limiter]. It is used concurrently. A store that is shared by several processes keeps the times of one
// clock for all of them, and counts a request that a process has taken and not settled for a limited time. The windows of a call are
// those of one request, and no two are equal. After the answer to a request, methods get a context that ends after five seconds, and not
// with that of the request.
type Store interface {
	// Take counts a request in all of the windows if each of them has room, and in none otherwise. wait is 0 if it has been counted;
	// otherwise it is the least time after which there may be room. The ticket is passed to Settle, with the same windows. With an error
	// the request is not sent.
	Take(ctx context.Context, windows []Window) (ticket string, wait time.Duration, err error)
	// Settle counts a request of Take from now on for the length of each window.
	Settle(ctx context.Context, windows []Window, ticket string) error
	// Record counts a request that was answered some time ago, in every window that is longer than that.
	Record(ctx context.Context, windows []Window, ago time.Duration) error
	// Fill leaves no room in a window for a time, as if Most requests were counted that long.
	Fill(ctx context.Context, window Window, d time.Duration) error
	// Look returns how long each request in each of the windows continues to count, the shortest time first. A request that is not
	// settled has the length of the window.
	Look(ctx context.Context, windows []Window) ([][]time.Duration, error)
}
