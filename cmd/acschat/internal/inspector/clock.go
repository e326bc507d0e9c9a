package inspector

import (
	"fmt"
	"net/http"
	"time"
)

// clockView is the time of the service.
type clockView struct {
	Now   moment
	Ahead string // difference to the machine's clock; "" if none
}

func (p *page) viewClock() clockView {
	now := p.service.Now().UTC()
	v := clockView{Now: moment{now.Format(time.DateOnly + " " + time.TimeOnly), now.Format(time.RFC3339)}}
	switch ahead := p.ahead(); {
	case ahead > 0:
		v.Ahead = ahead.String() + " ahead"
	case ahead < 0:
		v.Ahead = (-ahead).String() + " behind"
	}
	return v
}

// ahead returns how far the service's clock is ahead of the machine's, in milliseconds. It reads the clocks again if the time between
// the two readings would change the result.
func (p *page) ahead() time.Duration {
	for {
		before := time.Now()
		now := p.service.Now()
		if time.Since(before) < time.Millisecond/2 {
			return now.Sub(before).Round(time.Millisecond)
		}
	}
}

// moveClock moves the clock of the service as a button or the field says. "right" resets it.
func (p *page) moveClock(w http.ResponseWriter, r *http.Request) {
	asked := r.PostFormValue("step")
	if asked == "" {
		asked = r.PostFormValue("by")
	}
	by, err := time.ParseDuration(asked)
	switch {
	case asked == "right":
		by = -p.ahead()
	case err != nil:
		http.Error(w, fmt.Sprintf("the clock moves by a duration such as 90m or -1h30m, not %q", p.safe(asked)), http.StatusBadRequest)
		return
	}
	to := p.service.Now().Add(by)
	if to.Year() < 2000 || to.Year() > 2200 {
		http.Error(w, "the clock must be between 2000 and 2200", http.StatusBadRequest)
		return
	}
	p.service.Advance(by.Round(time.Millisecond))
	p.done(w, r)
}

// done redirects to the page, and updates open ones.
func (p *page) done(w http.ResponseWriter, r *http.Request) {
	p.changes.ring()
	http.Redirect(w, r, "/"+selectionOf(r).Query(), http.StatusSeeOther)
}
