package limits

import (
	"context"
	"slices"
	"sync"
	"time"
)

// memory is the store of one process.
type memory struct {
	begin time.Time // times are counted from it, by the monotonic clock

	mu       sync.Mutex // guards the rest
	used     map[Window]*usage
	sweeping bool // a timer will sweep
}

// usage is what is counted in a window. A window without it is empty.
type usage struct {
	open int             // requests that are not answered yet
	ends []time.Duration // when the others cease to count, in order
}

// sweepAfter is how often unused windows are removed.
const sweepAfter = 10 * time.Second

func newMemory() *memory {
	return &memory{begin: time.Now(), used: make(map[Window]*usage)}
}

func (m *memory) Take(_ context.Context, windows []Window) (_ string, wait time.Duration, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Since(m.begin)
	for _, w := range windows {
		if u := m.used[w]; u != nil {
			wait = max(wait, u.wait(w, now))
		}
	}
	if wait > 0 {
		return "", wait, nil
	}
	for _, w := range windows {
		m.of(w).open++
	}
	return "", 0, nil
}

func (m *memory) Settle(_ context.Context, windows []Window, _ string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Since(m.begin)
	for _, w := range windows {
		u := m.of(w)
		u.open--
		u.add(now + w.Per)
	}
	return nil
}

func (m *memory) Record(_ context.Context, windows []Window, ago time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Since(m.begin)
	for _, w := range windows {
		if ago < w.Per {
			m.of(w).add(now + w.Per - max(ago, 0))
		}
	}
	return nil
}

func (m *memory) Fill(_ context.Context, w Window, d time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	u, end := m.of(w), time.Since(m.begin)+d
	for i := range u.ends {
		u.ends[i] = max(u.ends[i], end)
	}
	for len(u.ends) < w.Most { // those in progress may be answered and cease to count before
		u.add(end)
	}
	return nil
}

func (m *memory) Look(_ context.Context, windows []Window) ([][]time.Duration, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Since(m.begin)
	all := make([][]time.Duration, len(windows))
	for i, w := range windows {
		u := m.used[w]
		if u == nil {
			continue
		}
		u.pass(now)
		for _, end := range u.ends {
			all[i] = append(all[i], end-now)
		}
		for range u.open {
			all[i] = append(all[i], w.Per)
		}
		slices.Sort(all[i])
	}
	return all, nil
}

// of returns the usage of a window, and makes it if there is none.
func (m *memory) of(w Window) *usage {
	u := m.used[w]
	if u == nil {
		u = &usage{}
		m.used[w] = u
		if !m.sweeping {
			m.sweeping = true
			time.AfterFunc(sweepAfter, m.sweep)
		}
	}
	return u
}

// sweep removes the windows in which nothing counts any more.
func (m *memory) sweep() {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Since(m.begin)
	for w, u := range m.used {
		if u.pass(now); u.open == 0 && len(u.ends) == 0 {
			delete(m.used, w)
		}
	}
	if m.sweeping = len(m.used) > 0; m.sweeping {
		time.AfterFunc(sweepAfter, m.sweep)
	} else {
		m.used = make(map[Window]*usage) // deleting does not shrink a map
	}
}

// wait returns the least time until the window has room, 0 if it has. A request that is not answered counts for the whole window at
// least.
func (u *usage) wait(w Window, now time.Duration) time.Duration {
	u.pass(now)
	surplus := u.open + len(u.ends) - w.Most
	switch {
	case surplus < 0:
		return 0
	case surplus < len(u.ends):
		return u.ends[surplus] - now
	}
	return w.Per
}

// pass removes the requests that have ceased to count.
func (u *usage) pass(now time.Duration) {
	passed := 0
	for passed < len(u.ends) && u.ends[passed] <= now {
		passed++
	}
	u.ends = slices.Delete(u.ends, 0, passed)
}

// add counts an answered request until a time.
func (u *usage) add(end time.Duration) {
	i := len(u.ends)
	for i > 0 && u.ends[i-1] > end {
		i--
	}
	u.ends = slices.Insert(u.ends, i, end)
}
