package main

import (
	"fmt"
	"slices"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// eventView is that of events: when, what, where, who, and what is new.
func eventView() show.View[events.Event] {
	return show.View[events.Event]{
		Columns: []show.Column[events.Event]{
			{Title: "TIME", Text: func(e events.Event) string { return show.Time(e.EventHeader().Time) }},
			{Title: "EVENT", Text: func(e events.Event) string { return string(e.Kind()) }, Widest: longestKind()},
			{Title: "THREAD", Text: func(e events.Event) string { return e.EventHeader().ThreadID }},
			{Title: "FROM", Text: func(e events.Event) string { return described(e).from }},
			{Title: "TEXT", Text: func(e events.Event) string { return described(e).text }, Loose: true},
		},
	}
}

// longestKind returns the kind of events that needs the most room.
func longestKind() string {
	return string(slices.MaxFunc(events.Kinds(), func(a, b events.Kind) int { return len(a) - len(b) }))
}

// description is who has caused an event, and what is new.
type description struct{ from, text string }

func described(event events.Event) description {
	switch e := event.(type) {
	case events.MessageReceived:
		return description{from(e.Message), says(e.Message)}
	case events.MessageEdited:
		return description{from(e.Message), says(e.Message)}
	case events.MessageDeleted:
		return description{from(e.Message), "* deleted message " + e.Message.ID}
	case events.TypingIndicatorReceived:
		return description{from(chat.Message{Sender: e.Sender, SenderDisplayName: e.SenderDisplayName}), "* is typing"}
	case events.ReadReceiptReceived:
		return description{show.ShortID(e.Receipt.Sender), "* has read up to message " + e.Receipt.MessageID}
	case events.ThreadCreated:
		return description{name(e.CreatedBy), fmt.Sprintf("* created the thread %q with %s", e.Properties.Topic, names(e.Participants))}
	case events.ThreadPropertiesUpdated:
		return description{name(e.UpdatedBy), fmt.Sprintf("* changed the thread %q", e.Properties.Topic)}
	case events.ThreadDeleted:
		if e.Reason == events.DeletionReasonPolicy {
			return description{text: "* the retention policy has deleted the thread"}
		}
		return description{name(e.DeletedBy), "* deleted the thread"}
	case events.ParticipantsAdded:
		return description{name(e.AddedBy), "* added " + names(e.Participants)}
	case events.ParticipantsRemoved:
		return description{name(e.RemovedBy), "* removed " + names(e.Participants)}
	case events.Unknown:
		return description{text: "* an event of type " + e.Type}
	}
	return description{}
}
