package chattest

import (
	"slices"

	"github.com/acschat/acs-chat-go/chat/events"
)

// occurrence is a change of a thread that participants are told of. It is immutable once it is published.
type occurrence struct {
	kind     events.Kind
	threadID string
	at       int64 // milliseconds since 1970
	version  int64
	by       participant // who caused it; the zero value for a retention policy
	users    []User      // the participants; shared between occurrences
	except   string      // the raw id of a participant who is not told

	message    *message
	properties threadProperties
	people     []participant // those of a new thread, or those who joined or left
	messageID  string        // what was read
	sharedFrom int64         // from when on the reader may read, in milliseconds
	reason     events.DeletionReason
}

// happened notes what participants are told once the transaction has ended. A transaction changes each thread once at most.
func (t *thread) happened(o occurrence) {
	o.threadID = t.id
	t.occurrence = &o
}

// initiator is the caller as a participant. It must still be one.
func (t *thread) initiator() participant {
	return t.participant(t.place(t.caller))
}

// saveThread saves a thread, and publishes what happened to it once the transaction is committed.
func (s *Service) saveThread(t *thread) error {
	if err := t.save(); err != nil || t.occurrence == nil {
		return err
	}
	o, list := t.occurrence, s.audiences.of(t)
	o.users = list.users
	if o.kind == events.KindParticipantsRemoved { // they are not in the list any more
		o.users = slices.Clip(o.users)
		for _, p := range o.people {
			o.users = append(o.users, User{ID: p.Identifier.RawID})
		}
	}
	t.tx.OnCommit(func() {
		s.audiences.keep(t.state.Number, list)
		if due := o.properties.dueAt(); due != never {
			s.due.atMost(due)
			s.awaitDueThread()
		}
		s.events.publish(o)
	})
	return t.err
}

// recipients lists the users who are told.
func (o *occurrence) recipients() []User {
	if o.except == "" {
		return o.users
	}
	return slices.DeleteFunc(slices.Clone(o.users), func(u User) bool { return u.ID == o.except })
}

// size is what the occurrence takes in memory, roughly. The users are shared.
func (o *occurrence) size() int {
	n := 500 + 300*len(o.people)
	if o.message != nil {
		n += len(o.message.Content)
	}
	return n
}
