package inspector

import (
	"slices"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// shownEvents is how many events the page shows.
const shownEvents = 20

// connectionView is an open real-time connection.
type connectionView struct {
	User       string
	UserID     string
	Since      moment
	Registered bool
	Delivered  int
	Answered   int
	Refused    int
}

// viewConnections lists the open connections, or those of the chosen user, the latest first.
func (p *page) viewConnections(g selection) (list []connectionView) {
	user, now := g.get(chosenUser), p.service.Now()
	for _, c := range slices.Backward(p.service.Connections()) {
		if user == "" || user == c.User.ID {
			list = append(list, connectionView{
				shortID(c.User.ID), c.User.ID, momentOf(c.Since, now, "15:04:05"), c.Registered, c.Delivered, c.Answered, c.Refused,
			})
		}
	}
	return list
}

// eventsView has the latest events, the latest first.
type eventsView struct {
	Events []eventView
	Total  int // of those that are kept and were asked for
}

type eventView struct {
	Kind       string
	At         moment
	Recipients int
}

// viewEvents lists the latest events, of the chosen thread and to the chosen user.
func (p *page) viewEvents(g selection) (v eventsView) {
	thread, user, now := g.get(chosenThread), g.get(chosenUser), p.service.Now()
	for _, e := range slices.Backward(p.service.Events()) {
		h := e.EventHeader()
		switch {
		case thread != "" && h.ThreadID != thread, user != "" && !slices.Contains(e.Recipients, chattest.User{ID: user}):
			continue
		case v.Total < shownEvents:
			v.Events = append(v.Events, eventView{string(e.Kind()), momentOf(h.Time, now, "15:04:05.000"), len(e.Recipients)})
		}
		v.Total++
	}
	return v
}
