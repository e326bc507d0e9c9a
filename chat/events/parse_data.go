package events

import (
	"cmp"
	"net/url"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// complete adds to a header what the data tells.
func (d *gridData) complete(h *Header) {
	h.ThreadID = unescapedThread(string(d.ThreadID))
	h.Version = d.Version.text
	h.Recipient = orRawID(d.Recipient, d.RecipientID)
}

// unescapedThread returns the id of a thread as REST has it, if it is escaped as in a URL.
func unescapedThread(id string) string {
	if strings.HasPrefix(strings.ToLower(id), "19%3a") {
		if plain, err := url.PathUnescape(id); err == nil {
			return plain
		}
	}
	return id
}

// event returns the event of a type. ok is false if a member is missing without which the event has no meaning.
func (d *gridData) event(t EventType, h Header) (event Event, ok bool) {
	if t.Kind == KindUserDisconnected {
		h.ThreadID, h.Version, h.Recipient = "", "", nil
		return UserDisconnected{h, d.User.Identifier}, d.User.Identifier != nil
	}
	if h.ThreadID == "" {
		return nil, false
	}
	switch t.Kind {
	case KindMessageReceived, KindMessageEdited, KindMessageDeleted, KindBotCommandReceived, KindTypingIndicatorReceived:
		return d.messageEvent(t, h)
	case KindParticipantsAdded:
		h.Time = cmp.Or(d.Time.at(), h.Time)
		people, ok := d.Added.value()
		return ParticipantsAdded{h, initiator(d.Adder, ""), people, d.CreateTime.second()}, ok
	case KindParticipantsRemoved:
		h.Time = cmp.Or(d.Time.at(), h.Time)
		people, ok := d.Removed.value()
		return ParticipantsRemoved{h, initiator(d.Remover, ""), people, d.CreateTime.second()}, ok
	}
	return d.threadEvent(t, h), true
}

func (d *gridData) threadEvent(t EventType, h Header) Event {
	switch t.Kind {
	case KindThreadCreated:
		h.Time = cmp.Or(d.CreateTime.at(), h.Time)
		by := initiator(d.Creator, d.CreatedBy)
		return ThreadCreated{h, d.threadProperties(h.ThreadID, by.Identifier), by, d.participants()}
	case KindThreadPropertiesUpdated:
		h.Time = cmp.Or(d.EditTime.at(), h.Time)
		return ThreadPropertiesUpdated{h, d.threadProperties(h.ThreadID, nil), initiator(d.Editor, d.EditedBy)}
	}
	h.Time = cmp.Or(d.DeleteTime.at(), h.Time)
	return ThreadDeleted{h, DeletionReason(d.Reason), initiator(d.Deleter, d.DeletedBy), d.CreateTime.second()}
}

func (d *gridData) messageEvent(t EventType, h Header) (Event, bool) {
	sender := orRawID(d.Sender, d.SenderID)
	created := d.ComposeTime.second()
	if t.Kind == KindTypingIndicatorReceived {
		h.Time = cmp.Or(d.ComposeTime.at(), h.Time)
		return TypingIndicatorReceived{h, sender, d.senderName()}, sender != nil
	}
	m := chat.Message{
		ID: string(d.MessageID), Type: messageType(d.Type), SequenceID: string(d.SequenceID), Version: d.Version.text,
		Sender: sender, SenderDisplayName: d.senderName(), CreatedOn: created,
	}
	switch t.Kind {
	case KindMessageDeleted:
		h.Time = cmp.Or(d.DeleteTime.at(), h.Time)
		m.DeletedOn = h.Time.Truncate(time.Second)
		return MessageDeleted{h, m}, m.ID != ""
	case KindMessageEdited:
		h.Time = cmp.Or(d.EditTime.at(), h.Time)
		m.EditedOn = h.Time.Truncate(time.Second)
		d.fill(&m)
		return MessageEdited{h, m}, m.ID != ""
	}
	h.Time = cmp.Or(d.ComposeTime.at(), h.Time)
	d.fill(&m)
	if t.Kind == KindBotCommandReceived {
		h.Recipient = cmp.Or(h.Recipient, subjectRecipient(h.Subject))
		return BotCommandReceived{h, m}, m.ID != ""
	}
	return MessageReceived{h, m}, m.ID != ""
}

// fill sets the content and the metadata.
func (d *gridData) fill(m *chat.Message) {
	if d.MessageBody != nil {
		m.Content.Message = string(*d.MessageBody)
	}
	m.Metadata = orNil(d.Metadata)
}

func (d *gridData) senderName() string {
	if d.SenderName == nil {
		return ""
	}
	return string(*d.SenderName)
}

// messageType returns the REST name of a type. Unknown types are unchanged.
func messageType(wire looseText) chat.MessageType {
	switch strings.ToLower(string(wire)) {
	case "text":
		return chat.MessageTypeText
	case "html", "richtext/html":
		return chat.MessageTypeHTML
	}
	return chat.MessageType(wire)
}

// subjectRecipient returns the recipient at the end of a subject, nil if there is none.
func subjectRecipient(subject string) chat.Identifier {
	parts := strings.Split(subject, "/")
	if n := len(parts); n >= 2 && strings.EqualFold(parts[n-2], "recipient") && parts[n-1] != "" {
		return chat.ParseRawID(parts[n-1])
	}
	return nil
}

func (d *gridData) threadProperties(thread string, by chat.Identifier) chat.ThreadProperties {
	p := chat.ThreadProperties{ID: thread, CreatedOn: d.CreateTime.second(), CreatedBy: by, Metadata: orNil(d.Metadata)}
	if d.Properties != nil {
		p.Topic = string(d.Properties.Topic)
	}
	if d.Retention != nil {
		p.Retention = chat.RetentionPolicy{Kind: chat.RetentionKind(d.Retention.Kind), DeleteThreadAfterDays: d.Retention.Days}
	}
	return p
}

// participants are those of a new thread.
func (d *gridData) participants() []chat.Participant {
	var list []chat.Participant
	for _, p := range d.People {
		if p.Identifier.Identifier != nil {
			list = append(list, p.participant())
		}
	}
	if list != nil {
		return list
	}
	for _, m := range d.Members {
		if m.MemberID != "" {
			list = append(list, chat.Participant{Identifier: chat.ParseRawID(string(m.MemberID)), DisplayName: string(m.DisplayName)})
		}
	}
	return list
}

func (p gridPerson) participant() chat.Participant {
	return chat.Participant{Identifier: p.Identifier.Identifier, DisplayName: string(p.DisplayName), Metadata: orNil(p.Metadata)}
}

// value returns the only participant of an event.
func (p *gridPerson) value() ([]chat.Participant, bool) {
	if p == nil || p.Identifier.Identifier == nil {
		return nil, false
	}
	return []chat.Participant{p.participant()}, true
}

func initiator(id gridID, rawID looseText) chat.Participant {
	return chat.Participant{Identifier: orRawID(id, rawID)}
}

func orNil(metadata map[string]string) map[string]string {
	if len(metadata) == 0 {
		return nil
	}
	return metadata
}
