package chattest

import (
	"slices"

	"go.etcd.io/bbolt"

	"github.com/acschat/acs-chat-go/chat/events"
)

// occurrence is a change of a thread that its participants receive as an event. It is immutable once published.
type occurrence struct {
	kind     events.Kind
	threadID string
	at       int64 // milliseconds since 1970
	version  int64
	by       participant // the initiator; the zero value for a retention policy
	users    []User      // the participants; shared between occurrences
	except   string      // the raw id of a participant who does not receive it

	message    *message
	properties threadProperties
	people     []participant // those of a new thread, or those who joined or left
	messageID  string        // the message that was read
	sharedFrom int64         // the start of the history that the reader may read, in milliseconds
	reason     events.DeletionReason
}

// happened sets the occurrence to publish after the commit. A transaction changes each thread at most once.
func (t *thread) happened(o occurrence) {
	o.threadID = t.id
	t.occurrence = &o
}

// initiator is the caller, who must be a participant.
func (t *thread) initiator() participant {
	return t.participant(t.place(t.caller))
}

// saveThread saves a thread, and publishes its occurrence after the commit.
func (s *Service) saveThread(t *thread) error {
	if err := t.save(); err != nil || t.occurrence == nil {
		return err
	}
	o, list := t.occurrence, s.audiences.of(t)
	o.users = list.users
	if o.kind == events.KindParticipantsRemoved { // they receive it too
		o.users = slices.Clip(o.users)
		for _, p := range o.people {
			o.users = append(o.users, User{ID: p.Identifier.RawID})
		}
	}
	deliveries, err := s.webhooks.prepare(t.tx, o)
	if err != nil {
		return err
	}
	t.tx.OnCommit(func() {
		s.audiences.keep(t.state.Number, list)
		if due := o.properties.dueAt(); due != never {
			s.due.atMost(due)
			s.awaitDueThread()
		}
		s.events.publish(o)
		s.webhooks.add(deliveries)
	})
	return t.err
}

// publishUnstored publishes an occurrence that changes nothing in the store, after its deliveries to webhooks are stored, if there are any.
func (s *Service) publishUnstored(o *occurrence) error {
	if !s.webhooks.active.Load() {
		s.events.publish(o)
		return nil
	}
	return s.store.update(func(tx *bbolt.Tx) error {
		deliveries, err := s.webhooks.prepare(tx, o)
		tx.OnCommit(func() {
			s.events.publish(o)
			s.webhooks.add(deliveries)
		})
		return err
	})
}

// recipients lists the users who receive the event.
func (o *occurrence) recipients() []User {
	if o.except == "" {
		return o.users
	}
	return slices.DeleteFunc(slices.Clone(o.users), func(u User) bool { return u.ID == o.except })
}

// size estimates the memory of the occurrence in bytes, without the users, which are shared.
func (o *occurrence) size() int {
	n := 500 + 300*len(o.people)
	if o.message != nil {
		n += len(o.message.Content)
	}
	return n
}
