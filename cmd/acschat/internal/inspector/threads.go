package inspector

import (
	"slices"
	"strings"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

// How many of each a page of the list has.
const (
	threadsPage = 12
	usersPage   = 12
)

// threadsView is a page of the threads, those with the latest activity first.
type threadsView struct {
	rows[threadLink]

	Searched bool
}

type threadLink struct {
	ID      string
	Topic   string
	Href    string
	Active  moment // of the latest message
	Current bool
	Deleted bool
}

func (p *page) viewThreads(g selection, threads []chat.ThreadItem, current string) threadsView {
	sought := searchOf(g, threadSearch)
	found := slices.DeleteFunc(slices.Clone(threads), func(t chat.ThreadItem) bool { return !sought.in(t.Topic, t.ID) })
	now := p.service.Now()
	list := pageOf(g, paging[chat.ThreadItem]{"threads", threadsFrom, threadsPage, func(t chat.ThreadItem) string { return t.ID }}, found)
	return threadsView{shownAs(list, func(t chat.ThreadItem) threadLink {
		v := threadLink{
			ID: t.ID, Topic: p.safe(t.Topic), Active: momentOf(t.LastMessageReceivedOn, now, "15:04:05"),
			Current: t.ID == current, Deleted: !t.DeletedOn.IsZero(),
		}
		v.Href = g.narrowed(chosenThread, t.ID).link("messages")
		return v
	}), sought != ""}
}

// usersView is a page of the users, the latest first.
type usersView struct {
	rows[userView]

	Searched bool
	CSRF     string
}

// userView is a user, and the part of the id that other users of the resource do not share.
type userView struct {
	ID      string
	Own     string
	Href    string
	Current bool
}

func (p *page) viewUsers(g selection, users []chattest.User) usersView {
	sought := searchOf(g, userSearch)
	slices.Reverse(users)
	users = slices.DeleteFunc(users, func(u chattest.User) bool { return !sought.in(u.ID) })
	list := pageOf(g, paging[chattest.User]{"users", usersFrom, usersPage, func(u chattest.User) string { return u.ID }}, users)
	return usersView{shownAs(list, func(u chattest.User) userView {
		v := userView{ID: u.ID, Own: ownPart(u.ID), Current: u.ID == g.get(chosenUser)}
		v.Href = g.narrowed(chosenUser, u.ID).link("users")
		return v
	}), sought != "", p.csrf}
}

// ownPart is the part of a user's id that other users of the resource do not share.
func ownPart(id string) string {
	return id[strings.IndexByte(id, '_')+1:]
}
