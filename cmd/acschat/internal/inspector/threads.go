package inspector

import (
	"slices"
	"strings"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

// The most of each that the page shows.
const (
	maxShownThreads = 100
	maxShownUsers   = 100
)

// threadsView has the threads, the latest first.
type threadsView struct {
	Threads []threadLink
	Earlier int
}

type threadLink struct {
	ID      string
	Topic   string
	Href    string
	Current bool
	Deleted bool
}

func (p *page) viewThreads(g selection, threads []chat.ThreadProperties, current string) threadsView {
	v := threadsView{Earlier: max(0, len(threads)-maxShownThreads)}
	for _, t := range slices.Backward(threads[v.Earlier:]) {
		v.Threads = append(v.Threads, threadLink{
			ID: t.ID, Topic: p.safe(t.Topic), Href: "/" + selection{thread: t.ID, failed: g.failed}.Query(),
			Current: t.ID == current, Deleted: !t.DeletedOn.IsZero(),
		})
	}
	return v
}

// usersView has the users, the latest first.
type usersView struct {
	Users   []userView
	Earlier int
}

// userView is a user's id in two parts: that of the resource, and that of the user.
type userView struct{ Common, Own string }

func (p *page) viewUsers(users []chattest.User) usersView {
	v := usersView{Earlier: max(0, len(users)-maxShownUsers)}
	for _, u := range slices.Backward(users[v.Earlier:]) {
		at := strings.IndexByte(u.ID, '_') + 1
		v.Users = append(v.Users, userView{u.ID[:at], u.ID[at:]})
	}
	return v
}
