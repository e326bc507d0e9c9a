package main

import (
	"fmt"
	"strings"

	"github.com/acschat/acs-chat-go/chat"
)

// messageView is that of listings: the names people know each other by, and the text.
func messageView() view[chat.Message] {
	return view[chat.Message]{
		columns: []column[chat.Message]{
			{title: "MESSAGE", text: func(m chat.Message) string { return m.ID }},
			{title: "SENT", text: func(m chat.Message) string { return moment(m.CreatedOn) }},
			{title: "FROM", text: from},
			{title: "STATE", text: state},
			{title: "TEXT", text: says, loose: true},
		},
		wire: func(m chat.Message) any { return toWireMessage(m) },
	}
}

// messageDetails is that of one message.
func messageDetails() view[chat.Message] {
	return view[chat.Message]{
		columns: []column[chat.Message]{
			{title: "Message", text: func(m chat.Message) string { return m.ID }},
			{title: "Type", text: func(m chat.Message) string { return string(m.Type) }},
			{title: "From", text: func(m chat.Message) string { return rawID(author(m)) }},
			{title: "Name", text: func(m chat.Message) string { return m.SenderDisplayName }},
			{title: "Sent", text: func(m chat.Message) string { return moment(m.CreatedOn) }},
			{title: "Edited", text: func(m chat.Message) string { return moment(m.EditedOn) }},
			{title: "Deleted", text: func(m chat.Message) string { return moment(m.DeletedOn) }},
			{title: "Text", text: says},
			{title: "Metadata", text: func(m chat.Message) string { return metadata(m.Metadata) }},
		},
		wire: func(m chat.Message) any { return toWireMessage(m) },
	}
}

// author is who sent a message or caused one of the service, nil for nobody.
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
	return short(author(m))
}

// short is enough of a raw id to tell people of a thread apart; the whole of it is four times as wide as any name.
func short(id chat.Identifier) string {
	const enough = 12
	text := rawID(id)
	if len(text) > 2*enough {
		return "…" + text[len(text)-enough:]
	}
	return text
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

// says is the text of a message, or what a message of the service tells.
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
		if p.DisplayName != "" {
			names = append(names, p.DisplayName)
		} else {
			names = append(names, short(p.Identifier))
		}
	}
	return strings.Join(names, ", ")
}
