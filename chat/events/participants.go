package events

import "github.com/acschat/acs-chat-go/chat"

// ParticipantsAdded says who has joined a thread. All participants are told, those added too.
type ParticipantsAdded struct {
	Header

	// AddedBy has an identifier and a display name only.
	AddedBy chat.Participant
	// Participants are those added, and not the others.
	Participants []chat.Participant
}

// Kind is [KindParticipantsAdded].
func (e ParticipantsAdded) Kind() Kind { return KindParticipantsAdded }

// MarshalJSON writes the form that [Unmarshal] reads.
func (e ParticipantsAdded) MarshalJSON() ([]byte, error) {
	w := e.json(e.Kind())
	w.AddedBy, w.Participants = e.AddedBy, e.Participants
	return w.marshal()
}

// UnmarshalJSON reads an event of this kind, and fails for another.
func (e *ParticipantsAdded) UnmarshalJSON(data []byte) error { return unmarshalKind(data, e) }

// ParticipantsRemoved says who has left a thread, or was removed. All participants are told, those removed too.
type ParticipantsRemoved struct {
	Header

	// RemovedBy has an identifier and a display name only. One who leaves is removed by itself.
	RemovedBy chat.Participant
	// Participants are those removed, and not the others.
	Participants []chat.Participant
}

// Kind is [KindParticipantsRemoved].
func (e ParticipantsRemoved) Kind() Kind { return KindParticipantsRemoved }

// MarshalJSON writes the form that [Unmarshal] reads.
func (e ParticipantsRemoved) MarshalJSON() ([]byte, error) {
	w := e.json(e.Kind())
	w.RemovedBy, w.Participants = e.RemovedBy, e.Participants
	return w.marshal()
}

// UnmarshalJSON reads an event of this kind, and fails for another.
func (e *ParticipantsRemoved) UnmarshalJSON(data []byte) error { return unmarshalKind(data, e) }
