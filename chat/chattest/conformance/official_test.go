//go:build conformance

package conformance_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
)

// object is an object of JavaScript. Without a value a member is null; one that is undefined is missing.
type object map[string]any

// inJavaScript is an event as the official client hands it on, in JSON.
func inJavaScript(event events.Event) string {
	h := event.EventHeader()
	o := object{"threadId": h.ThreadID, "version": h.Version}
	switch e := event.(type) {
	case events.MessageReceived:
		o.addMessage(h, e.Message)
		o.addContent(e.Message)
	case events.MessageEdited:
		o.addMessage(h, e.Message)
		o.addContent(e.Message)
		o["editedOn"] = date(h.Time)
	case events.MessageDeleted:
		o.addMessage(h, e.Message)
		o["deletedOn"] = date(h.Time)
	case events.TypingIndicatorReceived:
		o.addSender(h, e.Sender, e.SenderDisplayName)
		o["receivedOn"] = date(h.Time)
	case events.ReadReceiptReceived:
		o.addSender(h, e.Receipt.Sender, "")
		o["chatMessageId"], o["readOn"] = e.Receipt.MessageID, date(h.Time)
		delete(o, "version")
	case events.ThreadCreated:
		o.addProperties(e.Properties)
		o["createdOn"], o["createdBy"], o["participants"] = date(h.Time), inObject(e.CreatedBy), inObjects(e.Participants)
	case events.ThreadPropertiesUpdated:
		o.addProperties(e.Properties)
		o["updatedOn"], o["updatedBy"] = date(h.Time), inObject(e.UpdatedBy)
	case events.ThreadDeleted:
		o["deletedOn"], o["deletedBy"], o["reason"] = date(h.Time), inObject(e.DeletedBy), e.Reason
	case events.ParticipantsAdded:
		o["addedOn"], o["addedBy"], o["participantsAdded"] = date(h.Time), inObject(e.AddedBy), inObjects(e.Participants)
	case events.ParticipantsRemoved:
		o["removedOn"], o["removedBy"], o["participantsRemoved"] = date(h.Time), inObject(e.RemovedBy), inObjects(e.Participants)
	default:
		panic(fmt.Sprintf("the official client has no %T", event))
	}
	written, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	return string(written)
}

func (o object) addSender(h events.Header, sender chat.Identifier, displayName string) {
	o["sender"], o["senderDisplayName"], o["recipient"] = identifier(sender), displayName, identifier(h.Recipient)
}

func (o object) addMessage(h events.Header, m chat.Message) {
	o.addSender(h, m.Sender, m.SenderDisplayName)
	o["id"], o["createdOn"] = m.ID, date(fromID(m.ID))
	o["type"] = map[chat.MessageType]string{chat.MessageTypeText: "Text", chat.MessageTypeHTML: "RichText/Html"}[m.Type]
}

func (o object) addContent(m chat.Message) {
	o["message"], o["metadata"], o["attachments"] = m.Content.Message, orEmpty(m.Metadata), []any{}
}

func (o object) addProperties(p chat.ThreadProperties) {
	o["properties"] = object{"topic": p.Topic, "metadata": orEmpty(p.Metadata)}
	o["retentionPolicy"] = p.Retention
}

// inObject is a participant. One without a name has null, and one who shares the whole history no time.
func inObject(p chat.Participant) object {
	o := object{"id": identifier(p.Identifier), "displayName": nil, "metadata": orEmpty(p.Metadata)}
	if p.DisplayName != "" {
		o["displayName"] = p.DisplayName
	}
	if !p.ShareHistoryTime.IsZero() && p.ShareHistoryTime.UnixMilli() != 0 {
		o["shareHistoryTime"] = date(p.ShareHistoryTime)
	}
	return o
}

func inObjects(people []chat.Participant) []object {
	objects := make([]object, len(people))
	for i, p := range people {
		objects[i] = inObject(p)
	}
	return objects
}

func identifier(id chat.Identifier) object {
	return object{"kind": "communicationUser", "communicationUserId": id.RawID()}
}

func orEmpty(metadata map[string]string) map[string]string {
	if metadata == nil {
		return map[string]string{}
	}
	return metadata
}

func date(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
