package limits

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/operations"
)

// Limit allows Most requests in any time of the length Per, for each Scope.
type Limit struct {
	// Name is what the requests do, such as "send, update and delete messages". Requests with the same name are counted together.
	Name  string
	Scope Scope
	Most  int
	Per   time.Duration
}

// String describes the limit, as in "30 in 1m per thread to send, update and delete messages".
func (l Limit) String() string {
	per := l.Per.String()
	if strings.HasSuffix(per, "m0s") {
		per = strings.TrimSuffix(per, "0s")
	}
	return fmt.Sprintf("%d in %s per %s to %s", l.Most, per, l.Scope, l.Name)
}

// Scope says whose requests are counted together.
type Scope string

// Scopes of limits.
const (
	ScopeResource      Scope = "resource"
	ScopeUser          Scope = "user"
	ScopeThread        Scope = "thread"
	ScopeUserAndThread Scope = "user and thread"
)

// Window counts the requests of one user, of one thread, of both or of the resource, as the scope of its limit says. Two windows are
// the same if they are equal.
type Window struct {
	Limit
	User   string // a raw id, "" unless the limit is one of a user
	Thread string // "" unless the limit is one of a thread
}

// published returns the published limits of all operations by their ids, after adjust has changed them.
func published(adjust func(Limit) Limit) map[string][]Limit {
	all := make(map[string][]Limit)
	for _, op := range operations.All() {
		for _, rate := range op.Rates {
			limit := Limit{rate.Counter, Scope(rate.Scope), rate.Most, rate.Window}
			if adjust != nil {
				limit = adjust(limit)
			}
			if limit.Most > 0 && limit.Per > 0 && !slices.Contains(all[op.ID], limit) { // a request counts once in a window
				all[op.ID] = append(all[op.ID], limit)
			}
		}
	}
	return all
}

// windows are those in which a request counts, the narrowest scope first.
func (l *Limiter) windows(r chat.LimitedRequest) []Window {
	if l == nil {
		return nil
	}
	limits := l.limits[r.Operation]
	windows := make([]Window, len(limits))
	for i, limit := range limits {
		windows[i].Limit = limit
		if limit.Scope == ScopeUser || limit.Scope == ScopeUserAndThread {
			windows[i].User = r.User
		}
		if limit.Scope == ScopeThread || limit.Scope == ScopeUserAndThread {
			windows[i].Thread = r.Thread
		}
	}
	return windows
}
