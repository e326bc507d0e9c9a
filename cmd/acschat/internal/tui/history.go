package tui

import (
	"cmp"
	"slices"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/follow"
)

// history has the loaded messages of a thread.
//
// The service lists by version: an old message that was edited yesterday is listed among the new ones. Shown at its place it would
// have gaps around it. So a message is hidden until the listing has been read down to its id. A version is never below the id, so
// that all later messages have then been read.
type history struct {
	messages []chat.Message // by id
	begun    bool           // the first page is here
	whole    bool           // so is the last
	older    string         // the token of the page that comes next
	floor    int64          // the lowest version that the pages have shown
	newest   int64          // the highest version that a listing has shown
}

// read adds the next page of the listing.
func (h *history) read(page chat.Page[chat.Message]) {
	h.news(page.Items)
	for _, m := range page.Items {
		if v := follow.Version(m); !h.begun || v < h.floor {
			h.begun, h.floor = true, v
		}
	}
	h.begun, h.whole, h.older = true, page.Last, page.ContinuationToken
}

// news adds messages from the start of the listing, and returns those that are new, oldest first.
func (h *history) news(messages []chat.Message) []chat.Message {
	var news []chat.Message
	for _, m := range messages {
		h.newest = max(h.newest, follow.Version(m))
		if h.keep(m) {
			news = append(news, m)
		}
	}
	slices.SortFunc(news, byID)
	return news
}

// keep adds a message, unless that or a later version of it is known.
func (h *history) keep(m chat.Message) bool {
	i, known := slices.BinarySearchFunc(h.messages, m, byID)
	switch {
	case !known:
		h.messages = slices.Insert(h.messages, i, m)
	case follow.Version(m) > follow.Number(h.messages[i].Version):
		h.messages[i] = m
	default:
		return false
	}
	return true
}

// rewrite changes a message as the user has just changed it. The next listing replaces it.
func (h *history) rewrite(id string, change func(*chat.Message)) {
	if i, found := slices.BinarySearchFunc(h.messages, chat.Message{ID: id}, byID); found {
		change(&h.messages[i])
	}
}

// shown returns the messages without gaps between them, oldest first.
func (h *history) shown() []chat.Message {
	if h.whole {
		return h.messages
	}
	first, _ := slices.BinarySearchFunc(h.messages, h.floor, func(m chat.Message, floor int64) int { return cmp.Compare(follow.Number(m.ID), floor) })
	return h.messages[first:]
}

// byID compares messages in the order of the thread: ids count milliseconds.
func byID(a, b chat.Message) int {
	return cmp.Or(cmp.Compare(follow.Number(a.ID), follow.Number(b.ID)), cmp.Compare(a.ID, b.ID))
}
