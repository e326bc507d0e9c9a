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
func (ParticipantsAdded) Kind() Kind { return KindParticipantsAdded }

// ParticipantsRemoved says who has left a thread, or was removed. All participants are told, those removed too.
type ParticipantsRemoved struct {
	Header

	// RemovedBy has an identifier and a display name only. One who leaves is removed by itself.
	RemovedBy chat.Participant
	// Participants are those removed, and not the others.
	Participants []chat.Participant
}

// Kind is [KindParticipantsRemoved].
func (ParticipantsRemoved) Kind() Kind { return KindParticipantsRemoved }
