package events

import (
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// ParticipantsAdded reports that participants were added to a thread. All participants receive it, including the added ones.
type ParticipantsAdded struct {
	Header

	// AddedBy has only an identifier and a display name.
	AddedBy chat.Participant
	// Participants are the added participants only.
	Participants []chat.Participant
	// ThreadCreatedOn is when the thread was created.
	ThreadCreatedOn time.Time
}

// Kind is [KindParticipantsAdded].
func (e ParticipantsAdded) Kind() Kind { return KindParticipantsAdded }

func (e ParticipantsAdded) withHeader(h Header) Event {
	e.Header = h
	return e
}

// MarshalJSON writes the form that [Unmarshal] reads.
func (e ParticipantsAdded) MarshalJSON() ([]byte, error) {
	w := e.json(e.Kind())
	w.AddedBy, w.Participants, w.ThreadCreatedOn = e.AddedBy, e.Participants, e.ThreadCreatedOn.UTC()
	return w.marshal()
}

// UnmarshalJSON reads an event of this kind, and fails for another.
func (e *ParticipantsAdded) UnmarshalJSON(data []byte) error { return unmarshalKind(data, e) }

// ParticipantsRemoved reports that participants left a thread or were removed. All participants receive it, including the removed ones.
type ParticipantsRemoved struct {
	Header

	// RemovedBy has only an identifier and a display name. If a participant left, it is that participant.
	RemovedBy chat.Participant
	// Participants are the removed participants only.
	Participants []chat.Participant
	// ThreadCreatedOn is when the thread was created.
	ThreadCreatedOn time.Time
}

// Kind is [KindParticipantsRemoved].
func (e ParticipantsRemoved) Kind() Kind { return KindParticipantsRemoved }

func (e ParticipantsRemoved) withHeader(h Header) Event {
	e.Header = h
	return e
}

// MarshalJSON writes the form that [Unmarshal] reads.
func (e ParticipantsRemoved) MarshalJSON() ([]byte, error) {
	w := e.json(e.Kind())
	w.RemovedBy, w.Participants, w.ThreadCreatedOn = e.RemovedBy, e.Participants, e.ThreadCreatedOn.UTC()
	return w.marshal()
}

// UnmarshalJSON reads an event of this kind, and fails for another.
func (e *ParticipantsRemoved) UnmarshalJSON(data []byte) error { return unmarshalKind(data, e) }
