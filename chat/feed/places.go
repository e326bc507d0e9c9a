package feed

import "time"

// places bounds the walks of several pages that are under way at the same time, because they hold pages. One that finds no place is given up,
// and begun again when there is one: the start of each thread is read without delay, and a thread with a single page is not held up.
type places struct {
	taken   int
	waiting lane
}

const (
	mostPlaces    = 8         // of each kind
	longAgo       = time.Hour // a first read from a position before has a place of its own kind, so that histories do not hold up what is new
	placeFailures = 5         // in a row, after which a walk has to begin again if others wait for its place
)

// enter gives the walk a place, and reports false if it has to wait for one.
func (p *places) enter(t *thread, now time.Time) bool {
	switch {
	case t.place != nil:
		return true
	case p.taken == mostPlaces:
		t.walk = nil
		t.messages.put(&p.waiting, now)
		return false
	}
	p.taken++
	t.place = p
	return true
}

// isWaiting reports whether the thread waits for a place.
func (t *thread) isWaiting(r *runner) bool {
	return t.messages.lane != nil && (t.messages.lane == &r.histories.waiting || t.messages.lane == &r.recent.waiting)
}

// placesOf returns the places for the walks of the thread.
func (r *runner) placesOf(t *thread, now time.Time) *places {
	if !t.caughtUp && now.Sub(time.UnixMilli(t.position.newest)) > longAgo {
		return &r.histories
	}
	return &r.recent
}

// endWalk ends the walk. Its place is for the thread that has waited for the longest time.
func (t *thread) endWalk(r *runner, now time.Time) {
	t.walk = nil
	p := t.place
	if p == nil {
		return
	}
	t.place = nil
	if len(p.waiting) == 0 {
		p.taken--
		return
	}
	next := p.waiting.take()
	next.thread.place = p
	next.put(&r.urgent, now)
}
