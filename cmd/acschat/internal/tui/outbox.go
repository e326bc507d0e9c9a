package tui

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// outbox has the actions of the user in a thread that are not complete.
type outbox struct {
	sends   []*attempt          // in the order they were written
	changes map[string]*attempt // by the id of the message
	made    int                 // the number of sends so far
}

// attempt is one action of the user.
type attempt struct {
	action action
	id     string // of the message; a temporary one while it is sent
	text   string // the new text
	at     time.Time
	stage  stage
	err    error // why it failed
}

type action int

const (
	sending action = iota
	editing
	deleting
)

type stage int

const (
	waiting stage = iota
	inProgress
	refused
	unsure // the outcome is unknown
)

// add appends a text to the queue.
func (o *outbox) add(text string, now time.Time) {
	o.made++
	o.sends = append(o.sends, &attempt{action: sending, id: fmt.Sprintf("unsent %d", o.made), text: text, at: now})
}

// next returns the next message to send, or nil. Messages are sent one by one, to keep their order.
func (o *outbox) next() *attempt {
	for _, a := range o.sends {
		switch a.stage {
		case inProgress:
			return nil
		case waiting:
			return a
		}
	}
	return nil
}

// busy reports whether a message is being sent.
func (o *outbox) busy() bool {
	return slices.ContainsFunc(o.sends, func(a *attempt) bool { return a.stage == inProgress })
}

// change starts an edit or a deletion. It replaces an earlier one of the same message.
func (o *outbox) change(d action, id, text string) *attempt {
	a := &attempt{action: d, id: id, text: text, stage: inProgress}
	if o.changes == nil {
		o.changes = map[string]*attempt{}
	}
	o.changes[id] = a
	return a
}

// drop removes an attempt, but not one that has replaced it.
func (o *outbox) drop(a *attempt) {
	o.sends = slices.DeleteFunc(o.sends, func(b *attempt) bool { return a == b })
	if o.changes[a.id] == a {
		delete(o.changes, a.id)
	}
}

// failed records the error of an attempt.
func (a *attempt) failed(err error) {
	a.stage, a.err = refused, err
	if a.action == sending && errors.Is(err, chat.ErrOutcomeUnknown) {
		a.stage = unsure
	}
}

// over reports whether an attempt has come to an end, so that the person may try again or drop it.
func (a *attempt) over() bool { return a != nil && (a.stage == refused || a.stage == unsure) }

// unsent are the texts that have not reached the thread.
func (o *outbox) unsent(thread string) []Unsent {
	var list []Unsent
	for _, a := range slices.Concat(o.sends, slices.Collect(maps.Values(o.changes))) {
		if a.action != deleting {
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
	case a.stage == inProgress:
		return "left while it was under way: it may be there or not"
	}
	return "it was not its turn yet"
}
