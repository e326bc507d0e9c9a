package chattest

import (
	"bytes"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// payloadTime is the layout of times in payloads: UTC, in milliseconds.
const payloadTime = "2006-01-02T15:04:05.000Z"

func payloadTimestamp(ms int64) string { return time.UnixMilli(ms).UTC().Format(payloadTime) }

// notification is an occurrence that is sent to sockets. The part that is the same for all of them is rendered once, when the first is
// sent.
type notification struct {
	occurrence *occurrence

	once       sync.Once
	head, tail []byte // the payload before and after the recipient, escaped for a JSON string
}

// frameFor returns the message to one recipient: a request in JSON, whose body is the payload as a string.
func (n *notification) frameFor(user, connection string, id int) string {
	n.once.Do(n.render)
	var b strings.Builder
	b.Grow(len(n.head) + len(n.tail) + 400)
	b.WriteString(`3:::{"id":` + strconv.Itoa(id) + `,"method":"POST","url":"` + connectionPath(connection) + string(n.occurrence.kind) + `",` +
		`"headers":{"Content-Type":"application/json; charset=utf-8","MS-CV":"` + randomName(16) + `.1"},"body":"`)
	b.Write(n.head)
	b.Write(inQuotes([]byte(`"recipientId":"` + strings.TrimPrefix(user, "8:") + `","recipientMri":"` + user + `",`)))
	b.Write(n.tail)
	b.WriteString(`"}`)
	return b.String()
}

// render writes the payload.
func (n *notification) render() {
	o := n.occurrence
	head := encode(struct {
		EventID  int    `json:"eventId"`
		SenderID string `json:"senderId"`
	}{eventID(o.kind), o.by.Identifier.RawID})
	n.head = inQuotes(append(bytes.TrimSuffix(head, []byte("}")), ','))
	n.tail = inQuotes(bytes.TrimPrefix(encode(o.payload()), []byte("{")))
}

// inQuotes escapes a JSON text for a JSON string.
func inQuotes(text []byte) []byte {
	quoted := encode(string(text))
	return quoted[1 : len(quoted)-1]
}

// eventID is the number of a kind of event.
func eventID(kind events.Kind) int {
	return map[events.Kind]int{
		events.KindMessageReceived: 200, events.KindMessageEdited: 247, events.KindMessageDeleted: 248,
		events.KindTypingIndicatorReceived: 245, events.KindReadReceiptReceived: 246,
		events.KindThreadCreated: 257, events.KindThreadPropertiesUpdated: 258, events.KindThreadDeleted: 259,
		events.KindParticipantsAdded: 260, events.KindParticipantsRemoved: 261,
	}[kind]
}

// payload returns the members after the sender and the recipient.
func (o *occurrence) payload() any {
	switch o.kind {
	case events.KindTypingIndicatorReceived:
		return o.typingPayload()
	case events.KindReadReceiptReceived:
		return o.receiptPayload()
	case events.KindMessageReceived, events.KindMessageEdited, events.KindMessageDeleted:
		return o.messagePayload()
	}
	return o.threadPayload()
}

// messageEvent has the common members of events about messages.
type messageEvent struct {
	TransactionID     string `json:"transactionId"`
	GroupID           string `json:"groupId"`
	MessageID         string `json:"messageId"`
	CollapseID        string `json:"collapseId"`
	MessageType       string `json:"messageType"`
	SenderDisplayName string `json:"senderDisplayName"`
}

func (o *occurrence) messageEvent(messageID, messageType string) messageEvent {
	return messageEvent{randomName(16) + ".1.1", o.threadID, messageID, randomName(12), messageType, o.by.DisplayName}
}

func (o *occurrence) messagePayload() any {
	m := o.message
	kind := "Text"
	if m.Type == string(chatapi.ChatMessageTypeHTML) {
		kind = "RichText/Html"
	}
	created := payloadTimestamp(mustNumber(m.ID))
	p := struct {
		messageEvent
		MessageBody         *string `json:"messageBody,omitempty"`
		ClientMessageID     string  `json:"clientMessageId"`
		OriginalArrivalTime string  `json:"originalArrivalTime"`
		ComposeTime         string  `json:"composetime,omitempty"`
		EditTime            string  `json:"edittime,omitempty"`
		DeleteTime          string  `json:"deletetime,omitempty"`
		Priority            string  `json:"priority"`
		Version             string  `json:"version"`
		Metadata            string  `json:"acsChatMessageMetadata,omitempty"`
		Attachments         string  `json:"attachments,omitempty"`
	}{messageEvent: o.messageEvent(m.ID, kind), OriginalArrivalTime: created, Version: m.Version}
	switch o.kind {
	case events.KindMessageEdited:
		p.ComposeTime, p.EditTime = created, payloadTimestamp(o.at)
	case events.KindMessageDeleted:
		p.ComposeTime, p.DeleteTime = created, payloadTimestamp(o.at)
		return p
	}
	content := stored[struct {
		Message string `json:"message"`
	}](m.Content)
	p.MessageBody, p.Metadata, p.Attachments = &content.Message, inText(m.Metadata), "[]"
	return p
}

func (o *occurrence) typingPayload() any {
	return struct {
		messageEvent
		OriginalArrivalTime string `json:"originalArrivalTime"`
		Version             string `json:"version"`
	}{
		o.messageEvent(strconv.FormatInt(o.version, 10), "Control/Typing"),
		time.UnixMilli(o.at).UTC().Format("2006-01-02T15:04:05.0000000Z"), strconv.FormatInt(o.version, 10),
	}
}

func (o *occurrence) receiptPayload() any {
	readOn := strconv.FormatInt(o.at, 10)
	body := encode(struct {
		User               string `json:"user"`
		ConsumptionHorizon string `json:"consumptionhorizon"`
		VisibilityTime     int64  `json:"messageVisibilityTime"`
		Version            string `json:"version"`
	}{o.by.Identifier.RawID, o.messageID + ";" + readOn + ";0", o.sharedFrom, readOn})
	p := struct {
		messageEvent
		ClientMessageID string `json:"clientMessageId"`
		MessageBody     string `json:"messageBody"`
	}{o.messageEvent(o.messageID, "ThreadActivity/MemberConsumptionHorizonUpdate"), "0", string(body)}
	p.SenderDisplayName = ""
	return p
}

// threadPayload is the payload of the events about threads and participants.
func (o *occurrence) threadPayload() any {
	p := struct {
		TransactionID string `json:"transactionId"`
		GroupID       string `json:"groupId"`
		ThreadID      string `json:"threadId"`
		CollapseID    string `json:"collapseId"`
		CreateTime    string `json:"createTime"`
		EditTime      string `json:"editTime,omitempty"`
		DeleteTime    string `json:"deleteTime,omitempty"`
		Time          string `json:"time,omitempty"`
		Version       string `json:"version"`
		ThreadType    string `json:"threadType,omitempty"`
		CreatedBy     string `json:"createdBy,omitempty"`
		EditedBy      string `json:"editedBy,omitempty"`
		DeletedBy     string `json:"deletedBy,omitempty"`
		AddedBy       string `json:"addedBy,omitempty"`
		RemovedBy     string `json:"removedBy,omitempty"`
		Reason        string `json:"reason,omitempty"`
		Members       string `json:"members,omitempty"`
		Properties    string `json:"properties,omitempty"`
		Added         string `json:"participantsAdded,omitempty"`
		Removed       string `json:"participantsRemoved,omitempty"`
	}{
		TransactionID: randomName(16) + ".1.1", ThreadID: o.threadID, Version: strconv.FormatInt(o.version, 10),
		CreateTime: instant(o.properties.CreatedOn).Format(payloadTime), ThreadType: "chat",
	}
	at, by := payloadTimestamp(o.at), o.payloadInitiator()
	switch o.kind {
	case events.KindThreadCreated:
		p.CreateTime, p.CreatedBy, p.Members, p.Properties = at, by, payloadMembers(o.people), o.properties.payload()
	case events.KindThreadPropertiesUpdated:
		p.EditTime, p.EditedBy, p.Properties = at, by, o.properties.payload()
	case events.KindThreadDeleted:
		p.DeleteTime, p.DeletedBy, p.Reason = at, by, string(o.reason)
	case events.KindParticipantsAdded:
		p.Time, p.AddedBy, p.Added, p.ThreadType = at, by, payloadMembers(o.people), ""
	case events.KindParticipantsRemoved:
		p.Time, p.RemovedBy, p.Removed, p.ThreadType = at, by, payloadMembers(o.people), ""
	}
	return p
}

// payloadInitiator returns the participant who caused the event as JSON, "" for a policy.
func (o *occurrence) payloadInitiator() string {
	if o.by.Identifier.RawID == "" {
		return ""
	}
	return inMember(struct {
		DisplayName   *string   `json:"displayName"`
		ParticipantID string    `json:"participantId"`
		Metadata      *struct{} `json:"memberMetaData"`
	}{nullable(o.by.DisplayName), o.by.Identifier.RawID, nil})
}

// payloadMembers lists participants.
func payloadMembers(people []participant) string {
	type member struct {
		DisplayName      *string `json:"displayName"`
		ParticipantID    string  `json:"participantId"`
		ShareHistoryTime *int64  `json:"shareHistoryTime"` // milliseconds since 1970, null for all of the history
		Metadata         string  `json:"memberMetaData"`
	}
	members := make([]member, len(people))
	for i, p := range people {
		members[i] = member{DisplayName: nullable(p.DisplayName), ParticipantID: p.Identifier.RawID, Metadata: inText(p.Metadata)}
		if since := p.sharedSince(); since != 0 {
			members[i].ShareHistoryTime = &since
		}
	}
	return inMember(members)
}

// payload returns the state of the thread.
func (p threadProperties) payload() string {
	type policy struct {
		Type         string `json:"retentionPolicyType"`
		ExecuteAfter string `json:"executeAfter"`
	}
	properties := struct {
		Topic       string `json:"topic"`
		PartnerName string `json:"partnerName"`
		IsMigrated  bool   `json:"isMigrated"`
		Metadata    string `json:"acsChatThreadMetadata"`
		Retention   string `json:"retentionPolicy,omitempty"`
	}{p.Topic, "spool", true, inText(p.Metadata), ""}
	if days := p.RetentionPolicy.DeleteThreadAfterDays; days != nil && chat.RetentionKind(p.RetentionPolicy.Kind) == chat.RetentionKindThreadCreationDate {
		properties.Retention = string(encode(policy{"DeleteAfterCreationTime", strconv.Itoa(int(*days)) + ".00:00:00"}))
	}
	return inMember(properties)
}

// inText returns metadata as JSON.
func inText(m metadata) string {
	if len(m) == 0 {
		return "null"
	}
	return string(encode(m))
}

// inMember encodes a value as JSON for a string member of a payload. The JavaScript client decodes percent escapes in the text before it
// parses it, so that the text must contain no percent sign.
func inMember(v any) string {
	return string(bytes.ReplaceAll(encode(v), []byte("%"), []byte(`\u0025`)))
}

// nullable returns nil for an empty text.
func nullable(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
