package tui

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// outbox is what the user does in a thread, until the service has taken it.
type outbox struct {
	sends   []*attempt          // in the order they were written
	changes map[string]*attempt // by the id of the message
	made    int                 // how many sends there have been
}

// attempt is one thing that the user does.
type attempt struct {
	deed  deed
	id    string // of the message; of a send, its own until it has one
	text  string // to send, or to put in place of another
	at    time.Time
	stage stage
	err   error // why it failed
}

type deed int

const (
	sending deed = iota
	editing
	deleting
)

type stage int

const (
	waiting stage = iota
	underWay
	refused
	unsure // it may have been sent, or not
)

// add puts a text at the end of the queue.
func (o *outbox) add(text string, now time.Time) {
	o.made++
	o.sends = append(o.sends, &attempt{deed: sending, id: fmt.Sprintf("unsent %d", o.made), text: text, at: now})
}

// next is the send whose turn it is, nil for none. They go one by one, so that they arrive in the order they were written.
func (o *outbox) next() *attempt {
	for _, a := range o.sends {
		switch a.stage {
		case underWay:
			return nil
		case waiting:
			return a
		}
	}
	return nil
}

// change begins an edit or a deletion, in place of an earlier one of the same message.
func (o *outbox) change(d deed, id, text string) *attempt {
	a := &attempt{deed: d, id: id, text: text, stage: underWay}
	if o.changes == nil {
		o.changes = map[string]*attempt{}
	}
	o.changes[id] = a
	return a
}

// drop forgets an attempt, but not the one that has taken its place.
func (o *outbox) drop(a *attempt) {
	o.sends = slices.DeleteFunc(o.sends, func(b *attempt) bool { return a == b })
	if o.changes[a.id] == a {
		delete(o.changes, a.id)
	}
}

// failed notes why an attempt did not succeed.
func (a *attempt) failed(err error) {
	a.stage, a.err = refused, err
	if a.deed == sending && errors.Is(err, chat.ErrOutcomeUnknown) {
		a.stage = unsure
	}
}

// over reports whether an attempt has come to an end, so that the person may try again or drop it.
func (a *attempt) over() bool { return a != nil && (a.stage == refused || a.stage == unsure) }

// unsent are the texts that have not reached the thread.
func (o *outbox) unsent(thread string) []Unsent {
	var list []Unsent
	for _, a := range slices.Concat(o.sends, slices.Collect(maps.Values(o.changes))) {
		if a.deed != deleting {
			list = append(list, Unsent{ThreadID: thread, Text: a.text, Reason: a.unfinished()})
		}
	}
	return list
}

// unfinished says why an attempt has come to nothing when the chat ends.
func (a *attempt) unfinished() string {
	switch {
	case a.over():
		return a.err.Error()
	case a.stage == underWay:
		return "left while it was under way: it may be there or not"
	}
	return "it was not its turn yet"
}
