package main

import (
	"fmt"
	"strings"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// messageView is that of listings: the names people know each other by, and the text.
func messageView() show.View[chat.Message] {
	return show.View[chat.Message]{
		Columns: []show.Column[chat.Message]{
			{Title: "MESSAGE", Text: func(m chat.Message) string { return m.ID }},
			{Title: "SENT", Text: func(m chat.Message) string { return show.Time(m.CreatedOn) }},
			{Title: "FROM", Text: from},
			{Title: "STATE", Text: state},
			{Title: "TEXT", Text: says, Loose: true},
		},
	}
}

// messageDetails is that of one message.
func messageDetails() show.View[chat.Message] {
	return show.View[chat.Message]{
		Columns: []show.Column[chat.Message]{
			{Title: "Message", Text: func(m chat.Message) string { return m.ID }},
			{Title: "Type", Text: func(m chat.Message) string { return string(m.Type) }},
			{Title: "From", Text: func(m chat.Message) string { return show.RawID(author(m)) }},
			{Title: "Name", Text: func(m chat.Message) string { return m.SenderDisplayName }},
			{Title: "Sent", Text: func(m chat.Message) string { return show.Time(m.CreatedOn) }},
			{Title: "Edited", Text: func(m chat.Message) string { return show.Time(m.EditedOn) }},
			{Title: "Deleted", Text: func(m chat.Message) string { return show.Time(m.DeletedOn) }},
			{Title: "Text", Text: says},
			{Title: "Metadata", Text: func(m chat.Message) string { return show.Metadata(m.Metadata) }},
		},
	}
}

// author returns the sender of a message, or the initiator of a system message; nil if there is none.
func author(m chat.Message) chat.Identifier {
	if m.Sender != nil {
		return m.Sender
	}
	return m.Content.Initiator
}

func from(m chat.Message) string {
	if m.SenderDisplayName != "" {
		return m.SenderDisplayName
	}
	return show.ShortID(author(m))
}

func state(m chat.Message) string {
	switch {
	case !m.DeletedOn.IsZero():
		return "deleted"
	case !m.EditedOn.IsZero():
		return "edited"
	}
	return ""
}

// says returns the text of a message, or describes a system message.
func says(m chat.Message) string {
	switch m.Type {
	case chat.MessageTypeTopicUpdated:
		return fmt.Sprintf("* set the topic to %q", m.Content.Topic)
	case chat.MessageTypeParticipantAdded:
		return "* added " + names(m.Content.Participants)
	case chat.MessageTypeParticipantRemoved:
		return "* removed " + names(m.Content.Participants)
	}
	var parts []string
	if m.Content.Message != "" {
		parts = append(parts, m.Content.Message)
	}
	for _, a := range m.Content.Attachments {
		parts = append(parts, fmt.Sprintf("[%s %s]", a.Type, a.Name))
	}
	return strings.Join(parts, " ")
}

func names(people []chat.Participant) string {
	var names []string
	for _, p := range people {
		names = append(names, name(p))
	}
	return strings.Join(names, ", ")
}

func name(p chat.Participant) string {
	if p.DisplayName != "" {
		return p.DisplayName
	}
	return show.ShortID(p.Identifier)
}
