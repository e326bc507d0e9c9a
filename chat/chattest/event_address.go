package chattest

import (
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
)

// eventAddress makes one event of Event Grid of what happened: that of the thread or that of a recipient, about one of the participants
// who joined or left.
type eventAddress struct {
	ID        string       `json:"id"`   // of the event
	Type      string       `json:"type"` // in Event Grid
	Level     events.Level `json:"level"`
	Recipient string       `json:"recipient,omitzero"` // raw id
	Person    int          `json:"person,omitzero"`    // the index of the participant
}

// of returns the event at the address.
func (a eventAddress) of(event events.Event) events.Event {
	switch e := event.(type) {
	case events.ParticipantsAdded:
		e.Participants = only(e.Participants, a.Person)
		event = e
	case events.ParticipantsRemoved:
		e.Participants = only(e.Participants, a.Person)
		event = e
	}
	header := event.EventHeader()
	header.ID, header.Level = a.ID, a.Level
	if a.Recipient != "" {
		header.Recipient = chat.ParseRawID(a.Recipient)
	}
	return events.WithHeader(event, header)
}

// only returns one of the participants, in constant time as opposed to [events.PerParticipant]: each of them has deliveries.
func only(people []chat.Participant, index int) []chat.Participant {
	if index >= len(people) {
		return people
	}
	return people[index : index+1 : index+1]
}

// addresses lists the events of Event Grid that an occurrence causes, without ids: that of the thread, and one for each participant except
// the initiator.
func (o *occurrence) addresses(event events.Event) (list []eventAddress) {
	onThread, hasThread := typeOn(events.LevelThread, event)
	onUser, hasUser := typeOn(events.LevelUser, event)
	for person := range events.PerParticipant(event) {
		if hasThread {
			list = append(list, eventAddress{Type: onThread, Level: events.LevelThread, Person: person})
		}
		for _, u := range o.users {
			if hasUser && u.ID != o.by.Identifier.RawID {
				list = append(list, eventAddress{Type: onUser, Level: events.LevelUser, Recipient: u.ID, Person: person})
			}
		}
	}
	return list
}

// typeOn returns the type of an event on a level.
func typeOn(level events.Level, event events.Event) (name string, ok bool) {
	t, ok := events.TypeOf(events.WithHeader(event, events.Header{Level: level}))
	return t.Name, ok
}

// gridEvent converts the occurrence to an event with what Event Grid tells.
func (o *occurrence) gridEvent() events.Event {
	event := o.event()
	switch e := event.(type) {
	case events.MessageReceived:
		e.Message.SequenceID = o.message.SequenceID
		return e
	case events.MessageEdited:
		e.Message.SequenceID = o.message.SequenceID
		return e
	case events.MessageDeleted:
		e.Message.SequenceID = o.message.SequenceID
		return e
	}
	return event
}
