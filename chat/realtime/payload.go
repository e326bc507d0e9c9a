package realtime

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/url"
	"strings"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// payload has the members of all kinds of events. Names match regardless of case: messages have edittime, threads editTime.
type payload struct {
	EventID      scalar `json:"eventId"`
	Sender       scalar `json:"senderId"`
	Recipient    scalar `json:"recipientMri"`
	RecipientID  scalar `json:"recipientId"`
	GroupID      scalar `json:"groupId"`
	ThreadID     scalar `json:"threadId"`
	Version      scalar `json:"version"`
	MessageID    scalar `json:"messageId"`
	MessageType  scalar `json:"messageType"`
	MessageBody  scalar `json:"messageBody"`
	SenderName   scalar `json:"senderDisplayName"`
	ArrivalTime  scalar `json:"originalArrivalTime"`
	CreateTime   scalar `json:"createTime"`
	EditTime     scalar `json:"editTime"`
	DeleteTime   scalar `json:"deleteTime"`
	Time         scalar `json:"time"`
	Metadata     scalar `json:"acsChatMessageMetadata"`
	Attachments  scalar `json:"attachments"`
	Properties   scalar `json:"properties"`
	Participants scalar `json:"members"`
	Added        scalar `json:"participantsAdded"`
	Removed      scalar `json:"participantsRemoved"`
	CreatedBy    scalar `json:"createdBy"`
	EditedBy     scalar `json:"editedBy"`
	DeletedBy    scalar `json:"deletedBy"`
	AddedBy      scalar `json:"addedBy"`
	RemovedBy    scalar `json:"removedBy"`
	Reason       scalar `json:"reason"`
}

// wireKind returns the kind for a number of the service.
func wireKind(eventID scalar) events.Kind {
	switch eventID {
	case "200":
		return events.KindMessageReceived
	case "245":
		return events.KindTypingIndicatorReceived
	case "246":
		return events.KindReadReceiptReceived
	case "247":
		return events.KindMessageEdited
	case "248":
		return events.KindMessageDeleted
	case "257":
		return events.KindThreadCreated
	case "258":
		return events.KindThreadPropertiesUpdated
	case "259":
		return events.KindThreadDeleted
	case "260":
		return events.KindParticipantsAdded
	case "261":
		return events.KindParticipantsRemoved
	}
	return events.KindUnknown
}

var (
	errUnknownKind = errors.New("its kind is not known")
	errIncomplete  = errors.New("the thread or the message is missing")
)

// decodeEvent reads the body of a delivery. A body that it cannot read becomes an [events.Unknown], and the error is the reason. The
// identity distinguishes the event from others; it has no version if the event has none. endpoint is that of the attachments.
func decodeEvent(body []byte, endpoint url.URL) (events.Event, identity, error) {
	var p payload
	if err := pipeline.Decode(body, &p); err != nil {
		return unknown(body, events.Header{}, ""), identity{}, err
	}
	header := events.Header{ThreadID: string(p.thread()), Version: string(p.Version), Recipient: user(cmp.Or(p.Recipient, p.RecipientID))}
	event, err := p.event(&header, endpoint)
	if err != nil {
		event = unknown(body, header, string(p.EventID))
	}
	return event, identity{
		thread: header.ThreadID, kind: string(p.EventID), message: string(p.MessageID), version: header.Version, sender: string(p.Sender),
	}, err
}

func unknown(body []byte, header events.Header, kind string) events.Unknown {
	raw := json.RawMessage(body)
	if !json.Valid(body) {
		raw, _ = json.Marshal(string(body)) // a string always encodes
	}
	return events.Unknown{Header: header, Type: kind, Raw: raw}
}

// event makes the event, and completes the header.
func (p *payload) event(header *events.Header, endpoint url.URL) (events.Event, error) {
	kind := wireKind(p.EventID)
	if kind == events.KindUnknown {
		return nil, errUnknownKind
	}
	if header.ThreadID == "" {
		return nil, errIncomplete
	}
	switch kind {
	case events.KindMessageReceived, events.KindMessageEdited, events.KindMessageDeleted:
		return p.messageEvent(kind, header, endpoint)
	case events.KindTypingIndicatorReceived:
		header.Time = p.ArrivalTime.time()
		return events.TypingIndicatorReceived{Header: *header, Sender: user(p.Sender), SenderDisplayName: string(p.SenderName)}, nil
	case events.KindReadReceiptReceived:
		return p.receiptEvent(header)
	}
	return p.threadEvent(kind, header)
}

// thread returns the id of the thread. In events of messages it is the group id.
func (p *payload) thread() scalar { return cmp.Or(p.ThreadID, p.GroupID) }

// user reads a raw id, with or without the prefix of users. It is nil for "".
func user(raw scalar) chat.Identifier {
	text := string(raw)
	if text == "" {
		return nil
	}
	if prefix, _, found := strings.Cut(text, ":"); found && strings.Trim(prefix, "0123456789") != "" {
		text = "8:" + text // "acs:…"
	}
	return chat.ParseRawID(text)
}

// decodeText decodes the JSON in a member of a payload. It may be escaped like a part of a URL, according to the official client.
func decodeText(text scalar, into any) error {
	return pipeline.Decode([]byte(unescaped(text)), into)
}

// decodeList decodes the JSON list in a member of a payload. "" is an empty list.
func decodeList[T any](text scalar) ([]T, error) {
	if text == "" {
		return nil, nil
	}
	var holder struct {
		List []T `json:"list"`
	}
	err := pipeline.Decode([]byte(`{"list":`+unescaped(text)+`}`), &holder)
	return holder.List, err
}

func unescaped(text scalar) string {
	if strings.HasPrefix(string(text), "%7B") || strings.HasPrefix(string(text), "%5B") {
		if plain, err := url.PathUnescape(string(text)); err == nil {
			return plain
		}
	}
	return string(text)
}

// decodeMetadata decodes the JSON of metadata, nil if there is none or it cannot be read.
func decodeMetadata(text scalar) map[string]string {
	var metadata map[string]string
	if text == "" || decodeText(text, &metadata) != nil || len(metadata) == 0 {
		return nil
	}
	return metadata
}
