package events

import (
	"errors"
	"strconv"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// formatting writes the data of one event, and its subject.
type formatting struct {
	gridData

	onThread bool   // the level of the event
	subject  string // so far
}

// formatData returns the data of an event of a type, and the subject that the service writes for it.
func formatData(t EventType, event Event) (gridData, string, error) {
	h := event.EventHeader()
	f := formatting{onThread: t.Level == LevelThread, subject: "thread/" + h.ThreadID}
	f.ThreadID, f.Version = looseText(h.ThreadID), gridVersion{text: h.Version}
	if t.Level == LevelUser {
		f.Recipient = gridID{h.Recipient}
	}
	if err := f.event(event.withHeader(h)); err != nil {
		return gridData{}, "", err
	}
	if h.Recipient != nil && (t.Level == LevelUser || t.Kind == KindBotCommandReceived) {
		f.subject += "/recipient/" + h.Recipient.RawID()
	}
	return f.gridData, f.subject, nil
}

func (f *formatting) event(event Event) error {
	at := f.time(event.EventHeader().Time)
	switch e := event.(type) {
	case MessageReceived:
		f.received(e.Header, e.Message)
	case BotCommandReceived:
		f.received(e.Header, e.Message)
	case MessageEdited:
		f.message(e.Header, e.Message)
		f.body(e.Message)
		f.EditTime = at
	case MessageDeleted:
		f.message(e.Header, e.Message)
		f.DeleteTime = at
	case TypingIndicatorReceived:
		f.received(e.Header, chat.Message{ // as in real time
			ID: e.Version, Type: "Control/Typing", Sender: e.Sender, SenderDisplayName: e.SenderDisplayName,
		})
	case ThreadCreated:
		f.CreatedBy, f.Creator = f.by("createdBy", e.CreatedBy)
		f.properties(e.Properties)
		f.people(e.Participants)
		f.CreateTime = at
	case ThreadPropertiesUpdated:
		f.EditedBy, f.Editor = f.by("editedBy", e.UpdatedBy)
		f.properties(e.Properties)
		f.EditTime, f.CreateTime = at, f.time(e.Properties.CreatedOn)
	case ThreadDeleted:
		f.DeletedBy, f.Deleter = f.by("deletedBy", e.DeletedBy)
		f.DeleteTime, f.CreateTime, f.Reason = at, f.time(e.ThreadCreatedOn), looseText(e.Reason)
	case ParticipantsAdded:
		f.Adder = gridID{e.AddedBy.Identifier}
		f.Time, f.CreateTime = at, f.time(e.ThreadCreatedOn)
		return f.participant("participantAdded", "participantadded", e.Participants, &f.Added)
	case ParticipantsRemoved:
		f.Remover = gridID{e.RemovedBy.Identifier}
		f.Time, f.CreateTime = at, f.time(e.ThreadCreatedOn)
		return f.participant("participantRemoved", "participantremoved", e.Participants, &f.Removed)
	case UserDisconnected:
		return f.disconnected(e)
	}
	return nil
}

func (f *formatting) time(t time.Time) gridTime { return gridTime{Time: t, offset: f.onThread} }

// legacy is a raw id beside an identifier, or beside a recipient.
func (f *formatting) legacy(id chat.Identifier) looseText {
	if f.onThread || id == nil {
		return ""
	}
	return looseText(id.RawID())
}

// caused adds the user who caused the event to the subject.
func (f *formatting) caused(role string, by chat.Identifier) {
	if by != nil {
		f.subject += "/" + role + "/" + by.RawID()
	}
}

func (f *formatting) received(h Header, m chat.Message) {
	f.message(h, m)
	f.body(m)
	f.ComposeTime = f.time(h.Time)
}

func (f *formatting) message(h Header, m chat.Message) {
	f.caused("sender", m.Sender)
	f.MessageID, f.SequenceID, f.Type = looseText(m.ID), looseText(m.SequenceID), wireType(m.Type)
	f.SenderID, f.Sender, f.SenderName = f.legacy(m.Sender), gridID{m.Sender}, new(looseText(m.SenderDisplayName))
	f.RecipientID = f.legacy(h.Recipient)
	f.ComposeTime = f.time(composed(m))
	f.Version.quoted = f.onThread
}

func (f *formatting) body(m chat.Message) {
	f.MessageBody, f.Metadata = new(looseText(m.Content.Message)), m.Metadata
}

// composed is when a message was sent, with the milliseconds that its id has.
func composed(m chat.Message) time.Time {
	if ms, err := strconv.ParseInt(m.ID, 10, 64); err == nil {
		if t := time.UnixMilli(ms).UTC(); t.Truncate(time.Second).Equal(m.CreatedOn) {
			return t
		}
	}
	return m.CreatedOn
}

// by returns the user who caused an event about a thread.
func (f *formatting) by(role string, p chat.Participant) (looseText, gridID) {
	f.caused(role, p.Identifier)
	if !f.onThread {
		f.RecipientID = looseText(f.Recipient.RawID())
	}
	return f.legacy(p.Identifier), gridID{p.Identifier}
}

func (f *formatting) properties(p chat.ThreadProperties) {
	f.Properties, f.Metadata = &gridProperties{looseText(p.Topic)}, p.Metadata
	if p.Retention.Kind != "" {
		f.Retention = &gridRetention{looseText(p.Retention.Kind), p.Retention.DeleteThreadAfterDays}
	}
}

func (f *formatting) people(list []chat.Participant) {
	for _, p := range list {
		f.People = append(f.People, person(p))
		if !f.onThread && p.Identifier != nil {
			f.Members = append(f.Members, gridMember{looseText(p.DisplayName), looseText(p.Identifier.RawID())})
		}
	}
}

func person(p chat.Participant) gridPerson {
	return gridPerson{looseText(p.DisplayName), gridID{p.Identifier}, p.Metadata}
}

// participant writes the only participant of an event. The subjects of the levels differ in letter case.
func (f *formatting) participant(onUser, onThread string, list []chat.Participant, into **gridPerson) error {
	if len(list) != 1 || list[0].Identifier == nil {
		return errors.New("it must have exactly one participant, with an identifier: see PerParticipant")
	}
	role := onUser
	if f.onThread {
		role = onThread
	}
	f.caused(role, list[0].Identifier)
	*into = new(person(list[0]))
	return nil
}

func (f *formatting) disconnected(e UserDisconnected) error {
	if e.User == nil {
		return errors.New("it has no User")
	}
	f.gridData, f.subject = gridData{User: gridID{e.User}}, "user/"+e.User.RawID()
	return nil
}
